import { endingActions } from "./schema.ts";

/** Campaign steps as a graph: pure edits and questions. Contacts start at the first step of the array. */

export type Edge = "next" | "true" | "false";

/**
 * `next` counts for steps with one way on; the two branches count for conditions, and for waits that fork: what was
 * waited for has come, or time is up.
 */
export type GraphStep = {
  id: string;
  type: "email" | "wait" | "condition" | "action";
  actionType: string | null;
  next: string | null;
  whenTrue: string | null;
  whenFalse: string | null;
  /** Of a wait. */
  forks?: boolean;
};

/** Whether there are two ways on from it. */
export const isFork = (step: GraphStep): boolean => step.type === "condition" || step.forks === true;

/**
 * Where a step goes: on one edge; in front of a step (taking over all its incoming edges); or behind a
 * condition whose branches have not met yet (linking every open end of both). `start` is in front of everything.
 */
export type Position =
  | { kind: "start" }
  | { kind: "edge"; from: string; edge: Edge }
  | { kind: "before"; stepId: string }
  | { kind: "behind"; conditionId: string };

/** What happens to a deleted condition's two paths: one of them stays, or neither. */
export type Keep = "true" | "false" | "neither";

/** The step a position refers to, or null for the start. */
export function anchorOf(position: Position): string | null {
  switch (position.kind) {
    case "start":
      return null;
    case "edge":
      return position.from;
    case "before":
      return position.stepId;
    case "behind":
      return position.conditionId;
  }
}

export function endsHere(step: GraphStep): boolean {
  return step.type === "action" && step.actionType !== null && endingActions.includes(step.actionType);
}

/** The edges a contact can really leave by: an exit has none, a condition has two. */
export function edgesOf(step: GraphStep): { edge: Edge; to: string | null }[] {
  if (endsHere(step)) return [];
  if (isFork(step)) {
    return [
      { edge: "true", to: step.whenTrue },
      { edge: "false", to: step.whenFalse },
    ];
  }
  return [{ edge: "next", to: step.next }];
}

export function withEdge(step: GraphStep, edge: Edge, to: string | null): GraphStep {
  if (edge === "next") return { ...step, next: to };
  return edge === "true" ? { ...step, whenTrue: to } : { ...step, whenFalse: to };
}

function targetOf(step: GraphStep, edge: Edge): string | null {
  if (edge === "next") return step.next;
  return edge === "true" ? step.whenTrue : step.whenFalse;
}

function byId(graph: readonly GraphStep[]) {
  return new Map(graph.map((step) => [step.id, step]));
}

/** Ids reachable from `start`, itself included, without walking through `stop`. */
export function reachableFrom(
  graph: readonly GraphStep[],
  start: string | null,
  stop: string | null = null,
): Set<string> {
  const steps = byId(graph);
  const seen = new Set<string>();
  const open = [start];
  while (open.length > 0) {
    const step = steps.get(open.pop() ?? "");
    if (!step || step.id === stop || seen.has(step.id)) continue;
    seen.add(step.id);
    for (const { to } of edgesOf(step)) open.push(to);
  }
  return seen;
}

/** The ids of one cycle in walking order, or null. */
export function findCycle(graph: readonly GraphStep[]): string[] | null {
  const steps = byId(graph);
  const done = new Set<string>();
  const walk = (id: string, path: string[]): string[] | null => {
    if (path.includes(id)) return path.slice(path.indexOf(id));
    const step = steps.get(id);
    if (!step || done.has(id)) return null;
    for (const { to } of edgesOf(step)) {
      const found = to === null ? null : walk(to, [...path, id]);
      if (found) return found;
    }
    done.add(id);
    return null;
  };
  for (const step of graph) {
    const found = walk(step.id, []);
    if (found) return found;
  }
  return null;
}

export function unreachable(graph: readonly GraphStep[]): GraphStep[] {
  const reached = reachableFrom(graph, graph[0]?.id ?? null);
  return graph.filter((step) => !reached.has(step.id));
}

