import { z } from "zod";
import { stepSender, time } from "../campaigns/content/parts.ts";

export { detectableShare } from "./statistics.ts";
export { asVariant, deliveredMin, sampleSizeOf, variantName } from "./variants.ts";

export const testDimensions = ["subject", "content", "sender", "send_time"] as const;
export type TestDimension = (typeof testDimensions)[number];
export const testMetrics = ["open_rate", "click_rate", "reply_rate", "conversion_rate"] as const;
export type TestMetric = (typeof testMetrics)[number];
export const testFallbacks = ["control", "highest"] as const;

export const variantsMin = 2;
export const variantsMax = 5;

const weight = z.coerce
  .number({ error: "Enter a share as a whole number." })
  .int("Enter a whole number.")
  .min(1, "Give every variant a share of at least 1.")
  .max(100, "100 is the largest share.");

/**
 * What a variant says differently from its email: of these only what the test is about counts, and the rest is kept for
 * whoever changes their mind. Of the control, the first variant, nothing does: it is the email as it stands.
 */
export const variantChanges = z.object({
  subjectLine: z.string().max(500, "Keep the subject under 500 characters.").optional(),
  previewText: z.string().max(500, "Keep the preview text under 500 characters.").optional(),
  emailContent: z.string().max(500_000, "The body can hold 500,000 characters.").optional(),
  emailText: z.string().max(500_000, "The text part can hold 500,000 characters.").nullish(),
  sender: stepSender.optional(),
  sendTime: time.optional(),
});
export type VariantChanges = z.infer<typeof variantChanges>;

/**
 * `campaign_steps.test`: what an email step tries out before everybody gets it. The sample is `samplePercent` of an
 * audience that is known at the launch, or the first `sampleContacts` of a campaign that goes on taking people in. The
 * winner is looked for `durationMinutes` after the last email of the sample has left.
 */
export const emailTest = z.object({
  dimension: z.enum(testDimensions),
  metric: z.enum(testMetrics),
  samplePercent: z.coerce
    .number({ error: "Enter a share in percent." })
    .int("Enter a whole number.")
    .min(1, "Test on at least 1 %.")
    .max(100, "100 % is everybody."),
  sampleContacts: z.coerce
    .number({ error: "Enter how many contacts." })
    .int("Enter a whole number.")
    .min(variantsMin, "Test on at least 2 contacts.")
    .max(1_000_000, "1,000,000 contacts are the most."),
  durationMinutes: z.coerce
    .number({ error: "Enter how long to wait." })
    .int("Enter a whole number.")
    .min(15, "Give people at least 15 minutes.")
    .max(30 * 24 * 60, "30 days are the most."),
  fallback: z.enum(testFallbacks),
  variants: z
    .array(z.object({ weight, changes: variantChanges }))
    .min(variantsMin, "A test needs at least two variants.")
    .max(variantsMax, "A test holds five variants at most."),
});
export type EmailTest = z.infer<typeof emailTest>;

/** A test as it begins: the email against one other subject. */
export const newTest = (): EmailTest => ({
  dimension: "subject",
  metric: "open_rate",
  samplePercent: 20,
  sampleContacts: 1_000,
  durationMinutes: 240,
  fallback: "control",
  variants: [
    { weight: 1, changes: {} },
    { weight: 1, changes: { subjectLine: "" } },
  ],
});

export const testRef = z.object({ id: z.uuid() });
export const testsInput = z.object({ campaignId: z.uuid() });
export const pickInput = testRef.extend({ variantId: z.uuid() });
