import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

type Props = {
  icon: LucideIcon;
  title: ReactNode;
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
};

/** Nothing here yet: what this place is for, and the next thing to do. */
export function EmptyState({ icon: Icon, title, action, className, children }: Props) {
  return (
    <div
      className={cn(
        "flex flex-col items-center rounded-lg border border-dashed border-line-strong px-6 py-14 text-center",
        className,
      )}
    >
      <span className="mb-3 flex size-9 items-center justify-center rounded-lg border bg-surface text-muted shadow-card">
        <Icon aria-hidden className="size-4" />
      </span>
      <h2 className="text-base font-medium">{title}</h2>
      {children && <div className="mt-1 max-w-sm text-balance text-muted">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
