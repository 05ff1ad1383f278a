import { z } from "zod";

const side = z.object({ id: z.uuid(), version: z.number().int() });
/** Whose value a field takes: of the contact that stays, of the other one, or, of several of a few, all of both. */
export const mergeChoice = z.enum(["keep", "other", "both"]);
export type MergeChoice = z.infer<typeof mergeChoice>;

export const mergePair = z
  .object({ keepId: z.uuid(), otherId: z.uuid() })
  .refine(({ keepId, otherId }) => keepId !== otherId, "Choose another contact: this is the same one.");

/**
 * Merges `other` into `keep`. The versions are those that were on the screen. `choices` are by field, custom ones as
 * `custom.<name>`; a field without one takes what the page proposes.
 */
export const mergeInput = z
  .object({
    keep: side,
    other: side,
    choices: z.record(z.string().regex(/^(custom\.)?[a-z][a-z0-9_]{0,62}$/), mergeChoice).default({}),
  })
  .refine(({ keep, other }) => keep.id !== other.id, "Choose another contact: this is the same one.");
export type MergeInput = z.infer<typeof mergeInput>;
