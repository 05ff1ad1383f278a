import { expect, test } from "vitest";
import {
  compareShares,
  detectableShare,
  holm,
  liftOf,
  normalQuantile,
  normalTail,
  trialsNeeded,
} from "./statistics.ts";

test("the normal's tail and its quantiles are those of the tables", () => {
  const table = [
    [0, 0.5],
    [1, 0.15865525],
    [1.959964, 0.025],
    [2.575829, 0.005],
    [3, 0.001349898],
    [5, 2.8665157e-7],
  ] as const;
  for (const [z, tail] of table) {
    expect(normalTail(z) / tail).toBeCloseTo(1, 5);
    expect(normalTail(-z)).toBeCloseTo(1 - tail, 6);
    expect(normalQuantile(tail)).toBeCloseTo(z, 4);
  }
});

test("two proportions differ as in the survey of Penn State's STAT 415: 351 of 605 against 41 of 195, z = 8.99", () => {
  const { z, p } = compareShares({ successes: 351, trials: 605 }, { successes: 41, trials: 195 });
  expect(z).toBeCloseTo(8.99, 2);
  expect(p).toBeLessThan(1e-15);
});

test("a test of two like shares says so, and where nobody did it there is nothing to compare", () => {
  expect(compareShares({ successes: 20, trials: 100 }, { successes: 20, trials: 100 })).toEqual({
    z: 0,
    p: 1,
  });
  expect(compareShares({ successes: 0, trials: 100 }, { successes: 0, trials: 90 })).toEqual({ z: 0, p: 1 });
  expect(compareShares({ successes: 0, trials: 0 }, { successes: 0, trials: 0 })).toEqual({ z: 0, p: 1 });
  // 25 of 100 against 15 of 100: z = 1.7678, two-sided p = 0.0771.
  const { z, p } = compareShares({ successes: 15, trials: 100 }, { successes: 25, trials: 100 });
  expect([z, p]).toEqual([expect.closeTo(-1.7678, 4), expect.closeTo(0.0771, 4)]);
});

test("Holm's correction is that of R's p.adjust", () => {
  const rounded = holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)));
  expect(rounded).toEqual([0.03, 0.06, 0.06, 0.02]);
  expect(holm([0.6, 0.7])).toEqual([1, 1]);
  expect(holm([0.02])).toEqual([0.02]);
  expect(holm([])).toEqual([]);
});

test("the lift and its interval are those of the Physicians' Health Study: 1.82, from 1.43 to 2.30", () => {
  const lift = liftOf({ successes: 189, trials: 11_034 }, { successes: 104, trials: 11_037 });
  expect(lift?.value).toBeCloseTo(0.818, 3);
  expect(lift?.low).toBeCloseTo(0.433, 2);
  expect(lift?.high).toBeCloseTo(1.306, 2);
  expect(liftOf({ successes: 0, trials: 100 }, { successes: 3, trials: 100 })).toBeNull();
});

test("a share of 25 % is told from 20 % with 1,094 people in each variant, and more when more are compared", () => {
  expect(trialsNeeded(0.2, 0.25)).toBe(1094);
  expect(trialsNeeded(0.2, 0.25, 4)).toBeGreaterThan(1094);
  expect(detectableShare(0.2, 1094)).toBeCloseTo(0.25, 3);
  expect(detectableShare(0.2, 2)).toBeNull();
});
