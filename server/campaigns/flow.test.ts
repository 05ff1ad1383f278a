import fc from "fast-check";
import { expect, test } from "vitest";
import { flowOf, type Flow } from "./flow.ts";
import { findCycle, insertStep, linkEdge, type GraphStep, type Position } from "./graph.ts";
import { moveSteps, removeSteps } from "./several-steps.ts";

const step = (id: string, type: GraphStep["type"], actionType: string | null = null): GraphStep => ({
  id,
  type,
  actionType,
  next: null,
  whenTrue: null,
  whenFalse: null,
});

function placesIn(flow: Flow): Position[] {
  const inside = flow.nodes.flatMap((node) => [
    node.add,
    ...(node.branches ? [...placesIn(node.branches.true), ...placesIn(node.branches.false)] : []),
  ]);
  return flow.tail.kind === "exit" ? inside : [...inside, flow.tail.add];
}

function stepsIn(flow: Flow): string[] {
  return flow.nodes.flatMap((node) => [
    node.stepId,
    ...(node.branches ? [...stepsIn(node.branches.true), ...stepsIn(node.branches.false)] : []),
  ]);
}

/** Edits as a person makes them: always at a place the page offers. */
const edits = fc.array(
  fc.record({
    act: fc.constantFrom("email", "wait", "condition", "exit", "move", "delete", "link"),
    place: fc.nat(),
    which: fc.nat(),
    /** Another one that is picked with it. */
    also: fc.option(fc.nat()),
    keep: fc.constantFrom("true", "false", "neither"),
  }),
  { maxLength: 25 },
);

test("whatever is added, moved and deleted: every step is shown once, no edge dangles, nothing goes round in circles", () => {
  fc.assert(
    fc.property(edits, (list) => {
      let graph: GraphStep[] = [];
      list.forEach((edit, index) => {
        const shape = flowOf(graph);
        const places = [shape.main, ...shape.strays].flatMap(placesIn);
        const place = places[edit.place % places.length] ?? { kind: "start" as const };
        const picked = graph[edit.which % Math.max(graph.length, 1)]?.id ?? "";
        const other = graph[(edit.also ?? edit.which) % Math.max(graph.length, 1)]?.id ?? "";
        const both = [...new Set([picked, other])];
        // The mutations refuse a move or link that closes a circle, as branches linked by hand allow.
        const unlessCircle = (next: GraphStep[]) => (findCycle(next) ? graph : next);
        if (edit.act === "move") graph = unlessCircle(moveSteps(graph, both, place) ?? graph);
        else if (edit.act === "link") {
          const edge = graph.find((each) => each.id === picked)?.type === "condition" ? "true" : "next";
          graph = unlessCircle(linkEdge(graph, picked, edge, graph[edit.place % graph.length]?.id ?? null));
        } else if (edit.act === "delete") {
          const keep = Object.fromEntries(both.map((id) => [id, edit.keep]));
          graph = removeSteps(graph, both, keep).graph;
        } else if (edit.act === "exit") graph = insertStep(graph, step(`s${index}`, "action", "exit"), place);
        else graph = insertStep(graph, step(`s${index}`, edit.act), place);

        const ids = new Set(graph.map((each) => each.id));
        const targets = graph
          .flatMap((each) => [each.next, each.whenTrue, each.whenFalse])
          .filter((id) => id !== null);
        expect(targets.every((id) => ids.has(id))).toBe(true);
        expect(findCycle(graph)).toBeNull();
        const after = flowOf(graph);
        const shown = [after.main, ...after.strays].flatMap(stepsIn);
        expect(shown.toSorted()).toEqual([...ids].toSorted());
      });
    }),
    { numRuns: 500 },
  );
});

test("branches stand inside their condition, and the list goes on where they meet", () => {
  const yes = { ...step("y", "email"), next: "z" };
  const fork = { ...step("c", "condition"), whenTrue: "y", whenFalse: "z" };
  const { main } = flowOf([fork, yes, step("z", "email")]);
  expect(main.nodes.map((node) => node.stepId)).toEqual(["c", "z"]);
  expect(main.nodes[0]?.branches?.true).toEqual({
    nodes: [{ stepId: "y", add: { kind: "edge", from: "c", edge: "true" }, branches: null }],
    tail: { kind: "joins", stepId: "z", add: { kind: "edge", from: "y", edge: "next" } },
  });
  expect(main.nodes[0]?.branches?.false.tail).toMatchObject({ kind: "joins", stepId: "z" });
  expect(main.nodes[1]?.add).toEqual({ kind: "before", stepId: "z" });
});
