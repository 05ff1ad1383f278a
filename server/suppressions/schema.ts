import { z } from "zod";

export const suppressionListInput = z.object({
  q: z.string().trim().max(254).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
});
export type SuppressionListInput = z.infer<typeof suppressionListInput>;

/** Addresses as typed or pasted, one per line or parted by commas. */
export const suppressionAddInput = z.object({
  emails: z
    .string()
    .min(1, "Enter at least one address.")
    .max(200_000, "Add at most 200,000 characters at a time."),
  reason: z.string().trim().max(200).default("added by hand"),
});
export type SuppressionAddInput = z.infer<typeof suppressionAddInput>;

export const suppressionRemoveInput = z.object({ id: z.uuid() });
