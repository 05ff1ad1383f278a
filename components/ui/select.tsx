import { ChevronsUpDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";
import { controlLook } from "./input.tsx";

/** The browser's own select: works by keyboard, on phones and without script. Pass `<option>`s. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={cn("relative block", className)}>
      <select className={cn(controlLook, "h-8 appearance-none bg-surface pr-8 pl-2.5 max-sm:h-10")} {...rest}>
        {children}
      </select>
      <ChevronsUpDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-3.5 -translate-y-1/2 text-faint"
      />
    </span>
  );
}
