"use client";
import { Command } from "cmdk";
import { Check, ChevronsUpDown } from "lucide-react";
import { useId, useState } from "react";
import { cn } from "./cn.tsx";
import type { ControlProps } from "./field.tsx";
import { controlLook } from "./input.tsx";
import { Popover, PopoverContent, PopoverTrigger } from "./popover.tsx";

export type Option = { value: string; label: string; hint?: string };

type Props = {
  options: Option[];
  value?: string;
  defaultValue?: string;
  onChange?: (value: string) => void;
  placeholder?: string;
  empty?: string;
  /** The options are found elsewhere, by these words; `chosenLabel` is what the box says of one that is not among them. */
  onSearch?: (words: string) => void;
  chosenLabel?: string;
  /** Said below the options: that there are more. */
  foot?: string;
  className?: string;
  /** Where no Field gives it a label. */
  "aria-label"?: string;
} & Partial<ControlProps>;

/** A select with a search box, for more options than one can scan. With `name`, it submits its value with the form. */
export function Combobox({
  options,
  value,
  defaultValue = "",
  onChange,
  placeholder = "Choose…",
  empty = "Nothing found.",
  onSearch,
  chosenLabel,
  foot,
  className,
  name,
  ...control
}: Props) {
  const [open, setOpen] = useState(false);
  const [own, setOwn] = useState(defaultValue);
  const contentId = useId();
  const chosen = value ?? own;
  const label = options.find((option) => option.value === chosen)?.label ?? chosenLabel;
  function show(next: boolean) {
    setOpen(next);
    // The search box begins anew the next time.
    if (!next) onSearch?.("");
  }
  return (
    <Popover open={open} onOpenChange={show}>
      {name && <input type="hidden" name={name} value={chosen} />}
      <PopoverTrigger asChild>
        <button
          type="button"
          role="combobox"
          aria-expanded={open}
          aria-haspopup="listbox"
          aria-controls={contentId}
          className={cn(
            controlLook,
            "flex h-8 items-center justify-between gap-2 px-2.5 text-left max-sm:h-10",
            className,
          )}
          {...control}
        >
          <span className={cn("truncate", !label && "text-faint")}>{label ?? placeholder}</span>
          <ChevronsUpDown aria-hidden className="size-3.5 shrink-0 text-faint" />
        </button>
      </PopoverTrigger>
      <PopoverContent id={contentId} className="w-(--radix-popover-trigger-width) min-w-56 p-1">
        <Command
          label={placeholder}
          defaultValue={chosen}
          shouldFilter={!onSearch}
          filter={(_, search, words) =>
            words?.join(" ").toLowerCase().includes(search.toLowerCase()) ? 1 : 0
          }
        >
          <Command.Input
            placeholder="Search"
            {...(onSearch && { onValueChange: onSearch })}
            className="h-8 w-full bg-transparent px-2 outline-none max-sm:text-lg"
          />
          <Command.List className="max-h-64 overflow-y-auto border-t pt-1">
            <Command.Empty className="px-2 py-3 text-center text-muted">{empty}</Command.Empty>
            {options.map((option) => (
              <Command.Item
                key={option.value}
                value={option.value}
                keywords={[option.label, option.hint ?? ""]}
                onSelect={() => {
                  setOwn(option.value);
                  onChange?.(option.value);
                  show(false);
                }}
                className="flex min-h-8 cursor-default items-center gap-2 rounded-md px-2 py-1 data-[selected=true]:bg-hover"
              >
                <span className="min-w-0 flex-1 truncate">{option.label}</span>
                {option.hint && <span className="shrink-0 text-xs text-muted">{option.hint}</span>}
                <Check
                  aria-hidden
                  className={cn("size-3.5 shrink-0", option.value !== chosen && "invisible")}
                />
              </Command.Item>
            ))}
          </Command.List>
          {foot && <p className="border-t px-2 pt-2 pb-1 text-xs text-muted">{foot}</p>}
        </Command>
      </PopoverContent>
    </Popover>
  );
}
