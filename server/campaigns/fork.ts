import { type GraphStep, isFork } from "./graph.ts";

/**
 * A step that gets a second way on lets both lead where it led; one that loses it leads where both did.
 * Null when they lead different ways: which one stays is not for a graph to say.
 */
export function withFork(graph: readonly GraphStep[], id: string, forks: boolean): GraphStep[] | null {
  const step = graph.find((each) => each.id === id);
  if (!step || isFork(step) === forks) return [...graph];
  if (!forks && step.whenTrue !== step.whenFalse) return null;
  const to = forks ? step.next : step.whenTrue;
  const [next, branch] = forks ? [null, to] : [to, null];
  return graph.map((each) =>
    each.id === id ? { ...each, forks, next, whenTrue: branch, whenFalse: branch } : each,
  );
}
