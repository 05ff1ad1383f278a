import type { Scope, TenantTx } from "#db/tenancy";
import { withTenant } from "#db/tenancy";
import { inngest } from "#inngest/client";
import {
  campaignArrivalsDue,
  campaignDrained,
  campaignLaunched,
  campaignStartDue,
  campaignStepDue,
  draftsWritingDue,
  mailboxMessagesQueued,
  mailboxReadDue,
  onceId,
  scoreRefreshRequested,
  segmentRefreshRequested,
} from "#inngest/events";
import { log } from "#server/log";

/** Whose work it is, as events carry it. */
export type EventScope = { tenantId: string; workspaceId: string };

export type DriverEvent =
  | ReturnType<typeof campaignStartDue.create>
  | ReturnType<typeof campaignLaunched.create>
  | ReturnType<typeof campaignStepDue.create>
  | ReturnType<typeof campaignArrivalsDue.create>
  | ReturnType<typeof campaignDrained.create>
  | ReturnType<typeof mailboxMessagesQueued.create>
  | ReturnType<typeof mailboxReadDue.create>
  | ReturnType<typeof draftsWritingDue.create>
  | ReturnType<typeof segmentRefreshRequested.create>
  | ReturnType<typeof scoreRefreshRequested.create>;

/** A step as its events name it. */
export type DueStep = {
  campaignId: string;
  stepId: string;
  stepOrder: number;
  stepType: "email" | "wait" | "condition" | "action";
};

/**
 * `again` makes the id of a repeated event: a server that has lost the first one, or what came of it, must not
 * refuse the second as a duplicate.
 */
const idOf = (event: { name: string }, id: string, fence: number, again?: string) => ({
  id: again === undefined ? onceId(event, id, fence) : `${onceId(event, id, fence)}:${again}`,
});

/** Says that a scheduled campaign's time has come; `again` tells one round's word from the next one's. */
export const startDueEvent = ({ tenantId, workspaceId }: EventScope, campaignId: string, again: string) =>
  campaignStartDue.create(
    { tenantId, workspaceId, campaignId },
    { id: `${campaignStartDue.name}:${campaignId}:${again}` },
  );

export const launchedEvent = (
  { tenantId, workspaceId }: EventScope,
  campaignId: string,
  fence: number,
  again?: string,
) =>
  campaignLaunched.create(
    { tenantId, workspaceId, campaignId, fence },
    idOf(campaignLaunched, campaignId, fence, again),
  );

export const stepDueEvent = (
  { tenantId, workspaceId }: EventScope,
  { campaignId, stepId, stepOrder, stepType }: DueStep,
  fence: number,
  again?: string,
) =>
  campaignStepDue.create(
    { tenantId, workspaceId, campaignId, stepId, stepOrder, stepType, fence },
    idOf(campaignStepDue, stepId, fence, again),
  );

export const queuedEvent = (
  { tenantId, workspaceId }: EventScope,
  emailAccountId: string,
  fence: number,
  again?: string,
) =>
  mailboxMessagesQueued.create(
    { tenantId, workspaceId, emailAccountId, fence },
    idOf(mailboxMessagesQueued, emailAccountId, fence, again),
  );

export const readDueEvent = (
  { tenantId, workspaceId }: EventScope,
  emailAccountId: string,
  fence: number,
  again?: string,
) =>
  mailboxReadDue.create(
    { tenantId, workspaceId, emailAccountId, fence },
    idOf(mailboxReadDue, emailAccountId, fence, again),
  );

export const segmentRefreshEvent = ({ tenantId, workspaceId }: EventScope, fence: number, again?: string) =>
  segmentRefreshRequested.create(
    { tenantId, workspaceId, fence },
    idOf(segmentRefreshRequested, workspaceId, fence, again),
  );

export const scoreRefreshEvent = (
  { tenantId, workspaceId }: EventScope,
  modelId: string,
  fence: number,
  again?: string,
) =>
  scoreRefreshRequested.create(
    { tenantId, workspaceId, modelId, fence },
    idOf(scoreRefreshRequested, modelId, fence, again),
  );

/** Says that somebody stands at a campaign's door. Without an id unless it is repeated, as below. */
export const arrivalsEvent = ({ tenantId, workspaceId }: EventScope, campaignId: string, again?: string) =>
  campaignArrivalsDue.create(
    { tenantId, workspaceId, campaignId },
    again === undefined ? undefined : { id: `${campaignArrivalsDue.name}:${campaignId}:${again}` },
  );

/** Says that drafts are to be written by a provider: whoever comes too late finds nothing to do. */
export const writingDueEvent = ({ tenantId, workspaceId }: EventScope, again?: string) =>
  draftsWritingDue.create(
    { tenantId, workspaceId },
    again === undefined ? undefined : { id: `${draftsWritingDue.name}:${workspaceId}:${again}` },
  );

/** Says that nobody is on the way any more. Without an id: it may be said as often as it is noticed. */
export const drainedEvent = ({ tenantId, workspaceId }: EventScope, campaignId: string) =>
  campaignDrained.create({ tenantId, workspaceId, campaignId });

/**
 * Commits the work, then sends the events that it calls for, and returns the rest of its result. An event that is lost
 * in between, or that nobody takes, is found by the sweeper, since the rows that call for it are committed: what was
 * asked for has not failed.
 */
export async function commitThenSend<T extends { events: DriverEvent[] }>(
  scope: Scope,
  work: (tx: TenantTx) => Promise<T>,
): Promise<Omit<T, "events">> {
  const { events, ...rest } = await withTenant(scope, work);
  if (events.length === 0) return rest;
  try {
    await inngest.send(events);
  } catch (error) {
    const names = [...new Set(events.map(({ name }) => name))];
    log.warn({ err: error, events: names }, "events not sent: the sweeper will");
  }
  return rest;
}
