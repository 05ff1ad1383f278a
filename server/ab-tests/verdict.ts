import type { TestMetric } from "./schema.ts";
import { deliveredMin } from "./schema.ts";
import {
  compareShares,
  holm,
  type Lift,
  liftOf,
  normalTail,
  rateOf,
  type Share,
  significance,
} from "./statistics.ts";

/** What came of a variant's emails. People are counted once, machines not at all. */
export type VariantCounts = {
  id: string;
  name: string;
  isControl: boolean;
  sent: number;
  delivered: number;
  opened: number;
  clicked: number;
  replied: number;
  /** Had one of the campaign's goals put down to it. */
  converted: number;
  unsubscribed: number;
  complained: number;
};

/**
 * A variant beside the control. `confidence` (0 to 1) that they differ, after Holm's correction; null for the control
 * and where there is too little to say. `harmful`: more people unsubscribe or complain than of the control.
 */
export type VariantResult = VariantCounts & {
  rate: number;
  confidence: number | null;
  lift: Lift | null;
  harmful: boolean;
};

/**
 * `significant`: told apart by the test. `fallback_control`, `fallback_highest`: nothing was, and this was to be done
 * then; `too_few` and `uneven`: there was nothing to go by, and the control goes out.
 */
export const verdictOutcomes = [
  "significant",
  "fallback_control",
  "fallback_highest",
  "too_few",
  "uneven",
] as const;
export type VerdictOutcome = (typeof verdictOutcomes)[number];

export type Verdict = { kind: "extend" } | { kind: "winner"; winnerId: string; outcome: VerdictOutcome };

type Rules = { metric: TestMetric; fallback: "control" | "highest"; extended: boolean };

/** Shares of the sent that arrive may lie so far apart, in points: beyond, something else than the variant is at work. */
const unevenFrom = 0.1;

const successesOf: Record<TestMetric, (counts: VariantCounts) => number> = {
  open_rate: ({ opened }) => opened,
  click_rate: ({ clicked }) => clicked,
  reply_rate: ({ replied }) => replied,
  conversion_rate: ({ converted }) => converted,
};
const shareOf = (counts: VariantCounts, metric: TestMetric): Share => ({
  successes: successesOf[metric](counts),
  trials: counts.delivered,
});
const harmOf = ({ unsubscribed, complained, delivered }: VariantCounts): Share => ({
  successes: Math.min(delivered, unsubscribed + complained),
  trials: delivered,
});

/** Every variant measured against the control. The first control counts; there is one. */
export function compareVariants(counts: readonly VariantCounts[], metric: TestMetric): VariantResult[] {
  const control = counts.find(({ isControl }) => isControl);
  const compared = counts.filter(
    (one) => !one.isControl && control && one.delivered >= deliveredMin && control.delivered >= deliveredMin,
  );
  const values = compared.map(
    (one) => compareShares(shareOf(one, metric), shareOf(control ?? one, metric)).p,
  );
  const corrected = holm(values);
  return counts.map((one) => {
    const place = compared.indexOf(one);
    const tested = place >= 0 && control;
    return {
      ...one,
      rate: rateOf(shareOf(one, metric)),
      confidence: tested ? 1 - (corrected[place] ?? 1) : null,
      lift: control && !one.isControl ? liftOf(shareOf(one, metric), shareOf(control, metric)) : null,
      harmful: tested ? normalTail(compareShares(harmOf(one), harmOf(control)).z) < significance : false,
    };
  });
}

/** Which variant everybody else gets, or that it takes longer to say. */
export function judgeTest(counts: readonly VariantCounts[], rules: Rules): Verdict {
  const results = compareVariants(counts, rules.metric);
  const control = results.find(({ isControl }) => isControl) ?? results[0];
  if (!control) throw new Error("A test without variants cannot be judged.");
  const winner = (outcome: VerdictOutcome, { id } = control): Verdict => ({
    kind: "winner",
    winnerId: id,
    outcome,
  });
  // More time brings more opens, but no more emails.
  const tested = results.filter(({ confidence }) => confidence !== null);
  if (tested.length === 0) return rules.fallback === "highest" ? highest(results, winner) : winner("too_few");
  if (isUneven(results)) return winner("uneven");
  const sure = tested.filter(({ confidence }) => confidence !== null && confidence > 1 - significance);
  const better = sure.filter(({ rate, harmful }) => rate > control.rate && !harmful);
  if (better.length > 0) return winner("significant", best(better, control));
  const rivals = results.filter(({ isControl }) => !isControl);
  if (rivals.every((one) => sure.includes(one) && one.rate < control.rate)) return winner("significant");
  if (!rules.extended) return { kind: "extend" };
  return rules.fallback === "highest" ? highest(results, winner) : winner("fallback_control");
}

/** By chance or not, the one that did best, and among equals the control. */
function highest(
  results: readonly VariantResult[],
  winner: (outcome: VerdictOutcome, of?: VariantResult) => Verdict,
): Verdict {
  const [first] = results;
  if (!first) throw new Error("A test without variants cannot be judged.");
  const fit = results.filter(({ harmful }) => !harmful);
  return winner("fallback_highest", best(fit, first));
}

function best(among: readonly VariantResult[], otherwise: VariantResult): VariantResult {
  const ranked = among.toSorted(
    (a, b) =>
      b.rate - a.rate
      || rateOf(shareOf(b, "open_rate")) - rateOf(shareOf(a, "open_rate"))
      || Number(b.isControl) - Number(a.isControl),
  );
  return ranked[0] ?? otherwise;
}

function isUneven(results: readonly VariantResult[]): boolean {
  const arrived = results.filter(({ sent }) => sent > 0).map(({ sent, delivered }) => delivered / sent);
  return Math.max(...arrived) - Math.min(...arrived) > unevenFrom;
}
