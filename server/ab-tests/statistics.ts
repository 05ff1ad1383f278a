/** Of `trials` people, how many did it. */
export type Share = { successes: number; trials: number };

export const rateOf = ({ successes, trials }: Share): number => (trials === 0 ? 0 : successes / trials);

/**
 * P(Z > z) of the standard normal, by Chebyshev fitting of the complementary error function (Press et al., Numerical
 * Recipes, 6.2): the relative error is below 1.2e-7 everywhere, in the far tails too.
 */
export function normalTail(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const series = chebyshev.reduceRight((sum, coefficient) => coefficient + t * sum, 0);
  const upper = (t * Math.exp(-x * x + series)) / 2;
  return z >= 0 ? upper : 1 - upper;
}

const chebyshev = [
  -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587,
  -0.82215223, 0.17087277,
];

/** The z above which a standard normal lies with probability `tail`, from 1e-12 to 0.5. */
export function normalQuantile(tail: number): number {
  let low = 0;
  let high = 8;
  for (let round = 0; round < 60; round += 1) {
    const middle = (low + high) / 2;
    if (normalTail(middle) > tail) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * The z-test of two proportions with the pooled variance. `z` is positive when `a` has the greater share; `p` is
 * two-sided. Where nothing can differ (nobody, or everybody, did it in both) z is 0.
 */
export function compareShares(a: Share, b: Share): { z: number; p: number } {
  const pooled = (a.successes + b.successes) / (a.trials + b.trials);
  const variance = pooled * (1 - pooled) * (1 / a.trials + 1 / b.trials);
  if (!(variance > 0)) return { z: 0, p: 1 };
  const z = (rateOf(a) - rateOf(b)) / Math.sqrt(variance);
  return { z, p: Math.min(1, 2 * normalTail(Math.abs(z))) };
}

/** P-values of several comparisons, raised by Holm's step-down method so that all hold together. Keeps their order. */
export function holm(values: readonly number[]): number[] {
  const order = values.map((_, index) => index).sort((a, b) => (values[a] ?? 1) - (values[b] ?? 1));
  const adjusted = values.map(() => 1);
  let floor = 0;
  order.forEach((index, rank) => {
    floor = Math.max(floor, Math.min(1, (values[index] ?? 1) * (values.length - rank)));
    adjusted[index] = floor;
  });
  return adjusted;
}

/** By how much one share is above another, relative to it: 0.25 is a quarter more. `low` to `high` holds 95 %. */
export type Lift = { value: number; low: number; high: number };

/** The interval is Katz's, of the logarithm of the ratio. Null where either has none. */
export function liftOf(share: Share, over: Share): Lift | null {
  if (share.successes === 0 || over.successes === 0) return null;
  const ratio = rateOf(share) / rateOf(over);
  const error = Math.sqrt(1 / share.successes - 1 / share.trials + 1 / over.successes - 1 / over.trials);
  const reach = Math.exp(normalQuantile(0.025) * error);
  return { value: ratio - 1, low: ratio / reach - 1, high: ratio * reach - 1 };
}

/** Two-sided, after sharing it among the comparisons; and how often a difference that is there is found. */
export const significance = 0.05;
const power = 0.8;

/** How many people each variant needs for `target` to be told from `base`, when so many variants are compared. */
export function trialsNeeded(base: number, target: number, comparisons = 1): number {
  const middle = (base + target) / 2;
  const wanted =
    normalQuantile(significance / 2 / comparisons) * Math.sqrt(2 * middle * (1 - middle))
    + normalQuantile(1 - power) * Math.sqrt(base * (1 - base) + target * (1 - target));
  return Math.ceil((wanted / (target - base)) ** 2);
}

/** The smallest share above `base` that so many people in each variant can tell from it; null when none is. */
export function detectableShare(base: number, trials: number, comparisons = 1): number | null {
  if (trialsNeeded(base, 1, comparisons) > trials) return null;
  let low = base;
  let high = 1;
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2;
    if (trialsNeeded(base, middle, comparisons) > trials) low = middle;
    else high = middle;
  }
  return high;
}
