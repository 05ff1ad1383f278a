import type { Problem } from "#server/campaigns/checks";
import type { Campaign } from "#server/campaigns/queries";
import { numbered } from "#server/campaigns/titles";
import { deliveredMin, type EmailTest } from "./schema.ts";

const fallbackWords = {
  control: "variant A goes to the others",
  highest: "whichever did best goes to the others, which may be chance",
} as const;

/** What stands against testing at this launch: numbers that are not taken, and samples that are too small to tell. */
export function testProblems(
  {
    type,
    steps,
    settings,
    goesOn,
    goals,
  }: Pick<Campaign, "type" | "steps" | "settings" | "goesOn" | "goals">,
  people: number,
): Problem[] {
  const found: Problem[] = [];
  const add = (severity: Problem["severity"], code: string, message: string, stepId: string | null) =>
    found.push({ code, severity, where: "steps", message, stepId });
  const first = steps.find((step) => step.type === "email");
  if (type === "ab_test" && first && !first.test)
    add(
      "blocker",
      "no_test",
      "An A/B test campaign tests its first email: add a test to it, or make a broadcast instead.",
      first.id,
    );
  steps.forEach((step, index) => {
    const { test } = step;
    if (!test) return;
    const title = numbered(step, index);
    if (test.metric === "open_rate" && !settings.trackOpens)
      add(
        "blocker",
        "test_untracked",
        `${title} is tested by opens, which this campaign does not track: switch that on in Settings, or choose another measure.`,
        step.id,
      );
    if (test.metric === "click_rate" && !settings.trackClicks)
      add(
        "blocker",
        "test_untracked",
        `${title} is tested by clicks, which this campaign does not track: switch that on in Settings, or choose another measure.`,
        step.id,
      );
    if (test.metric === "conversion_rate" && goals.length === 0)
      add(
        "blocker",
        "test_without_goal",
        `${title} is tested by the goals that people reach, and this campaign has none: add one under Goals, or choose another measure.`,
        step.id,
      );
    const size = goesOn ? test.sampleContacts : Math.round((people * test.samplePercent) / 100);
    const least = smallestShare(test, size);
    if (least < deliveredMin)
      add(
        "warning",
        "test_small",
        `${title} is tested on ${size.toLocaleString("en")} people, ${least.toLocaleString("en")} of them for the smallest variant. With fewer than ${deliveredMin} nothing can be told for sure, and ${fallbackWords[test.fallback]}: test on more people, or on fewer variants.`,
        step.id,
      );
  });
  return found;
}

/** How many of the sample get the variant with the smallest share. */
export function smallestShare({ variants }: Pick<EmailTest, "variants">, size: number): number {
  const weights = variants.map(({ weight }) => weight);
  return Math.floor((size * Math.min(...weights)) / weights.reduce((sum, weight) => sum + weight, 0));
}
