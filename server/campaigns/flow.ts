import { endsHere, inOrder, isFork, joinOf, reachableFrom, type GraphStep, type Position } from "./graph.ts";

/** The graph as nested lists, for reading from top to bottom: every step stands in it exactly once. */
export type Flow = { nodes: FlowNode[]; tail: Tail };

/** `add` is where a step put directly above this one goes. */
export type FlowNode = { stepId: string; add: Position; branches: { true: Flow; false: Flow } | null };

/**
 * How a list goes on behind its last step: `open` = nothing follows; `joins` = goes on at a step that stands elsewhere;
 * `exit` = an exit ends it; `parted` = the branches above never meet. `add` is where a step put at the end goes.
 */
export type Tail =
  | { kind: "open" | "parted"; add: Position }
  | { kind: "joins"; stepId: string; add: Position }
  | { kind: "exit" };

/** Strays are steps nothing leads to: they are shown apart, since they can only be linked or deleted. */
export function flowOf(graph: readonly GraphStep[]): { main: Flow; strays: Flow[] } {
  const steps = new Map(graph.map((step) => [step.id, step]));
  const shown = new Set<string>();

  const list = (first: string | null, stops: ReadonlySet<string>, at: Position): Flow => {
    const nodes: FlowNode[] = [];
    let next = first;
    let add = at;
    for (;;) {
      const step = next === null ? undefined : steps.get(next);
      if (!step) return { nodes, tail: { kind: "open", add } };
      if (stops.has(step.id) || shown.has(step.id))
        return { nodes, tail: { kind: "joins", stepId: step.id, add } };
      shown.add(step.id);
      if (endsHere(step)) {
        nodes.push({ stepId: step.id, add, branches: null });
        return { nodes, tail: { kind: "exit" } };
      }
      if (!isFork(step)) {
        nodes.push({ stepId: step.id, add, branches: null });
        next = step.next;
        add = { kind: "edge", from: step.id, edge: "next" };
        continue;
      }
      const join = joinOf(graph, step.id);
      const inner = join === null ? stops : new Set([...stops, join]);
      const branches = {
        true: list(step.whenTrue, inner, { kind: "edge", from: step.id, edge: "true" }),
        false: list(step.whenFalse, inner, { kind: "edge", from: step.id, edge: "false" }),
      };
      nodes.push({ stepId: step.id, add, branches });
      if (join === null || stops.has(join)) {
        return { nodes, tail: { kind: "parted", add: { kind: "behind", conditionId: step.id } } };
      }
      next = join;
      add = { kind: "before", stepId: join };
    }
  };

  const main = list(graph[0]?.id ?? null, new Set(), { kind: "start" });
  const strays: Flow[] = [];
  for (const step of inOrder(graph)) {
    const leadsHere = graph.some(
      (each) => each.id !== step.id && reachableFrom(graph, each.id).has(step.id) && !shown.has(each.id),
    );
    if (!shown.has(step.id) && !leadsHere)
      strays.push(list(step.id, new Set(), { kind: "before", stepId: step.id }));
  }
  // A loop nothing leads to has no first step: start it anywhere.
  for (const step of graph) {
    if (!shown.has(step.id)) strays.push(list(step.id, new Set(), { kind: "before", stepId: step.id }));
  }
  return { main, strays };
}
