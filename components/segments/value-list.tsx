"use client";
import { X } from "lucide-react";
import { useId, useState } from "react";
import { controlLook } from "#components/ui/input";
import { cn } from "#components/ui/cn";

type Props = {
  label: string;
  values: string[];
  suggestions: string[];
  onChange: (values: string[]) => void;
  className?: string;
};

/** Several values typed one after another; Enter or a comma ends one, Backspace takes the last one back. */
export function ValueList({ label, values, suggestions, onChange, className }: Props) {
  const [typed, setTyped] = useState("");
  const list = useId();
  function take(text: string) {
    const added = text
      .split(",")
      .map((value) => value.trim())
      .filter((value) => value !== "" && !values.includes(value));
    setTyped("");
    if (added.length > 0) onChange([...values, ...added]);
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
          className="flex h-5.5 items-center gap-0.5 rounded-full bg-selected pl-2 text-xs font-medium"
        >
          {value}
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
        list={list}
        value={typed}
        placeholder={values.length === 0 ? "Type, then Enter" : ""}
        className="min-w-24 flex-1 bg-transparent px-1 outline-none"
        onChange={(event) =>
          event.target.value.endsWith(",") ? take(event.target.value) : setTyped(event.target.value)
        }
        onBlur={() => take(typed)}
        onKeyDown={(event) => {
          if (event.key === "Enter") {
            event.preventDefault();
            take(typed);
          } else if (event.key === "Backspace" && typed === "" && values.length > 0)
            onChange(values.slice(0, -1));
        }}
      />
      <datalist id={list}>
        {suggestions
          .filter((each) => !values.includes(each))
          .map((each) => (
            <option key={each} value={each} />
          ))}
      </datalist>
    </div>
  );
}
