import type { ComponentProps } from "react";
import { cn } from "./cn.tsx";

export function Card({ className, ...rest }: ComponentProps<"div">) {
  return <div className={cn("rounded-lg border bg-surface shadow-card", className)} {...rest} />;
}
