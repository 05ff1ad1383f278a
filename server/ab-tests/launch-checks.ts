import type { Problem } from "#server/campaigns/checks";
import type { StepSender } from "#server/campaigns/content/parts";
import type { Campaign } from "#server/campaigns/queries";
import { numbered } from "#server/campaigns/titles";
import { deliveredMin, type EmailTest, sampleSizeOf } from "./schema.ts";
import { changesOf } from "./variants.ts";

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
    if (
      test.dimension === "sender"
      && settings.rotationPoolId !== null
      && sameBesideAddress(step.sender, test)
    )
      add(
        "warning",
        "test_senders_alike",
        `${title} tests sender addresses, but the campaign sends from a pool, where every email bears the address of the mailbox it leaves from: all variants look the same. Let them differ by name or reply address, or choose one mailbox in Settings.`,
        step.id,
      );
    const size = goesOn ? test.sampleContacts : sampleSizeOf(test, people);
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

/** Whether two senders look the same to whoever gets them where the address is that of the mailbox. */
function sameBesideAddress(own: StepSender | null, test: EmailTest): boolean {
  const seen = test.variants.map((_, index) => {
    const sender = index === 0 ? own : changesOf(test, index).sender;
    return JSON.stringify([sender?.fromName ?? "", sender?.replyTo ?? ""]);
  });
  return new Set(seen).size < seen.length;
}

/** How many of the sample get the variant with the smallest share. */
export function smallestShare({ variants }: Pick<EmailTest, "variants">, size: number): number {
  const weights = variants.map(({ weight }) => weight);
  return Math.floor((size * Math.min(...weights)) / weights.reduce((sum, weight) => sum + weight, 0));
}