/** Display order: every step after all steps that lead to it, the true branch before the false one; strays last. */
export function inOrder(graph: readonly GraphStep[]): GraphStep[] {
  const steps = byId(graph);
  const seen = new Set<string>();
  const reversed: GraphStep[] = [];
  const walk = (id: string | null) => {
    const step = id === null ? undefined : steps.get(id);
    if (!step || seen.has(step.id)) return;
    seen.add(step.id);
    for (const { to } of edgesOf(step).reverse()) walk(to);
    reversed.push(step);
  };
  walk(graph[0]?.id ?? null);
  return [...reversed.reverse(), ...graph.filter((step) => !seen.has(step.id))];
}

/** The first step both branches of a condition lead to, or null when they never meet. */
export function joinOf(graph: readonly GraphStep[], conditionId: string): string | null {
  const condition = byId(graph).get(conditionId);
  if (!condition) return null;
  const left = reachableFrom(graph, condition.whenTrue, conditionId);
  const right = reachableFrom(graph, condition.whenFalse, conditionId);
  return inOrder(graph).find((step) => left.has(step.id) && right.has(step.id))?.id ?? null;
}

/** A step with everything that belongs to it (a condition brings its branches), and where the way goes on behind it. */
export function blockOf(graph: readonly GraphStep[], id: string): { ids: Set<string>; exit: string | null } {
  const step = byId(graph).get(id);
  if (!step) return { ids: new Set(), exit: null };
  if (!isFork(step)) return { ids: new Set([id]), exit: step.next };
  const exit = joinOf(graph, id);
  return { ids: reachableFrom(graph, id, exit), exit };
}

/** Also moves the edge an exit keeps but does not use, so that no stored edge ever points at a deleted step. */
function redirect(
  graph: readonly GraphStep[],
  from: string | null,
  to: string | null,
  within?: ReadonlySet<string>,
) {
  return graph.map((step) => {
    if (within && !within.has(step.id)) return step;
    const edges: Edge[] = isFork(step) ? ["true", "false"] : ["next"];
    return edges.reduce((now, edge) => (targetOf(step, edge) === from ? withEdge(now, edge, to) : now), step);
  });
}

/** Puts `block` (ids already in the graph, not linked to the rest) at `position`; its open ends lead on to what stood there. */
function splice(
  graph: readonly GraphStep[],
  first: string,
  block: ReadonlySet<string>,
  position: Position,
): GraphStep[] {
  const closeEnds = (steps: readonly GraphStep[], to: string | null) => redirect(steps, null, to, block);
  const rest = (steps: readonly GraphStep[]) => steps.filter((step) => !block.has(step.id));
  const mine = (steps: readonly GraphStep[]) => steps.filter((step) => block.has(step.id));
  const entry = rest(graph)[0]?.id ?? null;

  if (position.kind === "start" || (position.kind === "before" && position.stepId === entry)) {
    const linked = closeEnds(graph, entry);
    return [...mine(linked), ...rest(linked)];
  }
  if (position.kind === "before") {
    const others = redirect(rest(graph), position.stepId, first);
    return [...others, ...closeEnds(mine(graph), position.stepId)];
  }
  if (position.kind === "behind") {
    const { ids, exit } = blockOf(rest(graph), position.conditionId);
    if (exit) return splice(graph, first, block, { kind: "before", stepId: exit });
    return [...redirect(rest(graph), null, first, ids), ...mine(graph)];
  }
  const from = graph.find((step) => step.id === position.from);
  const target = from ? targetOf(from, position.edge) : null;
  const others = rest(graph).map((step) =>
    step.id === position.from ? withEdge(step, position.edge, first) : step,
  );
  return [...others, ...closeEnds(mine(graph), target)];
}

/** A new condition sends both branches on to what stood there, so that nobody's way is lost by adding one. */
export function insertStep(graph: readonly GraphStep[], step: GraphStep, position: Position): GraphStep[] {
  return insertBlock(graph, [step], position);
}

