import type { Campaign, Step } from "./use-campaign-edits.tsx";

/** Steps that a way out of `from` may lead on to: none of those that lead to it, or contacts would go round in circles. */
export function linkTargets(campaign: Pick<Campaign, "steps">, from: string): Step[] {
  const before = new Set([from]);
  for (let grown = true; grown;) {
    grown = false;
    for (const step of campaign.steps) {
      const leads = [step.next, step.whenTrue, step.whenFalse].some((to) => to !== null && before.has(to));
      if (leads && !before.has(step.id)) {
        before.add(step.id);
        grown = true;
      }
    }
  }
  return campaign.steps.filter((step) => !before.has(step.id));
}
