import { categoryMax } from "#server/scoring/schema";

type Parts = { engagement: number; fit: number; intent: number; penalty: number; adjustment: number };

const parts = [
  { key: "engagement", label: "Engagement" },
  { key: "fit", label: "Fit" },
  { key: "intent", label: "Intent" },
] as const;

/** What a score is made of. */
export function ScoreParts({ score }: { score: Parts }) {
  return (
    <dl className="mt-3 grid gap-x-6 gap-y-2 sm:grid-cols-3">
      {parts.map(({ key, label }) => (
        <div key={key}>
          <div className="flex justify-between text-xs">
            <dt className="text-muted">{label}</dt>
            <dd className="tabular-nums">
              {score[key]} of {categoryMax[key]}
            </dd>
          </div>
          <div aria-hidden className="mt-1 h-1.5 overflow-hidden rounded-full bg-selected">
            <div
              className="h-full rounded-full bg-accent"
              style={{ width: `${(score[key] / categoryMax[key]) * 100}%` }}
            />
          </div>
        </div>
      ))}
      {score.adjustment !== 0 && (
        <div className="text-xs sm:col-span-3">
          <dt className="inline text-muted">By campaigns: </dt>
          <dd className="inline tabular-nums">
            {score.adjustment > 0 ? `+${score.adjustment}` : score.adjustment}
          </dd>
        </div>
      )}
      {score.penalty < 0 && (
        <div className="text-xs sm:col-span-3">
          <dt className="inline text-muted">Taken off: </dt>
          <dd className="inline tabular-nums">{-score.penalty}</dd>
        </div>
      )}
    </dl>
  );
}
