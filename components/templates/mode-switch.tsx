"use client";
import { cn } from "#components/ui/cn";
import type { BodyMode } from "./body-editor.tsx";

const modes: readonly { value: BodyMode; label: string }[] = [
  { value: "blocks", label: "Blocks" },
  { value: "html", label: "HTML" },
  { value: "text", label: "Text part" },
];

type Props = { mode: BodyMode; onChange: (mode: BodyMode) => void; withText: boolean };

/** In which form the body is written. Reading goes on where writing is not allowed. */
export function ModeSwitch({ mode, onChange, withText }: Props) {
  return (
    <div
      role="group"
      aria-label="Written as"
      className="inline-flex gap-0.5 rounded-md border bg-sunken p-0.5"
    >
      {modes
        .filter(({ value }) => withText || value !== "text")
        .map(({ value, label }) => (
          <button
            key={value}
            type="button"
            aria-pressed={value === mode}
            onClick={() => value !== mode && onChange(value)}
            className={cn(
              "h-6.5 rounded-sm px-3 text-xs font-medium text-muted hover:text-ink max-sm:h-9",
              value === mode && "bg-raised text-ink shadow-card",
            )}
          >
            {label}
          </button>
        ))}
    </div>
  );
}
