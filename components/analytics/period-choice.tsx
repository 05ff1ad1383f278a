import Link from "next/link";
import { Button } from "#components/ui/button";
import { cn } from "#components/ui/cn";
import { Input } from "#components/ui/input";
import { overviewDays, type OverviewInput } from "#server/analytics/schema";

type Props = { view: OverviewInput; from: string; to: string };

const labels: Record<(typeof overviewDays)[number], string> = {
  7: "7 days",
  30: "30 days",
  90: "90 days",
  365: "A year",
};

/** The URL is the state: links for the usual periods, a plain GET form for any other. */
export function PeriodChoice({ view, from, to }: Props) {
  const custom = view.from !== undefined;
  return (
    <div className="flex flex-wrap items-center gap-3">
      <nav aria-label="Period" className="inline-flex gap-0.5 rounded-md border bg-sunken p-0.5">
        {overviewDays.map((days) => {
          const current = !custom && view.days === days;
          return (
            <Link
              key={days}
              href={{ query: { days } }}
              aria-current={current ? "true" : undefined}
              className={cn(
                "flex h-6.5 items-center rounded-sm px-2.5 text-xs font-medium text-muted hover:text-ink max-sm:h-9",
                current && "bg-raised text-ink shadow-card",
              )}
            >
              {labels[days]}
            </Link>
          );
        })}
      </nav>
      <form
        key={`${from} ${to}`}
        method="get"
        aria-label="Days"
        className="flex flex-wrap items-center gap-2"
      >
        <Input type="date" name="from" aria-label="From" required defaultValue={from} className="w-36" />
        <span aria-hidden className="text-muted">
          –
        </span>
        <Input type="date" name="to" aria-label="To" required defaultValue={to} className="w-36" />
        <Button type="submit">Show</Button>
      </form>
    </div>
  );
}
