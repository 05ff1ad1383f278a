import { cn } from "./cn.tsx";

/** A grey place-holder of the size of what is coming. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("h-4 animate-pulse rounded-md bg-selected", className)} />;
}
