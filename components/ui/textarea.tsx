import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";
import { controlLook } from "./input.tsx";

export function Textarea({ className, rows = 4, ...rest }: ComponentProps<"textarea">) {
  return (
    <textarea
      rows={rows}
      className={cn(controlLook, "block px-2.5 py-1.5 read-only:bg-sunken", className)}
      {...rest}
    />
  );
}
