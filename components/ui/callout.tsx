import { CircleAlert, CircleCheck, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

const kinds = {
  info: { Icon: Info, look: "bg-info-soft text-info" },
  success: { Icon: CircleCheck, look: "bg-success-soft text-success" },
  warning: { Icon: TriangleAlert, look: "bg-warning-soft text-warning" },
  danger: { Icon: CircleAlert, look: "bg-danger-soft text-danger" },
};

type Props = {
  kind?: keyof typeof kinds;
  title?: ReactNode;
  action?: ReactNode;
  className?: string;
  children?: ReactNode;
};

export function Callout({ kind = "info", title, action, className, children }: Props) {
  const { Icon, look } = kinds[kind];
  return (
    <div className={cn("flex flex-wrap items-start gap-x-3 gap-y-2 rounded-lg px-3.5 py-3", look, className)}>
      <Icon aria-hidden className="mt-0.5 size-4 shrink-0" />
      <div className="min-w-0 flex-1 basis-52 break-words">
        {title && <p className="font-medium">{title}</p>}
        {children && <div className="text-ink">{children}</div>}
      </div>
      {action && <div className="shrink-0">{action}</div>}
    </div>
  );
}
