import {
  anchorOf,
  blockOf,
  closed,
  edgesOf,
  type GraphStep,
  inOrder,
  insertBlock,
  isFork,
  type Keep,
  type Position,
  removeStep,
  takeOut,
} from "./graph.ts";

/**
 * Moves steps to one place, one behind the other in the order of their ways; a fork brings its branches. Beside one of
 * themselves, the others come to it; within a fork that moves, nothing changes. Null when two of them end the way: the
 * second would never be reached.
 */
export function moveSteps(
  graph: readonly GraphStep[],
  stepIds: readonly string[],
  position: Position,
): GraphStep[] | null {
  const roots = rootsOf(graph, stepIds);
  const anchor = anchorOf(position);
  const home = roots.find((root) => blockOf(graph, root.id).ids.has(anchor ?? "")) ?? null;
  const within = home && (home.id !== anchor || (isFork(home) && position.kind === "edge"));
  if (roots.length === 0 || within) return [...graph];
  const ending = roots.filter((root) => neverGoesOn(graph, root));
  if (ending.length > 1) return null;
  const order = [...roots.filter((root) => !ending.includes(root)), ...ending];
  if (!home) return putAt(graph, order, position);
  const at = order.indexOf(home);
  const before = putAt(graph, order.slice(0, at), { kind: "before", stepId: home.id });
  return putAt(before, order.slice(at + 1), behindOf(home));
}

/** The chosen steps in the order of their ways, without those that come along with a fork that was chosen too. */
function rootsOf(graph: readonly GraphStep[], stepIds: readonly string[]): GraphStep[] {
  const chosen = inOrder(graph).filter(({ id }) => stepIds.includes(id));
  const brought = new Set<string>();
  return chosen.filter((step) => {
    if (brought.has(step.id)) return false;
    for (const id of blockOf(graph, step.id).ids) brought.add(id);
    return true;
  });
}

/** Whether nobody who comes to it gets out behind it. */
const neverGoesOn = (graph: readonly GraphStep[], root: GraphStep): boolean =>
  takeOut(graph, root.id).block.every((step) => edgesOf(step).every(({ to }) => to !== null));

const behindOf = (step: GraphStep): Position =>
  isFork(step) ? { kind: "behind", conditionId: step.id } : { kind: "edge", from: step.id, edge: "next" };

function putAt(graph: readonly GraphStep[], order: readonly GraphStep[], position: Position): GraphStep[] {
  let rest = [...graph];
  const blocks = order.map(({ id }) => {
    const taken = takeOut(rest, id);
    rest = taken.rest;
    return taken.block;
  });
  const chain = blocks.flatMap((block, index) => closed(block, blocks[index + 1]?.[0]?.id ?? null));
  return insertBlock(rest, chain, position);
}

/** Which way of a fork stays, by its id. */
export type Kept = Readonly<Record<string, Keep>>;

/**
 * Takes steps out as `removeStep` does, one after the other. `undecided` names the forks whose ways still differ when
 * the other steps are gone, and of which nobody said which one stays: the graph is not to be used then.
 */
export function removeSteps(
  graph: readonly GraphStep[],
  stepIds: readonly string[],
  keep: Kept = {},
): { graph: GraphStep[]; onward: Map<string, string | null>; undecided: string[] } {
  const chosen = inOrder(graph).filter(({ id }) => stepIds.includes(id));
  // What stands within a fork goes before it, so that a fork that is emptied asks nothing.
  const order = [...chosen.filter((step) => !isFork(step)), ...chosen.filter(isFork).reverse()];
  let left = [...graph];
  const first = new Map<string, string | null>();
  const undecided: string[] = [];
  for (const { id } of order) {
    const step = left.find((each) => each.id === id);
    if (!step) continue;
    if (isFork(step) && step.whenTrue !== step.whenFalse && !keep[id]) undecided.push(id);
    const out = removeStep(left, id, keep[id]);
    left = out.graph;
    for (const [gone, to] of out.onward) first.set(gone, to);
  }
  const goesOn = (id: string): string | null => {
    let to = first.get(id) ?? null;
    while (to !== null && first.has(to)) to = first.get(to) ?? null;
    return to;
  };
  return { graph: left, onward: new Map([...first.keys()].map((id) => [id, goesOn(id)])), undecided };
}
