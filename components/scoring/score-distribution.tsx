import { Section } from "#components/ui/section";
import { scoreTiers } from "#server/scoring/schema";
import type { RouterOutputs } from "#server/router";
import { tierLabels } from "./tier-badge.tsx";

/** How many contacts have which score; those with 0 are left out. */
export function ScoreDistribution({ spread }: { spread: RouterOutputs["scoring"]["distribution"] }) {
  const most = Math.max(1, ...spread.buckets.map(({ count }) => count));
  return (
    <Section title="Distribution" description="Contacts by their score, those with none left out.">
      <ol aria-label="Contacts by score" className="flex h-28 items-end gap-1">
        {spread.buckets.map(({ from, count }) => {
          const range = from === 90 ? "90–100" : `${from}–${from + 9}`;
          return (
            <li
              key={from}
              className="flex h-full min-w-0 flex-1 flex-col justify-end"
              title={`${range}: ${count.toLocaleString("en")}`}
            >
              <span className="sr-only">
                {range}: {count.toLocaleString("en")}
              </span>
              <span
                aria-hidden
                className="block rounded-t-sm bg-accent"
                style={{ height: `${count === 0 ? 1 : 4 + (count / most) * 92}%` }}
              />
              <span aria-hidden className="mt-1 text-center text-[0.6875rem] text-muted tabular-nums">
                {from}
              </span>
            </li>
          );
        })}
      </ol>
      <dl className="mt-4 grid grid-cols-2 gap-x-6 gap-y-1 sm:grid-cols-4">
        {scoreTiers.map((tier) => (
          <div key={tier}>
            <dt className="text-xs text-muted">{tierLabels[tier]}</dt>
            <dd className="font-medium tabular-nums">
              {(spread.tiers.find((each) => each.tier === tier)?.count ?? 0).toLocaleString("en")}
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
