import { expect, test } from "vitest";
import { linkTargets, refusedTargets, stepsBefore } from "./link-targets.tsx";

const step = (
  id: string,
  number: number,
  rest: Partial<Record<"next" | "whenTrue" | "whenFalse", string>>,
) => ({
  ...{ id, number, actionType: null, next: null, whenTrue: null, whenFalse: null },
  ...rest,
});
// a → ? ─yes→ y → z;  ─no→ exit, which still says that it led to a
const steps = [
  step("a", 1, { next: "?" }),
  step("?", 2, { whenTrue: "y", whenFalse: "exit" }),
  step("y", 3, { next: "z" }),
  { ...step("exit", 4, { next: "a" }), actionType: "exit" },
  step("z", 5, {}),
];
const ids = (found: readonly { id: string }[]) => found.map(({ id }) => id);

test("a way may lead to every step that does not lead to its own", () => {
  expect(ids(linkTargets(steps, "a"))).toEqual(["?", "y", "exit", "z"]);
  expect(ids(linkTargets(steps, "y"))).toEqual(["exit", "z"]);
  expect(ids(linkTargets(steps, "z"))).toEqual(["exit"]);
  expect(ids(stepsBefore(steps, "z"))).toEqual(["a", "?", "y"]);
});

test("nobody goes on behind an exit, so it comes before nothing", () => {
  expect(ids(stepsBefore(steps, "a"))).toEqual([]);
  expect(ids(linkTargets(steps, "exit"))).toEqual(["y", "z"]);
});

test("what is refused says why", () => {
  const refused = refusedTargets(steps, "y");
  expect(refused.get("y")).toBe("A step cannot lead on to itself.");
  expect(refused.get("a")).toMatch(/^Step 1 comes before step 3: contacts would go round in circles/);
  expect(refused.has("z")).toBe(false);
});
