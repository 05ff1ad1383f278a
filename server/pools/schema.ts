import { z } from "zod";

export const rotationStrategies = ["round_robin", "weighted", "automatic", "random"] as const;
export type RotationStrategy = (typeof rotationStrategies)[number];
/** When no mailbox of it that stands well can send any more on a day: new people wait, or hear from the others. */
export const whenUnfitChoices = ["wait", "continue"] as const;
export type WhenUnfit = (typeof whenUnfitChoices)[number];
const membersMax = 50;
const weightMax = 100;

const poolFields = z.object({
  name: z.string().trim().min(1, "Give the pool a name.").max(100, "Use at most 100 characters."),
  strategy: z.enum(rotationStrategies),
  /** Of each mailbox, besides its own limit. */
  dailyLimitPerAccount: z.coerce
    .number({ error: "Enter how many emails a day, or leave it empty for no limit." })
    .int("Enter a whole number.")
    .min(1, "At least 1. Leave it empty for no limit.")
    .max(1_000_000, "1,000,000 are the most.")
    .nullable(),
  /** Left out: as it is; of a new one, they wait. */
  whenUnfit: z.enum(whenUnfitChoices).optional(),
  members: z
    .array(
      z.object({
        mailboxId: z.uuid(),
        weight: z.coerce
          .number({ error: "Enter a weight." })
          .int("Enter a whole number.")
          .min(1, "A weight is at least 1.")
          .max(weightMax, "A weight is at most 100."),
      }),
    )
    .min(1, "Choose at least one mailbox.")
    .max(membersMax, `A pool holds ${membersMax} mailboxes at most.`),
});

export const poolCreateInput = poolFields;
export type PoolCreateInput = z.infer<typeof poolCreateInput>;
export const poolUpdateInput = poolFields.extend({ id: z.uuid() });
export type PoolUpdateInput = z.infer<typeof poolUpdateInput>;
export const poolRef = z.object({ id: z.uuid() });
