import type { Flow } from "#server/campaigns/flow";
import type { Campaign, Step } from "./use-campaign-edits.tsx";

/** `step 2, Wait 3 days`, or `3 steps`. */
export const stepsNamed = (steps: readonly Step[]): string => {
  const [only] = steps;
  return only && steps.length === 1 ? `step ${only.number}, ${only.title}` : `${steps.length} steps`;
};

type Linked = Pick<Step, "id" | "next" | "whenTrue" | "whenFalse">;

/** How many contacts stand where a way leads to one of these steps, or at one of them; each counts once. */
export function countOnTheWay(
  { steps, here }: { steps: readonly Linked[]; here: Campaign["here"] },
  chosen: readonly Pick<Step, "id">[],
): number {
  const reach = new Set(chosen.map(({ id }) => id));
  const open = [...reach];
  for (let id = open.pop(); id !== undefined; id = open.pop())
    for (const step of steps) {
      if (reach.has(step.id) || ![step.next, step.whenTrue, step.whenFalse].includes(id)) continue;
      reach.add(step.id);
      open.push(step.id);
    }
  return [...reach].reduce((sum, id) => sum + (here[id] ?? 0), 0);
}

/** The forks among these steps that hold others: deleting them needs a word on which branch stays. */
export function undecidedForks<Fork extends Linked & Pick<Step, "branches">>(
  { flow: { main, strays } }: Pick<Campaign, "flow">,
  steps: readonly Fork[],
): Fork[] {
  const chosen = new Set(steps.map(({ id }) => id));
  const holds = (flow: Flow): boolean =>
    flow.nodes.some(
      ({ stepId, branches }) =>
        !chosen.has(stepId) || (branches !== null && (holds(branches.true) || holds(branches.false))),
    );
  const open = new Set<string>();
  const walk = (flow: Flow) => {
    for (const { stepId, branches } of flow.nodes) {
      if (!branches) continue;
      if (holds(branches.true) || holds(branches.false)) open.add(stepId);
      walk(branches.true);
      walk(branches.false);
    }
  };
  for (const flow of [main, ...strays]) walk(flow);
  return steps.filter((step) => open.has(step.id) && step.branches && step.whenTrue !== step.whenFalse);
}
