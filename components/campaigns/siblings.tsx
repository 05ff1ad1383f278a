import type { Flow } from "#server/campaigns/flow";
import type { Position } from "#server/campaigns/graph";

/** The places above the step before and below the step after, within the same list. */
export type Siblings = { above: Position | null; below: Position | null };

export function siblingsAt({ nodes, tail }: Flow, index: number): Siblings {
  return {
    above: nodes[index - 1]?.add ?? null,
    below: nodes[index + 1] ? (nodes[index + 2]?.add ?? (tail.kind === "exit" ? null : tail.add)) : null,
  };
}

/** Of every step of the flow, by its id. */
export function siblingsIn(flow: Flow): Map<string, Siblings> {
  const found = new Map<string, Siblings>();
  flow.nodes.forEach((node, index) => {
    found.set(node.stepId, siblingsAt(flow, index));
    if (!node.branches) return;
    for (const inside of [node.branches.true, node.branches.false])
      for (const [id, siblings] of siblingsIn(inside)) found.set(id, siblings);
  });
  return found;
}
