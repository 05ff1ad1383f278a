import { describe, expect, test } from "vitest";
import {
  findCycle,
  inOrder,
  insertStep,
  joinOf,
  linkEdge,
  removeStep,
  unreachable,
  type GraphStep,
} from "./graph.ts";

const step = (id: string, next: string | null): GraphStep => ({
  id,
  type: "email",
  actionType: null,
  next,
  whenTrue: null,
  whenFalse: null,
});
const fork = (id: string, whenTrue: string | null, whenFalse: string | null): GraphStep => ({
  ...step(id, null),
  type: "condition",
  whenTrue,
  whenFalse,
});
const exit = (id: string, next: string | null = null): GraphStep => ({
  ...step(id, next),
  type: "action",
  actionType: "exit",
});

/** `a>b c?d|e` reads: a goes to b; c is a condition with d on yes and e on no; `-` is nothing. */
const drawn = (graph: readonly GraphStep[]) =>
  graph
    .map((s) =>
      s.type === "condition"
        ? `${s.id}?${s.whenTrue ?? "-"}|${s.whenFalse ?? "-"}`
        : `${s.id}>${s.next ?? "-"}`,
    )
    .join(" ");

const diamond = [step("a", "c"), fork("c", "y", "n"), step("y", "z"), step("n", "z"), step("z", null)];

describe("insert", () => {
  test("into an empty campaign, in front, between and at the end", () => {
    const one = insertStep([], step("b", null), { kind: "start" });
    const two = insertStep(one, step("d", null), { kind: "edge", from: "b", edge: "next" });
    const three = insertStep(two, step("c", null), { kind: "edge", from: "b", edge: "next" });
    expect(drawn(insertStep(three, step("a", null), { kind: "start" }))).toBe("a>b b>c c>d d>-");
  });

  test("a condition sends both branches on to what stood there", () => {
    const graph = [step("a", "b"), step("b", null)];
    expect(drawn(insertStep(graph, fork("c", null, null), { kind: "edge", from: "a", edge: "next" }))).toBe(
      "a>c c?b|b b>-",
    );
  });

  test("in front of a meeting point takes over every way that led there", () => {
    expect(drawn(insertStep(diamond, step("w", null), { kind: "before", stepId: "z" }))).toBe(
      "a>c c?y|n y>w n>w w>z z>-",
    );
  });

  test("at the end of one branch leaves the other alone", () => {
    expect(drawn(insertStep(diamond, step("w", null), { kind: "edge", from: "y", edge: "next" }))).toBe(
      "a>c c?y|n y>w w>z n>z z>-",
    );
  });

  test("behind branches that never met links every open end, an empty branch too", () => {
    const open = [step("a", "c"), fork("c", "y", null), step("y", null)];
    expect(drawn(insertStep(open, step("w", null), { kind: "behind", conditionId: "c" }))).toBe(
      "a>c c?y|w y>w w>-",
    );
  });
});

describe("delete", () => {
  test("links what led to the step with what followed", () => {
    expect(drawn(removeStep(diamond, "y").graph)).toBe("a>c c?z|n n>z z>-");
  });

  test("the first step hands its place to the next", () => {
    expect(drawn(removeStep(diamond, "a").graph)).toBe("c?y|n y>z n>z z>-");
  });

  test("a condition keeps the chosen branch and drops what only the other led to", () => {
    const { graph, removed } = removeStep(diamond, "c", "false");
    expect(drawn(graph)).toBe("a>n n>z z>-");
    expect(removed.sort()).toEqual(["c", "y"]);
  });

  test("a condition without a kept branch goes on where both met", () => {
    expect(drawn(removeStep(diamond, "c", "neither").graph)).toBe("a>z z>-");
  });

  test("an exit's unused edge does not keep pointing at a deleted step", () => {
    const graph = [fork("c", "x", "b"), exit("x", "b"), step("b", null)];
    expect(removeStep(graph, "b").graph.find((s) => s.id === "x")?.next).toBeNull();
    const dropped = [fork("c", "y", "x"), step("y", null), exit("x", "y")];
    expect(drawn(removeStep(dropped, "c", "false").graph)).toBe("x>-");
  });
});

describe("questions", () => {
  test("branches meet at the first common step, through nested conditions too", () => {
    const nested = [
      fork("c", "d", "n"),
      fork("d", "e", "f"),
      step("e", "z"),
      step("f", "g"),
      step("g", "z"),
      step("n", "z"),
      step("z", null),
    ];
    expect(joinOf(nested, "d")).toBe("z");
    expect(joinOf(nested, "c")).toBe("z");
    expect(joinOf([fork("c", "x", "b"), exit("x", "b"), step("b", null)], "c")).toBeNull();
  });

  test("a cycle is found wherever it is, and nothing hangs on it", () => {
    const looped = linkEdge(diamond, "n", "next", "a");
    expect(findCycle(looped)?.sort()).toEqual(["a", "c", "n"]);
    expect(findCycle(diamond)).toBeNull();
    expect(inOrder(looped)).toHaveLength(5);
  });

  test("a step behind an exit cannot be reached", () => {
    expect(unreachable([step("a", "x"), exit("x", "b"), step("b", null)]).map((s) => s.id)).toEqual(["b"]);
  });
});
