import { useId, type ReactNode } from "react";
import { cn } from "./cn.tsx";

export type RadioCard = {
  value: string;
  label: ReactNode;
  hint?: ReactNode;
  icon?: ReactNode;
  disabled?: boolean;
};

type Props = {
  name: string;
  legend: ReactNode;
  options: RadioCard[];
  defaultValue?: string;
  value?: string;
  onChange?: (value: string) => void;
  hideLegend?: boolean;
  className?: string;
};

/** One choice of few, each with a sentence; native radios, so arrow keys and forms work. */
export function RadioCards({
  name,
  legend,
  options,
  defaultValue,
  value,
  onChange,
  hideLegend,
  className,
}: Props) {
  const id = useId();
  return (
    <fieldset>
      <legend className={cn("mb-1.5 font-medium", hideLegend && "sr-only")}>{legend}</legend>
      <div className={cn("grid gap-2 sm:grid-cols-2", className)}>
        {options.map((option) => (
          <label
            key={option.value}
            className={cn(
              "flex cursor-pointer items-start gap-2.5 rounded-lg border border-line-strong bg-surface p-3 shadow-card",
              "hover:border-faint/60 has-checked:border-accent has-checked:bg-accent-soft",
              "has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring",
              "has-disabled:cursor-not-allowed has-disabled:opacity-55",
            )}
          >
            <input
              type="radio"
              name={name}
              value={option.value}
              disabled={option.disabled}
              aria-describedby={option.hint ? `${id}-${option.value}` : undefined}
              className="mt-0.5 size-4 shrink-0 accent-accent outline-none"
              {...(value === undefined
                ? { defaultChecked: option.value === defaultValue }
                : { checked: option.value === value })}
              onChange={() => onChange?.(option.value)}
            />
            <span className="min-w-0 flex-1">
              <span className="flex items-center gap-1.5 font-medium [&_svg]:size-3.5 [&_svg]:text-muted">
                {option.icon}
                {option.label}
              </span>
              {option.hint && (
                <span id={`${id}-${option.value}`} className="block text-xs text-muted">
                  {option.hint}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
