import Link from "next/link";
import type { ComponentProps } from "react";
import { buttonLook, type ButtonLook } from "./button.tsx";
import { cn } from "./cn.tsx";

/** A link that looks like a button: it goes somewhere, it does not change anything. */
export function LinkButton({ variant, size, className, ...rest }: ComponentProps<typeof Link> & ButtonLook) {
  return <Link className={cn(buttonLook({ variant, size }), className)} {...rest} />;
}
