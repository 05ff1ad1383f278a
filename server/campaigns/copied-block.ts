import {
  blockOf,
  type Edge,
  endsHere,
  type GraphStep,
  inOrder,
  isFork,
  joinOf,
  reachableFrom,
  withEdge,
} from "./graph.ts";

/**
 * What is copied when somebody has chosen these steps: the first of them in front, linked among themselves as their ways
 * lead, past what lies between and was not chosen. A fork of which nothing else was chosen brings its branches. Edges
 * that lead out are open; steps that no chosen one leads to come behind the others. Null when one of them is gone.
 */
export function copiedBlock<Step extends GraphStep>(
  graph: readonly Step[],
  stepIds: readonly string[],
): (Step | GraphStep)[] | null {
  const known = new Set(graph.map(({ id }) => id));
  if (stepIds.length === 0 || stepIds.some((id) => !known.has(id))) return null;
  const asked = new Set(stepIds);
  const chosen = new Set(asked);
  for (const id of asked) {
    const { ids } = blockOf(graph, id);
    if ([...ids].every((each) => each === id || !asked.has(each))) for (const each of ids) chosen.add(each);
  }
  const kept = inOrder(graph).filter(({ id }) => chosen.has(id));
  const onward = (id: string | null) => nextChosen(graph, id, chosen);
  const linked = kept.map((step) => ({
    ...step,
    next: onward(step.next),
    whenTrue: onward(step.whenTrue),
    whenFalse: onward(step.whenFalse),
  }));
  return joined(linked);
}

/** The first chosen step at or behind this one; past a fork that was not chosen, where its branches meet. */
function nextChosen(
  graph: readonly GraphStep[],
  from: string | null,
  chosen: ReadonlySet<string>,
): string | null {
  const seen = new Set<string>();
  for (let id = from; id !== null && !seen.has(id);) {
    if (chosen.has(id)) return id;
    seen.add(id);
    const step = graph.find((each) => each.id === id);
    if (!step || endsHere(step)) return null;
    id = isFork(step) ? joinOf(graph, id) : step.next;
  }
  return null;
}

/** Hangs whatever stands alone onto the last open end before it, so that the way comes by every copy. */
function joined(block: readonly GraphStep[]): GraphStep[] {
  let steps = [...block];
  const first = steps[0]?.id ?? null;
  for (const stray of block) {
    const reached = reachableFrom(steps, first);
    if (reached.has(stray.id)) continue;
    const open = inOrder(steps)
      .filter(({ id }) => reached.has(id))
      .flatMap((step) => openEdges(step).map((edge) => ({ id: step.id, edge })))
      .at(-1);
    if (!open) continue;
    steps = steps.map((step) => (step.id === open.id ? withEdge(step, open.edge, stray.id) : step));
  }
  return steps;
}

function openEdges(step: GraphStep): Edge[] {
  if (endsHere(step)) return [];
  if (!isFork(step)) return step.next === null ? ["next"] : [];
  return [
    ...(step.whenTrue === null ? (["true"] as const) : []),
    ...(step.whenFalse === null ? (["false"] as const) : []),
  ];
}
