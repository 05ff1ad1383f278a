import { LoaderCircle } from "lucide-react";
import { cn } from "./cn.tsx";

/** Decorative: the text beside it says what is going on. */
export function Spinner({ className }: { className?: string }) {
  return <LoaderCircle aria-hidden className={cn("size-3.5 animate-spin", className)} />;
}
