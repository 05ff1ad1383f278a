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
  /** A code, as the numbers by reason give it. */
  reason: z.string().max(60).optional().catch(undefined),
  after: id.optional().catch(undefined),
});
export type PeopleInput = z.infer<typeof peopleInput>;

/** `seen` is the `version` that the caller holds: with it, an answer that would say the same says nothing. */
export const followInput = campaignRef.extend({ seen: z.string().max(64).optional() });
export type FollowInput = z.infer<typeof followInput>;

export const timelineUnits = ["day", "hour"] as const;
export type TimelineUnit = (typeof timelineUnits)[number];
export const timelineInput = followInput.extend({ unit: z.enum(timelineUnits) });

/** What is counted of messages, and what one can be looked for by. */
export const measures = [
  "queued",
  "sent",
  "delivered",
  "bounced",
  "opened",
  "machineOpened",
  "clicked",
  "replied",
  "converted",
  "unsubscribed",
  "complained",
  "failed",
  "unknown",
  "withGaps",
] as const;
export type Measure = (typeof measures)[number];

/** Parses a URL leniently: what it does not understand is the first page of everything that was sent. */
export const messagesInput = z.object({
  id,
  is: z.enum(measures).catch("sent"),
  stepId: id.optional().catch(undefined),
  variantId: id.optional().catch(undefined),
  /** Of those that have reached a goal: this one. */
  goalId: id.optional().catch(undefined),
  after: id.optional().catch(undefined),
});
export type MessagesInput = z.infer<typeof messagesInput>;

const day = z.iso.date();
export const overviewDays = [7, 30, 90, 365] as const;

/** Parses a URL leniently: a period of days up to today, or one from a day on; else the last 30 days. */
export const overviewInput = z.object({
  days: z.coerce.number().int().min(1).max(3650).catch(30),
  from: day.optional().catch(undefined),
  to: day.optional().catch(undefined),
});
export type OverviewInput = z.infer<typeof overviewInput>;

/** What the numbers of a period count, and what one can be looked for by in it. */
export const periodMeasures = [
  "sent",
  "delivered",
  "opened",
  "machineOpened",
  "clicked",
  "replied",
  "converted",
  "bounced",
  "unsubscribed",
  "complained",
] as const satisfies Measure[];
export type PeriodMeasure = (typeof periodMeasures)[number];

/** Without days it is the last thirty. `after` is where the page before ended. */
export const happeningsInput = z.object({
  is: z.enum(periodMeasures).catch("sent"),
  from: day.optional().catch(undefined),
  to: day.optional().catch(undefined),
  campaign: id.optional().catch(undefined),
  mailbox: id.optional().catch(undefined),
  after: z.string().max(80).optional().catch(undefined),
});
export type HappeningsInput = z.infer<typeof happeningsInput>;

const numbersCursor = z.object({ date: day, id });
/** The last row of a piece. */
export type NumbersCursor = z.infer<typeof numbersCursor>;

export const numbersFileInput = z.object({
  from: day.optional().catch(undefined),
  to: day.optional().catch(undefined),
  /** The emails of one campaign; else all campaigns. */
  campaignId: id.optional(),
  after: numbersCursor.optional(),
});
export type NumbersFileInput = z.infer<typeof numbersFileInput>;
