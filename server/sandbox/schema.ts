import { z } from "zod";

const rate = z.coerce
  .number()
  .min(0, "A rate is at least 0.")
  .max(1, "A rate is at most 1, which is everybody.");
const delay = z.coerce
  .number()
  .int()
  .min(0)
  .max(30 * 86_400, "A delay is at most 30 days.");

/** How lively the robot is. Rates from 0 to 1; delays in seconds after the mail came in. */
export const robotSettings = z.object({
  robotOn: z.boolean(),
  openRate: rate,
  clickRate: rate,
  unsubscribeRate: rate,
  replyRate: rate,
  autoReplyRate: rate,
  bounceRate: rate,
  delaySecondsMin: delay,
  delaySecondsMax: delay,
});
export type RobotSettings = z.infer<typeof robotSettings>;

export const robotSettingsInput = robotSettings.partial();

/** Paces that the inbox offers by name. Never under three seconds: that quick, it is taken for a machine. */
export const paces = {
  calm: { delaySecondsMin: 60, delaySecondsMax: 1200 },
  fast: { delaySecondsMin: 4, delaySecondsMax: 45 },
} as const;

export const mailListInput = z.object({
  q: z.string().max(200).optional(),
  to: z.string().max(254).optional(),
  subject: z.string().max(200).optional(),
  after: z.uuid().optional(),
  before: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(50),
});
