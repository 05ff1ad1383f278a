import { expect, test } from "vitest";
import { flowOf } from "#server/campaigns/flow";
import type { GraphStep } from "#server/campaigns/graph";
import { countOnTheWay, undecidedForks } from "./several-steps.tsx";

const step = (id: string, rest: Partial<GraphStep>) => ({
  id,
  type: "email" as GraphStep["type"],
  actionType: null,
  next: null,
  whenTrue: null,
  whenFalse: null,
  branches: rest.type === "condition",
  ...rest,
});
// a → ? ─yes→ y → z;  ─no→ n → z
const steps = [
  step("a", { next: "?" }),
  step("?", { type: "condition", whenTrue: "y", whenFalse: "n" }),
  step("y", { next: "z" }),
  step("n", { next: "z" }),
  step("z", {}),
];
const chosen = (...ids: string[]) => steps.filter(({ id }) => ids.includes(id));

test("who stands in front of several steps counts once, and who is past all of them not at all", () => {
  const campaign = { steps, here: { a: 5, "?": 1, y: 20, n: 300, z: 4_000 } };
  expect(countOnTheWay(campaign, chosen("y", "n"))).toBe(326);
  expect(countOnTheWay(campaign, chosen("a", "y"))).toBe(26);
  expect(countOnTheWay(campaign, chosen("z"))).toBe(4_326);
});

test("a condition asks which branch stays while something of its branches does", () => {
  const campaign = { flow: flowOf(steps) };
  const asks = (...ids: string[]) => undecidedForks(campaign, chosen(...ids)).map(({ id }) => id);
  expect(asks("?", "y")).toEqual(["?"]);
  expect(asks("?", "y", "n")).toEqual([]);
  expect(asks("a", "z")).toEqual([]);
});
