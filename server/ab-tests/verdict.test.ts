import { expect, test } from "vitest";
import { sampleSizeOf, turns } from "./variants.ts";
import { compareVariants, judgeTest, type VariantCounts } from "./verdict.ts";

const nobody = { opened: 0, clicked: 0, replied: 0, converted: 0, unsubscribed: 0, complained: 0 };
const variant = (id: string, values: Partial<VariantCounts> = {}): VariantCounts => ({
  ...nobody,
  id,
  name: id,
  isControl: id === "A",
  sent: 200,
  delivered: 200,
  ...values,
});
const rules = { metric: "open_rate", fallback: "control", extended: false } as const;
const last = { ...rules, extended: true };
const wins = (winnerId: string, outcome: string) => ({ kind: "winner", winnerId, outcome });

test("a variant that is told apart wins, and among several the best of them", () => {
  const [a, b, c] = [
    variant("A", { opened: 40 }),
    variant("B", { opened: 70 }),
    variant("C", { opened: 80 }),
  ];
  expect(judgeTest([a, b], rules)).toEqual(wins("B", "significant"));
  expect(judgeTest([a, b, c], rules)).toEqual(wins("C", "significant"));
  const [first, second] = compareVariants([a, b], "open_rate");
  expect(first).toMatchObject({ rate: 0.2, confidence: null, lift: null });
  expect(second).toMatchObject({ rate: 0.35, harmful: false });
  expect(second?.confidence).toBeCloseTo(0.99922, 4);
  expect(second?.lift?.value).toBeCloseTo(0.75, 6);
});

test("a control that beats every variant for sure wins at once", () => {
  expect(judgeTest([variant("A", { opened: 80 }), variant("B", { opened: 40 })], rules)).toEqual(
    wins("A", "significant"),
  );
});

test("what is significant alone is not among four: Holm's correction holds", () => {
  const a = variant("A", { opened: 40 });
  const b = variant("B", { opened: 57 });
  expect(judgeTest([a, b], rules)).toEqual(wins("B", "significant"));
  const many = [a, b, ...["C", "D", "E"].map((id) => variant(id, { opened: 41 }))];
  expect(judgeTest(many, rules)).toEqual({ kind: "extend" });
  expect(judgeTest(many, last)).toEqual(wins("A", "fallback_control"));
  expect(judgeTest(many, { ...last, fallback: "highest" })).toEqual(wins("B", "fallback_highest"));
});

test("a variant that drives people away does not win, by the test or by the fallback", () => {
  const a = variant("A", { opened: 40, unsubscribed: 1 });
  const b = variant("B", { opened: 80, unsubscribed: 8, complained: 2 });
  expect(judgeTest([a, b], rules)).toEqual({ kind: "extend" });
  expect(judgeTest([a, b], { ...last, fallback: "highest" })).toEqual(wins("A", "fallback_highest"));
});

test("below 100 delivered nothing is significant, and waiting longer would not help", () => {
  const few = { sent: 60, delivered: 60 };
  const pair = [variant("A", { ...few, opened: 5 }), variant("B", { ...few, opened: 50 })];
  expect(compareVariants(pair, "open_rate")[1]?.confidence).toBeNull();
  expect(judgeTest(pair, rules)).toEqual(wins("A", "too_few"));
  expect(judgeTest(pair, { ...rules, fallback: "highest" })).toEqual(wins("B", "fallback_highest"));
});

test("a test whose variants did not arrive alike is void", () => {
  const pair = [variant("A", { opened: 40 }), variant("B", { sent: 230, opened: 80 })];
  expect(judgeTest(pair, rules)).toEqual(wins("A", "uneven"));
});

test("a tie goes to the higher open rate, and then to the control", () => {
  const clicks = { ...last, metric: "click_rate", fallback: "highest" } as const;
  const [a, b] = [variant("A", { opened: 30, clicked: 9 }), variant("B", { opened: 35, clicked: 9 })];
  expect(judgeTest([a, b], clicks)).toEqual(wins("B", "fallback_highest"));
  expect(judgeTest([a, { ...b, opened: 30 }], clicks)).toEqual(wins("A", "fallback_highest"));
});

test("turns keep to the weights after any number of them", () => {
  expect(turns([1, 1])).toEqual([0, 1]);
  expect(turns([50, 25, 25])).toHaveLength(4);
  for (const weights of [
    [3, 2],
    [90, 10],
    [5, 3, 1, 1],
    [7, 7, 7],
  ]) {
    const order = turns(weights);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let seen = 1; seen <= 2 * order.length; seen += 1) {
      weights.forEach((weight, place) => {
        const had = Array.from({ length: seen }, (_, n) => order[n % order.length]).filter(
          (one) => one === place,
        ).length;
        expect(Math.abs(had - (seen * weight) / total)).toBeLessThan(1.0001);
      });
    }
  }
});

test("a sample is as large as lets something be told of every variant, where there are so many", () => {
  const size = (count: number, samplePercent: number, ...weights: number[]) =>
    sampleSizeOf({ samplePercent, variants: weights.map((weight) => ({ weight })) }, count);
  expect(size(5_000, 20, 1, 1)).toBe(1_000);
  expect(size(600, 20, 1, 1)).toBe(200);
  expect(size(600, 20, 1, 1, 1, 1, 1)).toBe(500);
  expect(size(2_000, 10, 1, 3)).toBe(400);
  expect(size(200, 20, 1, 1)).toBe(200);
  // Too few for that whoever is tested on: as many as were asked for, and at least one of each.
  expect(size(199, 20, 1, 1)).toBe(40);
  expect(size(8, 1, 1, 1, 1)).toBe(3);
  expect(size(1, 50, 1, 1)).toBe(1);
});
