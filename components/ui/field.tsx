import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "./cn.tsx";
import { Input } from "./input.tsx";
import { Label } from "./label.tsx";

/** What ties a control to its label, hint and error: spread it on the control. */
export type ControlProps = {
  id: string;
  name: string;
  "aria-describedby": string | undefined;
  "aria-invalid": true | undefined;
};

type Props = Omit<ComponentProps<"input">, "children" | "name"> & {
  name: string;
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** Beside the label, to its right: "Optional", a link. */
  aside?: ReactNode;
  /** Another control than a text input: `{(control) => <Select {...control}>…</Select>}`. */
  children?: (control: ControlProps) => ReactNode;
};

/** Label, control, hint and error, joined for screen readers. Without children it is a text input. */
export function Field({
  name,
  label,
  hint,
  error,
  aside,
  children,
  className,
  id: givenId,
  ...input
}: Props) {
  const ownId = useId();
  const id = givenId ?? ownId;
  const described = [error ? `${id}-error` : null, hint ? `${id}-hint` : null].filter(Boolean).join(" ");
  const control: ControlProps = {
    id,
    name,
    "aria-describedby": described || undefined,
    "aria-invalid": error ? true : undefined,
  };
  return (
    <div className={cn("space-y-1.5", className)}>
      <div className="flex items-baseline justify-between gap-3">
        <Label htmlFor={id}>{label}</Label>
        {aside && <span className="text-xs text-muted">{aside}</span>}
      </div>
      {children ? children(control) : <Input {...input} {...control} />}
      {error && (
        <p id={`${id}-error`} className="text-xs text-danger">
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}-hint`} className="text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
}
