import type { CheckedStep } from "#server/campaigns/checks";
import type { TestDimension, VariantChanges } from "./schema.ts";
import { asVariant, changesOf, variantName } from "./variants.ts";

/** What is wrong with the variants of an email, as codes and sentences. `title` names the step. */
export function variantProblems(
  step: CheckedStep,
  title: string,
  liquidProblem: (source: string) => string | null,
): [code: string, message: string][] {
  const { test } = step;
  if (!test) return [];
  const found: [string, string][] = [];
  if (step.review)
    found.push([
      "test_and_review",
      `${title} is reviewed one by one and tested at the same time: switch one of the two off.`,
    ]);
  const seen = new Map<string, string>();
  test.variants.forEach((_, index) => {
    const name = variantName(index);
    const changes = changesOf(test, index);
    const lacks = index === 0 ? null : missing[test.dimension](changes);
    if (lacks) found.push(["variant_incomplete", `${title}: variant ${name} has no ${lacks}: fill it in.`]);
    for (const [part, source] of Object.entries(textsOf(changes))) {
      const problem = source ? liquidProblem(source) : null;
      if (problem) found.push(["variant_liquid", `${title}, variant ${name}, ${part}: ${problem}`]);
    }
    const { subjectLine, previewText, emailContent, emailText, sender, sendTime } = asVariant(
      step,
      test,
      index,
    );
    const said = JSON.stringify([
      subjectLine,
      previewText,
      emailContent,
      emailText ?? null,
      sender,
      sendTime,
    ]);
    const same = seen.get(said);
    if (same && !lacks)
      found.push([
        "variants_alike",
        `${title}: variants ${same} and ${name} are the same, so there is nothing to test: change one of them.`,
      ]);
    seen.set(said, name);
  });
  return found;
}

const missing: Record<TestDimension, (changes: VariantChanges) => string | null> = {
  subject: ({ subjectLine }) => (subjectLine?.trim() ? null : "subject"),
  content: ({ emailContent }) => (emailContent?.trim() ? null : "body"),
  sender: ({ sender }) =>
    sender && Object.values(sender).some((text) => text !== "") ? null : "sender of its own",
  send_time: ({ sendTime }) => (sendTime ? null : "time"),
};

const textsOf = ({ subjectLine, previewText, emailContent, emailText }: VariantChanges) => ({
  subject: subjectLine,
  "preview text": previewText,
  body: emailContent,
  "text part": emailText,
});
