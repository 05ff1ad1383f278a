import { describe, expect, test } from "vitest";
import type { GraphStep, Position } from "./graph.ts";
import { moveSteps, removeSteps } from "./several-steps.ts";

const blank = { actionType: null, next: null, whenTrue: null, whenFalse: null };
const step = (id: string, next: string | null): GraphStep => ({ ...blank, id, type: "email", next });
const exit = (id: string): GraphStep => ({ ...blank, id, type: "action", actionType: "exit" });
const fork = (id: string, whenTrue: string | null, whenFalse: string | null): GraphStep => ({
  ...blank,
  id,
  type: "condition",
  whenTrue,
  whenFalse,
});

/** `a>b c?d|e` reads: a goes to b; c is a condition with d on yes and e on no; `-` is nothing. */
const drawn = (graph: readonly GraphStep[] | null) =>
  graph
    ?.map(({ id, type, next, whenTrue, whenFalse }) =>
      type === "condition" ? `${id}?${whenTrue ?? "-"}|${whenFalse ?? "-"}` : `${id}>${next ?? "-"}`,
    )
    .join(" ");

const chain = [step("a", "b"), step("b", "c"), step("c", "d"), step("d", null)];
const diamond = [step("a", "c"), fork("c", "y", "n"), step("y", "z"), step("n", "z"), step("z", null)];
const at = (from: string, edge: "next" | "true" | "false" = "next"): Position => ({
  kind: "edge",
  from,
  edge,
});
const start: Position = { kind: "start" };

describe("one step is moved", () => {
  test("and its neighbours' edges follow", () => {
    expect(drawn(moveSteps(chain, ["d"], { kind: "before", stepId: "b" }))).toBe("a>d d>b b>c c>-");
    expect(drawn(moveSteps(chain, ["a"], at("d")))).toBe("b>c c>d d>a a>-");
    expect(drawn(moveSteps(chain, ["b"], start))).toBe("b>a a>c c>d d>-");
    expect(drawn(moveSteps(chain, ["b"], at("b")))).toBe(drawn(chain));
  });

  test("a condition takes its branches along and closes them where it lands, and goes into none of its own", () => {
    expect(drawn(moveSteps(diamond, ["c"], at("z")))).toBe("a>z z>c c?y|n y>- n>-");
    expect(drawn(moveSteps(diamond, ["c"], start))).toBe("c?y|n y>a n>a a>z z>-");
    expect(drawn(moveSteps(diamond, ["c"], at("y")))).toBe(drawn(diamond));
    expect(drawn(moveSteps(diamond, ["c", "z"], at("c", "true")))).toBe(drawn(diamond));
  });

  test("out of one branch into the other", () => {
    expect(drawn(moveSteps(diamond, ["y"], at("n")))).toBe("a>c c?z|n n>y y>z z>-");
  });
});

describe("several steps are moved", () => {
  test("to one place, in the order of their ways, whichever was chosen first", () => {
    expect(drawn(moveSteps(chain, ["d", "b"], start))).toBe("b>d d>a a>c c>-");
    expect(drawn(moveSteps(chain, ["a", "b"], at("d")))).toBe("c>d d>a a>b b>-");
  });

  test("beside one of them, the others come to it from either side", () => {
    expect(drawn(moveSteps(chain, ["a", "c", "d"], at("c")))).toBe("b>a a>c c>d d>-");
    expect(drawn(moveSteps(chain, ["b", "d"], at("b")))).toBe("a>b b>d d>c c>-");
  });

  test("a condition among them brings what stands in it, and only its own ways close behind it", () => {
    expect(drawn(moveSteps(diamond, ["c", "y", "a"], at("z")))).toBe("z>a a>c c?y|n y>- n>-");
    const nested = [
      fork("o", "a", "n"),
      step("a", "c"),
      fork("c", "y", "z"),
      step("y", "z"),
      step("n", "z"),
      step("z", null),
    ];
    // The other branch still leads past them.
    expect(drawn(moveSteps(nested, ["c", "a"], at("o", "true")))).toBe("o?a|n a>c c?y|z y>z n>z z>-");
  });

  test("out of both branches, one behind the other", () => {
    expect(drawn(moveSteps(diamond, ["n", "y"], at("z")))).toBe("a>c c?z|z z>y y>n n>-");
  });

  test("one that ends the way comes last, and two of those are refused", () => {
    const ends = [fork("c", "x", "n"), exit("x"), step("n", "m"), exit("m")];
    expect(drawn(moveSteps(ends, ["x", "n"], at("c", "false")))).toBe("c?-|n n>x x>m m>-");
    expect(moveSteps(ends, ["x", "m"], start)).toBeNull();
  });
});

describe("several steps are deleted", () => {
  test("what led to them goes on with what is left, and so does who stands there", () => {
    const { graph, onward } = removeSteps(chain, ["b", "c"]);
    expect(drawn(graph)).toBe("a>d d>-");
    expect([...onward]).toEqual([
      ["b", "d"],
      ["c", "d"],
    ]);
  });

  test("a condition that is emptied by it asks nothing, one that is not asks which branch stays", () => {
    const emptied = removeSteps(diamond, ["c", "y", "n"]);
    expect(emptied.undecided).toEqual([]);
    expect(drawn(emptied.graph)).toBe("a>z z>-");
    expect(removeSteps(diamond, ["a", "c", "y"]).undecided).toEqual(["c"]);
    const kept = removeSteps(diamond, ["a", "c"], { c: "true" });
    expect(kept.undecided).toEqual([]);
    expect(drawn(kept.graph)).toBe("y>z z>-");
    expect(Object.fromEntries(kept.onward)).toEqual({ a: "y", c: "y", n: "z" });
  });
});
