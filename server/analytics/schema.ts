import { z } from "zod";

const id = z.uuid();

export const campaignRef = z.object({ id });

/** What somebody can be looked for by: where the enrollment stands. `live` is everybody still on the way. */
export const enrollmentFilters = [
  "live",
  "enrolled",
  "active",
  "paused",
  "completed",
  "replied",
  "bounced",
  "unsubscribed",
  "exited",
  "failed",
] as const;
export type EnrollmentFilter = (typeof enrollmentFilters)[number];

/** Parses a URL leniently: what it does not understand is the first page of everybody. */
export const peopleInput = z.object({
  id,
  status: z.enum(enrollmentFilters).optional().catch(undefined),
  stepId: id.optional().catch(undefined),
  after: id.optional().catch(undefined),
});
export type PeopleInput = z.infer<typeof peopleInput>;
