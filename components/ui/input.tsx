import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";

/** Shared by everything one types into. 16 px on small screens, or iOS zooms the page on focus. */
export const controlLook = [
  "w-full rounded-md border border-line-strong bg-surface text-sm text-ink shadow-card",
  "transition-colors duration-100 hover:border-faint/60 max-sm:text-lg",
  "focus-visible:border-ring focus-visible:outline-1 focus-visible:outline-offset-0 focus-visible:outline-ring",
  "aria-invalid:border-danger aria-invalid:focus-visible:outline-danger",
  "disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted",
].join(" ");

export function Input({ className, ...rest }: ComponentProps<"input">) {
  return (
    <input className={cn(controlLook, "h-8 px-2.5 read-only:bg-sunken max-sm:h-10", className)} {...rest} />
  );
}
