import { Stat } from "#components/ui/stat";
import { cn } from "#components/ui/cn";
import type { PeriodMeasure } from "#server/analytics/schema";
import type { RouterOutputs } from "#server/router";
import { percent } from "../campaigns/percent.tsx";
import { happeningsHref } from "./happenings-href.tsx";
import { NumberLink } from "./number-link.tsx";

type Totals = RouterOutputs["analytics"]["overview"]["totals"];
type Props = { workspace: string; from: string; to: string; totals: Totals; before: Totals };
type Card = { key: PeriodMeasure & keyof Totals; label: string; of?: "sent" | "delivered"; bad?: true };

const cards: Card[] = [
  { key: "sent", label: "Sent" },
  { key: "delivered", label: "Delivered", of: "sent" },
  { key: "opened", label: "Opened", of: "delivered" },
  { key: "clicked", label: "Clicked", of: "delivered" },
  { key: "replied", label: "Replied", of: "delivered" },
  { key: "converted", label: "Goals reached", of: "delivered" },
  { key: "bounced", label: "Bounced", of: "sent", bad: true },
  { key: "unsubscribed", label: "Unsubscribed", of: "delivered", bad: true },
];

/** A period at a glance, each number beside what it was in the period before. */
export function TotalCards({ workspace, from, to, totals, before }: Props) {
  return (
    <dl aria-label="Totals" className="mb-5 grid grid-cols-2 gap-3 sm:grid-cols-4">
      {cards.map(({ key, label, of, bad }) => (
        <Stat
          key={key}
          label={label}
          value={
            <NumberLink
              value={totals[key]}
              href={happeningsHref(workspace, key, { from, to })}
              label={label.toLowerCase()}
            />
          }
          note={
            <span className="flex flex-wrap gap-x-2">
              {of && <span>{percent(totals[key], totals[of])}</span>}
              <Trend
                now={shareOf(totals, key, of)}
                before={shareOf(before, key, of)}
                share={of !== undefined}
                bad={bad}
              />
            </span>
          }
        />
      ))}
    </dl>
  );
}

/** What is compared: a count, or the share that it is of another; null when there is nothing to take a share of. */
function shareOf(totals: Totals, key: keyof Totals, of: Card["of"]): number | null {
  if (of === undefined) return totals[key];
  return totals[of] === 0 ? null : (totals[key] / totals[of]) * 100;
}

type TrendProps = { now: number | null; before: number | null; share: boolean; bad?: true | undefined };

/** Shares differ by points, counts by percent. */
function Trend({ now, before, share, bad }: TrendProps) {
  if (now === null || before === null || (!share && before === 0)) return null;
  const change = share ? now - before : ((now - before) / before) * 100;
  const rounded = Math.abs(change) < 0.05 ? 0 : change;
  const better = bad ? rounded < 0 : rounded > 0;
  const size = Math.abs(rounded).toFixed(1);
  if (rounded === 0) return <span>unchanged</span>;
  return (
    <span className={cn("tabular-nums", better ? "text-success" : "text-danger")}>
      {rounded > 0 ? "▲" : "▼"} {size} {share ? "points" : "%"}
      <span className="sr-only">{rounded > 0 ? " more" : " less"} than in the period before</span>
    </span>
  );
}
