import type { Edge } from "#server/campaigns/graph";
import { endingActions } from "#server/campaigns/schema";
import type { Step } from "./use-campaign-edits.tsx";

type Linked = Pick<Step, "id" | "actionType" | "next" | "whenTrue" | "whenFalse">;

/** Nobody goes on behind it, whatever it leads to. */
export const endsTheWay = ({ actionType }: Pick<Step, "actionType">): boolean =>
  actionType !== null && endingActions.includes(actionType);

/** The steps that lead to `id`, straight or by way of others, in their order. */
export function stepsBefore<S extends Linked>(steps: readonly S[], id: string): S[] {
  const before = new Set<string>();
  const reach = (to: string | null) => to !== null && (to === id || before.has(to));
  for (let grown = true; grown;) {
    grown = false;
    for (const step of steps) {
      if (before.has(step.id) || endsTheWay(step)) continue;
      if (![step.next, step.whenTrue, step.whenFalse].some(reach)) continue;
      before.add(step.id);
      grown = true;
    }
  }
  return steps.filter((step) => before.has(step.id) && step.id !== id);
}

/** Where a way out of `from` may not lead, each with the reason: contacts would go round in circles. */
export function refusedTargets<S extends Linked & Pick<Step, "number">>(
  steps: readonly S[],
  from: string,
): Map<string, string> {
  const number = steps.find(({ id }) => id === from)?.number;
  const refused = new Map(
    stepsBefore(steps, from).map((step) => [
      step.id,
      `Step ${step.number} comes before step ${number}: contacts would go round in circles. The action “Go back to a step” sends them back, so many times and no more.`,
    ]),
  );
  return refused.set(from, "A step cannot lead on to itself.");
}

/** Steps that a way out of `from` may lead on to. */
export function linkTargets<S extends Linked & Pick<Step, "number">>(steps: readonly S[], from: string): S[] {
  const refused = refusedTargets(steps, from);
  return steps.filter(({ id }) => !refused.has(id));
}

/** Where each way out of a step leads now. */
export const targetOf = (step: Pick<Step, "next" | "whenTrue" | "whenFalse">, edge: Edge): string | null =>
  ({ next: step.next, true: step.whenTrue, false: step.whenFalse })[edge];

/** `Step 2`, or `The Yes branch of step 2`. */
export const wayOutOf = (
  { number, branchNames }: Pick<Step, "number" | "branchNames">,
  edge: Edge,
): string => (edge === "next" ? `Step ${number}` : `The ${branchNames[edge]} branch of step ${number}`);
