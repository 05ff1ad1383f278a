import { expect, test } from "vitest";
import { type StepThen, versionChanges } from "./version-changes.ts";

/** A chain of steps; what a step says follows its id. */
const version = (...steps: (string | [string, Record<string, unknown>])[]): StepThen[] => {
  const given = steps.map((one) => (typeof one === "string" ? ([one, {}] as const) : one));
  return given.map(([id, state], index) => ({
    id,
    title: `email ${id}`,
    said: JSON.stringify(state),
    state: { step_order: index + 1, next_step_id: given[index + 1]?.[0] ?? null, ...state },
  }));
};
const words = (before: StepThen[], now: StepThen[]) =>
  versionChanges(before, now).map(({ kind, title, details }) => [kind, title, ...details].join(" | "));

test("what was added and removed is told alone, though their neighbours lead elsewhere and count anew", () => {
  expect(words(version("a", "b", "c"), version("a", "new", "b"))).toEqual([
    "added | email new",
    "removed | email c",
  ]);
  expect(words(version("a", "b"), version("a", "b"))).toEqual([]);
});

test("one step that was moved is the one that moved", () => {
  expect(words(version("a", "b", "c", "d"), version("b", "c", "a", "d"))).toEqual(["moved | email a"]);
  expect(words(version("a", "b", "c"), version("a", ["b", { next_step_id: null }], "c"))).toEqual([
    "moved | email b | It leads on to another step",
  ]);
});

test("a change says what of the step it was, short texts by their words", () => {
  const before = version("a", [
    "b",
    { subject_line: "Hello", email_content: "<p>1</p>", draft_review: null },
  ]);
  const now = version("a", [
    "b",
    { subject_line: "", email_content: "<p>2</p>", draft_review: { days: 3 }, requires_draft_approval: true },
  ]);
  expect(words(before, now)).toEqual([
    "changed | email b | Subject: “Hello” became empty | Body changed | Review changed",
  ]);
});
