import { cn } from "./cn.tsx";

type Props = {
  label: string;
  done: number;
  /** Unknown yet: the bar shows that something is going on, not how far it is. */
  total: number | null;
  tone?: "accent" | "success" | "danger";
  className?: string;
};

const fills = { accent: "bg-accent", success: "bg-success", danger: "bg-danger" };

export function ProgressBar({ label, done, total, tone = "accent", className }: Props) {
  const share = total ? Math.min(1, done / total) : null;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={total ?? undefined}
      aria-valuenow={total ? Math.min(done, total) : undefined}
      className={cn("h-1.5 overflow-hidden rounded-full bg-selected", className)}
    >
      <div
        className={cn(
          "h-full rounded-full transition-[width] duration-500",
          fills[tone],
          share === null && "w-1/3 animate-pulse",
        )}
        style={share === null ? undefined : { width: `${share * 100}%` }}
      />
    </div>
  );
}
