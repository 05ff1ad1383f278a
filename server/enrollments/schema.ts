import { z } from "zod";

/** Contacts that a person adds to a campaign at once; more go through an edit of a selection. */
export const addedTogetherMax = 500;

export const addInput = z.object({
  campaignId: z.uuid({ error: "Choose a campaign." }),
  contactIds: z
    .array(z.uuid())
    .min(1, "Choose at least one contact.")
    .max(addedTogetherMax, `Add ${addedTogetherMax} contacts at most at once.`),
});

/** What a person can do with somebody's place in a campaign. */
export const personActs = ["pause", "resume", "skip", "exit", "retry"] as const;
export type PersonAct = (typeof personActs)[number];
export const personActInput = z.object({
  campaignId: z.uuid(),
  enrollmentIds: z.array(z.uuid()).min(1).max(addedTogetherMax),
  act: z.enum(personActs),
});
export const retryAllInput = z.object({
  campaignId: z.uuid(),
  /** A code, as the people of the campaign carry it; without one, whatever they failed for. */
  reason: z.string().max(60).optional(),
  /** Where the request before left off. */
  after: z.uuid().nullish(),
});
export const placesInput = z.object({ campaignId: z.uuid() });
export const journeyInput = placesInput.extend({ enrollmentId: z.uuid() });
