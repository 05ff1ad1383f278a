"use client";
import { X } from "lucide-react";
import { useId, useState } from "react";
import { controlLook } from "#components/ui/input";
import { cn } from "#components/ui/cn";
import { TagSuggestions } from "./tag-suggestions.tsx";

type Props = {
  label: string;
  values: string[];
  /** What may be typed is a tag's name. */
  ofTags?: boolean;
  /** Whether a value may hold a comma ("Acme, Inc."); else a comma ends one. */
  withCommas?: boolean;
  onChange: (values: string[]) => void;
  className?: string;
};

/** Several values typed one after another or pasted line by line; Enter ends one, Backspace takes the last one back. */
export function ValueList({ label, values, ofTags = false, withCommas = false, onChange, className }: Props) {
  const [typed, setTyped] = useState("");
  const list = useId();
  function take(text: string) {
    const added = text
      .split(withCommas ? /[\r\n]+/ : /[,\r\n]+/)
      .map((value) => value.trim())
      .filter((value) => value !== "");
    setTyped("");
    if (added.length > 0) onChange([...new Set([...values, ...added])]);
  }
  return (
    <div
      className={cn(
        controlLook,
        "flex min-h-8 w-auto min-w-52 flex-1 flex-wrap items-center gap-1 px-1.5 py-1 has-focus-visible:border-ring has-focus-visible:outline-1 has-focus-visible:outline-ring max-sm:w-full",
        className,
      )}
    >
      {values.map((value) => (
        <span
          key={value}
          className="flex h-5.5 max-w-full items-center gap-0.5 rounded-full bg-selected pl-2 text-xs font-medium"
        >
          <span className="truncate">{value}</span>
          <button
            type="button"
            aria-label={`Remove ${value}`}
            className="flex size-5 items-center justify-center rounded-full hover:bg-hover"
            onClick={() => onChange(values.filter((each) => each !== value))}
          >
            <X aria-hidden className="size-3" />
          </button>
        </span>
      ))}
      <input
        aria-label={label}
        {...(ofTags && { list })}
        value={typed}
        placeholder={values.length === 0 ? "Type, then Enter" : ""}
        className="min-w-24 flex-1 bg-transparent px-1 outline-none"
        onChange={(event) =>
          !withCommas && event.target.value.endsWith(",")
            ? take(event.target.value)
            : setTyped(event.target.value)
        }
        onPaste={(event) => {
          const pasted = event.clipboardData.getData("text");
          if (!/[\r\n]/.test(pasted)) return;
          event.preventDefault();
          take(`${typed}\n${pasted}`);
        }}
        onBlur={() => take(typed)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            take(typed);
          } else if (event.key === "Backspace" && typed === "" && values.length > 0)
            onChange(values.slice(0, -1));
        }}
      />
      {ofTags && <TagSuggestions id={list} typed={typed} except={values} />}
    </div>
  );
}
