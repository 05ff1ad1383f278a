import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

/** What went wrong with a whole form; announced when it appears. Renders nothing without children. */
export function FormError({ className, children }: { className?: string; children?: ReactNode }) {
  return (
    <div role="alert" className={cn("empty:hidden", className)}>
      {children && (
        <p className="flex items-start gap-2 rounded-md bg-danger-soft px-3 py-2 text-sm text-danger">
          <CircleAlert aria-hidden className="mt-0.5 size-4 shrink-0" />
          <span className="min-w-0 break-words">{children}</span>
        </p>
      )}
    </div>
  );
}
