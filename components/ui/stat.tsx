import type { ReactNode } from "react";
import { cn } from "./cn.tsx";

type Props = { label: ReactNode; value: ReactNode; note?: ReactNode; className?: string };

/** One number with its name. Put several in a `<dl className="grid …">`. */
export function Stat({ label, value, note, className }: Props) {
  return (
    <div className={cn("rounded-lg border bg-surface px-4 py-3 shadow-card", className)}>
      <dt className="text-xs text-muted">{label}</dt>
      <dd className="mt-0.5 text-xl font-semibold tabular-nums">{value}</dd>
      {note && <dd className="text-xs text-muted">{note}</dd>}
    </div>
  );
}
