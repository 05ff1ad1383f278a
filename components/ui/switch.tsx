"use client";
import { Switch as Primitive } from "radix-ui";
import { useId, type ComponentProps, type ReactNode } from "react";
import { cn } from "./cn.tsx";

type Props = ComponentProps<typeof Primitive.Root> & { label: ReactNode; hint?: ReactNode };

/** A setting that acts at once or with its form (`name` submits "on"). */
export function Switch({ label, hint, className, id: givenId, ...rest }: Props) {
  const ownId = useId();
  const id = givenId ?? ownId;
  return (
    <div className={cn("flex items-start justify-between gap-4", className)}>
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {hint && (
          <p id={`${id}-hint`} className="text-xs text-muted">
            {hint}
          </p>
        )}
      </div>
      <Primitive.Root
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className={cn(
          "relative h-5 w-9 shrink-0 rounded-full bg-line-strong transition-colors",
          "data-[state=checked]:bg-accent disabled:cursor-not-allowed disabled:opacity-50",
        )}
        {...rest}
      >
        <Primitive.Thumb className="block size-4 translate-x-0.5 rounded-full bg-white shadow-sm transition-transform data-[state=checked]:translate-x-[1.125rem]" />
      </Primitive.Root>
    </div>
  );
}
