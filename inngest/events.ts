import { eventType } from "inngest";
import { z } from "zod";

const found = (input: unknown) => (input === undefined ? "nothing" : JSON.stringify(input).slice(0, 100));
const says = (expected: string) => (issue: { input?: unknown }) =>
  `expected ${expected}, found ${found(issue.input)}. Events carry ids only: send it again with this field set.`;

const id = z.uuid({ error: says("an id (uuid)") });
const fence = z
  .int({ error: says("a whole number from 0") })
  .min(0, { error: says("a whole number from 0") });
const stepType = z.enum(["email", "wait", "condition", "action"], {
  error: says("email, wait, condition or action"),
});

/** Every event names its tenant and workspace, so that its function can open the right transaction. */
const scope = { tenantId: id, workspaceId: id };

// The SDK checks the payload before the function starts; a wrong one fails for good, naming each wrong field.

export const importRequested = eventType("import/requested", {
  schema: z.object({ ...scope, importId: id, fence }),
});
export const importUndoRequested = eventType("import/undo.requested", {
  schema: z.object({ ...scope, importId: id, fence }),
});
/** The file of an import is to be fetched from its address. */
export const importFetchRequested = eventType("import/fetch.requested", {
  schema: z.object({ ...scope, importId: id, fence }),
});
export const importCancelled = eventType("import/cancelled", {
  schema: z.object({ ...scope, importId: id }),
});

/** The time of a scheduled import has come. */
export const importScheduleDue = eventType("import/schedule.due", {
  schema: z.object({ ...scope, scheduleId: id }),
});

export const exportRequested = eventType("export/requested", {
  schema: z.object({ ...scope, exportId: id, fence }),
});

export const contactEditRequested = eventType("contact-edit/requested", {
  schema: z.object({ ...scope, editId: id, fence }),
});

/** The time of a scheduled launch has come. */
export const campaignStartDue = eventType("campaign/start.due", {
  schema: z.object({ ...scope, campaignId: id }),
});
export const campaignLaunched = eventType("campaign/launched", {
  schema: z.object({ ...scope, campaignId: id, fence }),
});
export const campaignStepDue = eventType("campaign/step.due", {
  schema: z.object({
    ...scope,
    campaignId: id,
    stepId: id,
    stepOrder: z.int({ error: says("a whole number") }),
    stepType,
    fence,
  }),
});
/** Somebody has arrived at the campaign's door. */
export const campaignArrivalsDue = eventType("campaign/arrivals.due", {
  schema: z.object({ ...scope, campaignId: id }),
});
export const campaignDrained = eventType("campaign/drained", {
  schema: z.object({ ...scope, campaignId: id }),
});
export const campaignStopped = eventType("campaign/stopped", {
  schema: z.object({ ...scope, campaignId: id }),
});

export const mailboxMessagesQueued = eventType("mailbox/messages.queued", {
  schema: z.object({ ...scope, emailAccountId: id, fence }),
});

/** Drafts of the workspace wait for an AI provider to write them. */
export const draftsWritingDue = eventType("drafts/writing.due", {
  schema: z.object({ ...scope }),
});

/** A mailbox is to be looked into for replies and bounces. */
export const mailboxReadDue = eventType("mailbox/read.due", {
  schema: z.object({ ...scope, emailAccountId: id, fence }),
});

/** Segments of the workspace are to be recalculated. */
export const segmentRefreshRequested = eventType("segment/refresh.requested", {
  schema: z.object({ ...scope, fence }),
});
const contactIds = z
  .array(id, { error: says("a list of ids (uuid)") })
  .min(1, { error: says("at least one id") })
  .max(1000, { error: says("at most 1,000 ids") });
/** A recalculation found these contacts in a segment who were not in it before, or the other way round. */
export const segmentEntered = eventType("segment/entered", {
  schema: z.object({ ...scope, segmentId: id, contactIds }),
});
export const segmentLeft = eventType("segment/left", {
  schema: z.object({ ...scope, segmentId: id, contactIds }),
});

/** The scores of a model are to be recalculated. */
export const scoreRefreshRequested = eventType("score/refresh.requested", {
  schema: z.object({ ...scope, modelId: id, fence }),
});
/** These contacts have come into another tier of their lead score. */
export const scoreTierChanged = eventType("score/tier.changed", {
  schema: z.object({
    ...scope,
    modelId: id,
    tier: z.enum(["cold", "nurture", "mql", "sql"], { error: says("cold, nurture, mql or sql") }),
    contactIds,
  }),
});

/**
 * The id of an event that asks for one piece of work: the same job under the same fence starts once, however often
 * it is sent; a higher fence is a new request.
 */
export const onceId = (event: { name: string }, jobId: string, fence: number): string =>
  `${event.name}:${jobId}:${fence}`;
