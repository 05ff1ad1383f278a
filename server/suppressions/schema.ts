import { z } from "zod";

export const suppressionScopes = ["workspace", "tenant"] as const;
export const scopeLabels = { workspace: "This workspace", tenant: "The whole organization" } as const;

/** From so many characters on, any part of an address is found. */
export const partMin = 3;

export const suppressionListInput = z.object({
  /** A part of an address; of fewer than `partMin` characters, its start. */
  q: z.string().trim().max(254).optional().catch(undefined),
  scope: z.enum(suppressionScopes).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
});
export type SuppressionListInput = z.infer<typeof suppressionListInput>;

/** Addresses and domains ("@example.com") as typed or pasted, one per line or parted by commas. */
export const suppressionAddInput = z.object({
  emails: z
    .string()
    .min(1, "Enter at least one address.")
    .max(200_000, "Add at most 200,000 characters at a time."),
  reason: z.string().trim().max(200, "Keep the reason under 201 characters.").default("added by hand"),
  scope: z.enum(suppressionScopes).default("workspace"),
});
export type SuppressionAddInput = z.infer<typeof suppressionAddInput>;

/** Columns of the list as a file. */
export const fileColumns = ["email", "scope", "reason", "source", "added_at"] as const;

/** A list that was downloaded, or its head and some of its records. Reason and scope are for rows that say none. */
export const suppressionFileInput = suppressionAddInput
  .omit({ emails: true })
  .extend({ file: z.string().min(1).max(1_000_000, "Send at most 1,000,000 characters at a time.") });
export type SuppressionFileInput = z.infer<typeof suppressionFileInput>;

export const suppressionRemoveInput = z.object({
  id: z.uuid(),
  /** How it is known that this person wants mail again. */
  evidence: z.string().trim().min(3, "Say how you know that they want mail again.").max(500),
});
export type SuppressionRemoveInput = z.infer<typeof suppressionRemoveInput>;
