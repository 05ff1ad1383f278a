import { expect, test } from "vitest";
import { copiedBlock } from "./copied-block.ts";
import type { GraphStep } from "./graph.ts";

const blank = { actionType: null, next: null, whenTrue: null, whenFalse: null };
const step = (id: string, next: string | null): GraphStep => ({ ...blank, id, type: "email", next });
const fork = (id: string, whenTrue: string | null, whenFalse: string | null): GraphStep => ({
  ...blank,
  id,
  type: "condition",
  whenTrue,
  whenFalse,
});
// a → b → ? ─yes→ y → end of both: z;  ─no→ n → z
const graph = [
  step("a", "b"),
  step("b", "?"),
  fork("?", "y", "n"),
  step("y", "z"),
  step("n", "z"),
  step("z", null),
];
const ways = (ids: string[]) =>
  copiedBlock(graph, ids)?.map(({ id, next, whenTrue, whenFalse }) =>
    [id, next ?? "", whenTrue ?? "", whenFalse ?? ""].join(">").replace(/>+$/, ""),
  );

test("chosen steps stay linked past what lies between them, in the order of their ways", () => {
  expect(ways(["z", "a"])).toEqual(["a>z", "z"]);
  expect(ways(["b"])).toEqual(["b"]);
  expect(ways(["a", "b", "?", "y"])).toEqual(["a>b", "b>?", "?>>y", "y"]);
});

test("a fork brings its branches unless some of them were chosen", () => {
  expect(ways(["?"])).toEqual(["?>>y>n", "y", "n"]);
  expect(ways(["?", "n", "z"])).toEqual(["?>>z>n", "n>z", "z"]);
});

test("steps of two branches come one behind the other, and one that is gone is told", () => {
  expect(ways(["y", "n"])).toEqual(["y>n", "n"]);
  expect(copiedBlock(graph, ["a", "x"])).toBeNull();
});