/** Several steps that are linked among themselves alone; the way comes in at the first of them. */
export function insertBlock(
  graph: readonly GraphStep[],
  block: readonly GraphStep[],
  position: Position,
): GraphStep[] {
  const [first] = block;
  if (!first) return [...graph];
  return settled(splice([...graph, ...block], first.id, new Set(block.map(({ id }) => id)), position));
}

/**
 * Takes a step out and links what led to it with what followed. A condition with two different paths needs
 * `keep`; steps that only the dropped path led to go too. `removed` names every step taken out, and `onward` the step
 * at which those go on who stand there: the next one of their way that is left, or null for the end.
 */
export function removeStep(
  graph: readonly GraphStep[],
  id: string,
  keep: Keep = "neither",
): { graph: GraphStep[]; removed: string[]; onward: Map<string, string | null> } {
  const step = graph.find((each) => each.id === id);
  if (!step) return { graph: [...graph], removed: [], onward: new Map() };
  const before = reachableFrom(graph, graph[0]?.id ?? null);
  const onward = {
    true: step.whenTrue,
    false: step.whenFalse,
    neither: isFork(step) ? joinOf(graph, id) : step.next,
  }[isFork(step) ? keep : "neither"];
  const entry = graph[0]?.id === id ? onward : (graph[0]?.id ?? null);
  const relinked = redirect(
    graph.filter((each) => each.id !== id),
    id,
    onward,
  );
  const first = relinked.filter((each) => each.id === entry);
  const ordered = [...first, ...relinked.filter((each) => each.id !== entry)];
  const still = reachableFrom(ordered, entry);
  const kept = ordered.filter((each) => still.has(each.id) || !before.has(each.id));
  const removed = graph.filter((each) => !kept.some((one) => one.id === each.id)).map((each) => each.id);
  const left = new Set(kept.map((each) => each.id));
  const goesOn = (from: string) =>
    inOrder(graph).find((each) => left.has(each.id) && reachableFrom(graph, from).has(each.id))?.id ?? null;
  return {
    graph: settled(removed.reduce((steps, gone) => redirect(steps, gone, null), kept)),
    removed,
    onward: new Map(removed.map((gone) => [gone, gone === id ? onward : goesOn(gone)])),
  };
}

/**
 * A step with everything that belongs to it apart from the rest: what led to it leads to what followed it, its own ends
 * lead nowhere, and it stands in front of its block.
 */
export function takeOut(graph: readonly GraphStep[], id: string): { rest: GraphStep[]; block: GraphStep[] } {
  const { ids, exit } = blockOf(graph, id);
  const entry = graph[0]?.id === id ? exit : (graph[0]?.id ?? null);
  const opened = redirect(graph, exit, null, ids);
  const others = opened.filter((step) => !ids.has(step.id));
  const rest = redirect(others, id, exit);
  const mine = opened.filter((step) => ids.has(step.id));
  const first = (steps: readonly GraphStep[], front: string | null) => [
    ...steps.filter((step) => step.id === front),
    ...steps.filter((step) => step.id !== front),
  ];
  return { rest: first(rest, entry), block: first(mine, id) };
}

/** The open ends of `block` lead on to this step. */
export const closed = (block: readonly GraphStep[], to: string | null): GraphStep[] =>
  redirect(block, null, to);

/** Points one edge at a step, or at nothing: how a branch rejoins a later step. */
export function linkEdge(
  graph: readonly GraphStep[],
  id: string,
  edge: Edge,
  to: string | null,
): GraphStep[] {
  return settled(graph.map((step) => (step.id === id ? withEdge(step, edge, to) : step)));
}

/**
 * In display order, and without circles that only show when an exit is taken out: an exit keeps the edge it does not
 * use (so that its place in the flow can be restored), unless that edge leads back to it.
 */
function settled(graph: readonly GraphStep[]): GraphStep[] {
  let steps = [...graph];
  for (const exit of graph.filter(endsHere)) {
    const plain = steps.map((step) => (endsHere(step) ? { ...step, actionType: null } : step));
    const circles = reachableFrom(plain, exit.next).has(exit.id);
    if (circles) steps = steps.map((step) => (step.id === exit.id ? { ...step, next: null } : step));
  }
  return inOrder(steps);
}
