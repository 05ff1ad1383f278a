"use client";
import { Eye, EyeOff } from "lucide-react";
import { useState, type ComponentProps } from "react";
import { Field } from "#components/ui/field";
import { Input } from "#components/ui/input";

type Props = Pick<ComponentProps<typeof Field>, "label" | "hint" | "error" | "aside" | "name">
  & Pick<ComponentProps<"input">, "autoComplete" | "minLength" | "required">;

/** A password one can look at while typing. */
export function PasswordField({ autoComplete, minLength, required = true, ...field }: Props) {
  const [shown, setShown] = useState(false);
  return (
    <Field {...field}>
      {(control) => (
        <span className="relative block">
          <Input
            {...control}
            type={shown ? "text" : "password"}
            autoComplete={autoComplete}
            minLength={minLength}
            required={required}
            className="pr-9"
          />
          <button
            type="button"
            aria-label={shown ? "Hide password" : "Show password"}
            onClick={() => setShown(!shown)}
            className="absolute inset-y-0 right-0 flex w-9 items-center justify-center rounded-md text-faint hover:text-ink"
          >
            {shown ? <EyeOff className="size-4" /> : <Eye className="size-4" />}
          </button>
        </span>
      )}
    </Field>
  );
}
