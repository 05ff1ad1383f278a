import { z } from "zod";

/** What a rule compares with, by shape. Objects are strict: a key that is not understood would change the meaning. */

/** Without U+0000 and halves of a character, which Postgres cannot hold. */
export const holdable = (typed: string) => !typed.includes("\0") && typed.isWellFormed();
export const text = z.string().trim().min(1).max(1000).refine(holdable);
export const number = z.number().finite();
/** A day of the calendar that is written with four digits of the year: 0001 to 9999. */
export const date = z.iso.date().refine((day) => !day.startsWith("0000"));

/** A length of wall-clock time in the workspace's zone. */
export const span = z.strictObject({
  amount: z.number().int().min(1).max(10_000),
  unit: z.enum(["hours", "days", "weeks", "months"]),
});
export type Span = z.infer<typeof span>;

const days = z.number().int().min(1).max(3650);

/** Which messages a rule looks at: of a campaign or one of its steps, how long ago at most, to which address. */
export const engagement = z.strictObject({
  stepId: z.uuid().optional(),
  campaignId: z.uuid().optional(),
  days: days.optional(),
  /** Of clicks: a part of the address that was followed, whatever its case. */
  urlContains: text.optional(),
});
export type Engagement = z.infer<typeof engagement>;

/** How often something happened, in the last so many days or ever, in one campaign or any. */
export const tally = z.strictObject({
  count: z.number().int().min(0).max(1_000_000),
  days: days.optional(),
  campaignId: z.uuid().optional(),
});
export type Tally = z.infer<typeof tally>;

/** A custom event of this name, in the last so many days or ever. */
export const occurrence = z.strictObject({ event: text, days: days.optional() });
export type Occurrence = z.infer<typeof occurrence>;

export const passageWays = ["any", "true", "false"] as const;
/** A step of the campaign that asks, left by any way or by one of its branches. */
export const passage = z.strictObject({ stepId: z.uuid(), way: z.enum(passageWays) });
export type Passage = z.infer<typeof passage>;

/** A variant of the A/B test of an email of the campaign that asks, by its letter. */
export const variantGot = z.strictObject({ testedId: z.uuid(), variant: z.string().regex(/^[A-E]$/) });
export type VariantGot = z.infer<typeof variantGot>;

/** Days ahead, today being the first of them. */
export const daysAhead = z.strictObject({
  amount: z.number().int().min(1).max(366),
  unit: z.literal("days"),
});

export type RuleValue =
  | string
  | number
  | boolean
  | string[]
  | [number, number]
  | [string, string]
  | Span
  | Engagement
  | Tally
  | Occurrence
  | Passage
  | VariantGot;

export const anyValue: z.ZodType<RuleValue> = z.union([
  z.string(),
  number,
  z.boolean(),
  z.tuple([number, number]),
  z.array(z.string()).max(1000),
  span,
  tally,
  occurrence,
  passage,
  variantGot,
  engagement,
]);
