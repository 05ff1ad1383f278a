import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

export type Tone = "neutral" | "accent" | "success" | "warning" | "danger" | "info";

const tones: Record<Tone, string> = {
  neutral: "bg-selected text-muted",
  accent: "bg-accent-soft text-accent",
  success: "bg-success-soft text-success",
  warning: "bg-warning-soft text-warning",
  danger: "bg-danger-soft text-danger",
  info: "bg-info-soft text-info",
};

type Props = { tone?: Tone; dot?: boolean; className?: string; children: ReactNode };

export function Badge({ tone = "neutral", dot, className, children }: Props) {
  return (
    <span
      className={cn(
        "inline-flex h-5 max-w-full align-middle items-center gap-1.5 rounded-full px-2 text-xs font-medium whitespace-nowrap",
        tones[tone],
        className,
      )}
    >
      {dot && <span aria-hidden className="size-1.5 shrink-0 rounded-full bg-current" />}
      <span className="truncate">{children}</span>
    </span>
  );
}
