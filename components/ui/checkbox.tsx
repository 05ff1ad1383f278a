import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "./cn.tsx";

type Props = Omit<ComponentProps<"input">, "type"> & { label?: ReactNode; hint?: ReactNode };

/** Without `label`, give it `aria-label`. */
export function Checkbox({ label, hint, className, id: givenId, ...rest }: Props) {
  const ownId = useId();
  const id = givenId ?? ownId;
  const box = (
    <input
      type="checkbox"
      id={id}
      aria-describedby={hint ? `${id}-hint` : undefined}
      className={cn(
        "block size-4 shrink-0 rounded-sm accent-accent disabled:opacity-50",
        !label && className,
      )}
      {...rest}
    />
  );
  if (!label) return box;
  return (
    <div className={cn("flex items-start gap-2", className)}>
      <span className="flex h-5 items-center">{box}</span>
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}
