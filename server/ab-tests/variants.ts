import type { StepSender } from "../campaigns/content/parts.ts";
import type { EmailTest, VariantChanges } from "./schema.ts";

/** With fewer delivered than this, a variant says nothing. */
export const deliveredMin = 100;

/** The parts of an email that a variant may say otherwise. */
export type Said = {
  subjectLine: string | null;
  previewText: string | null;
  emailContent: string | null;
  emailText?: string | null;
  sender: StepSender | null;
  sendTime: string | null;
};

/** A for the first, the control, B for the next. */
export const variantName = (index: number): string => String.fromCharCode(65 + index);

/** What the variant changes, as far as the test is about it; of the control, the first, nothing. */
export function changesOf({ dimension, variants }: EmailTest, index: number): VariantChanges {
  const changes = index === 0 ? undefined : variants[index]?.changes;
  if (!changes) return {};
  const { subjectLine = "", previewText, emailContent = "", emailText = null, sender, sendTime } = changes;
  switch (dimension) {
    case "subject":
      return { subjectLine, ...(previewText !== undefined && { previewText }) };
    case "content":
      return { emailContent, emailText };
    case "sender":
      return { sender: sender ?? { fromName: "", fromEmail: "", replyTo: "" } };
    case "send_time":
      return sendTime === undefined ? {} : { sendTime };
  }
}

/** The email as the variant says it. */
export const asVariant = <Email extends Said>(email: Email, test: EmailTest | null, index: number): Email =>
  test === null ? email : { ...email, ...changesOf(test, index) };

/**
 * How many of `count` people an email is tested on: the share it asks for, and as many as let something be told of every
 * variant where there are so many.
 */
export function sampleSizeOf(
  { samplePercent, variants }: Pick<EmailTest, "samplePercent"> & { variants: readonly { weight: number }[] },
  count: number,
): number {
  const weights = variants.map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const least = Math.ceil((deliveredMin * total) / Math.min(...weights));
  const asked = Math.max(variants.length, Math.round((count * samplePercent) / 100));
  return Math.min(count, least <= count ? Math.max(asked, least) : asked);
}

/**
 * Whose turn it is, over and over, so that after any number of turns every variant has had its share to within one:
 * places of `weights`, each as often as its weight says, as evenly spread as can be.
 */
export function turns(weights: readonly number[]): number[] {
  const divisor = weights.reduce(greatestDivisor, 0) || 1;
  const shares = weights.map((weight) => weight / divisor);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const credit = shares.map(() => 0);
  return Array.from({ length: total }, () => {
    shares.forEach((share, place) => {
      credit[place] = (credit[place] ?? 0) + share;
    });
    const next = credit.indexOf(Math.max(...credit));
    credit[next] = (credit[next] ?? 0) - total;
    return next;
  });
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
}
