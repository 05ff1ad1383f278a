import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import { withoutTenant } from "#db/client";
import type { TenantTx } from "#db/tenancy";
import { inngest } from "#inngest/client";
import {
  contactEditRequested,
  exportRequested,
  importFetchRequested,
  importRequested,
  importUndoRequested,
  onceId,
} from "#inngest/events";
import { followUp } from "#server/approvals/reminders";
import { completeIfDone } from "#server/enrollments/complete";
import { seeToMissed, seeToTags } from "#server/enrollments/missed-wakes";
import { fillCalendars } from "#server/holiday-calendars/mutations";
import { nextSend } from "#server/messages/claim";
import { wakeRested } from "#server/messages/rested";
import { ensureReader } from "#server/replies/reader";
import { expireLeases } from "#server/messages/unknown";
import { modelDriver } from "#server/scoring/mutations";
import { refreshDriver, requestDueRefresh } from "#server/segments/refresh";
import {
  arrivalsEvent,
  commitThenSend,
  drainedEvent,
  type DriverEvent,
  type DueStep,
  type EventScope,
  launchedEvent,
  queuedEvent,
  readDueEvent,
  scoreRefreshEvent,
  segmentRefreshEvent,
  startDueEvent,
  stepDueEvent,
  writingDueEvent,
} from "./events.ts";
import { wake } from "./mutations.ts";
import { findStalled } from "./queries.ts";
import { roundOf } from "./rounds.ts";
import type { DriverRef } from "./rows.ts";
import { type Found, sweepEach, type Swept, sweepWorkspaces } from "./sweep-workspaces.ts";

/*
 * What the rows call for and nobody is doing: a lost event, a run that died, an engine that was wiped. Looked up
 * across tenants through functions that return ids, and acted upon in each tenant's own transaction.
 */

/** A run that was called for is called for again; a row that was to be woken and was not is woken, under a new fence. */
async function callFor(tx: TenantTx, ref: DriverRef): Promise<{ fence: number; again?: string } | null> {
  const stalled = await findStalled(tx, ref);
  if (stalled) return stalled;
  const fence = await wake(tx, ref, await appNow(tx));
  return fence === null ? null : { fence };
}

export const sweepLeases = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from expired_messages()`, (tx, scope, messageIds) =>
    expireLeases(tx, { scope, messageIds }),
  );

export const sweepSteps = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_step_drivers()`, async (tx, scope, ids) => {
    const steps = await tx.execute<DueStep>(sql`
      select campaign_id as "campaignId", id as "stepId", step_order as "stepOrder", step_type as "stepType"
      from campaign_steps where id = any(${sql.param(ids)}::uuid[]) order by campaign_id, step_order`);
    const events: DriverEvent[] = [];
    for (const step of steps) {
      const ref = { table: "step_drivers", id: step.stepId } as const;
      const called = await callFor(tx, ref);
      if (called) events.push(stepDueEvent(scope, step, called.fence, called.again));
    }
    return { events };
  });

export const sweepMailboxes = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_mailbox_lanes()`, async (tx, scope, ids) => {
    const events: DriverEvent[] = [];
    // One after the other in the order of everybody who locks lanes.
    for (const id of ids.sort()) {
      // One that nobody reads has nobody else to tell it that it has rested long enough.
      events.push(...(await wakeRested(tx, scope, [id])).events);
      const ref = { table: "mailbox_lanes", id } as const;
      const now = await appNow(tx);
      const next = await nextSend(tx, id);
      // What is queued belongs to a paused campaign, say: no run could do anything about it.
      if (next === null || next > now) continue;
      const called = await callFor(tx, ref);
      if (called) events.push(queuedEvent(scope, id, called.fence, called.again));
    }
    return { events };
  });

/** Mailboxes whose replies are to be read: their time has come, or something lies in the sandbox for them. */
export const sweepReaders = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_mailbox_readers()`, async (tx, scope, ids) => {
    const events: DriverEvent[] = [];
    for (const id of ids.sort()) {
      const ref = { table: "mailbox_readers", id } as const;
      await ensureReader(tx, id);
      const called = await callFor(tx, ref);
      if (called) events.push(readDueEvent(scope, id, called.fence, called.again));
    }
    return { events };
  });

/** Each in a transaction of its own, so that none is held, with the limits of its people, while another is waited for. */
export const sweepCampaigns = (): Promise<Swept> =>
  sweepEach(sql`select * from campaigns_to_check()`, async (scope, ids) => {
    for (const id of ids)
      await commitThenSend(scope, async (tx) => ({ events: await checkCampaign(tx, scope, id) }));
  });

async function checkCampaign(tx: TenantTx, scope: EventScope, id: string): Promise<DriverEvent[]> {
  const [campaign] = await tx.execute<{ status: string; startsAt: Date | null; now: Date }>(
    sql`select status, start_date as "startsAt", app_now() as now from campaigns where id = ${id}::uuid`,
  );
  if (campaign?.status === "scheduled" && campaign.startsAt)
    return [startDueEvent(scope, id, roundOf(campaign.startsAt, campaign.now))];
  if ((await completeIfDone(tx, id)) !== "running") return [drainedEvent(scope, id)];
  const stalled = await findStalled(tx, { table: "campaign_drivers", id });
  return stalled ? [launchedEvent(scope, id, stalled.fence, stalled.again)] : [];
}

type Waiting = { id: string; since: Date; now: Date };

/**
 * Campaigns with somebody at the door: whoever was brought by a trigger in the database has nobody else to say so. The
 * last who came counts: one before them who cannot be let in makes them no later.
 */
export const sweepArrivals = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_campaign_arrivals()`, async (tx, scope, ids) => {
    const waiting = await tx.execute<Waiting>(sql`
      select campaign_id as id, max(due_at) as since, app_now() as now from campaign_arrivals
      where campaign_id = any(${sql.param(ids)}::uuid[]) and due_at <= app_now() group by campaign_id`);
    return { events: waiting.map(({ id, since, now }) => arrivalsEvent(scope, id, roundOf(since, now))) };
  });

/** A tag can be taken off so many at once. */
const missedMax = 20_000;

/**
 * Contacts whom a waiting step could not be told of, since it was asking about them at that moment: it asks again. And
 * those who may be disturbed again. Of every workspace some, however many one of them has.
 */
export const sweepWaiters = (): Promise<Swept> =>
  sweepEach(sql`select * from due_missed_wakes(${missedMax})`, seeToMissed);

/** Of the minute between two sweeps: while one is under way no other begins. */
const bearersMs = 20_000;

/**
 * Those who have a tag that keeps campaigns away no more: one note stands for a million of them. So this comes after all
 * other sweeps, and has its time. Every tag gets on by a slice, and the first one by as many as that time holds: which one
 * comes first is drawn.
 */
export function sweepBearers(): Promise<Swept> {
  const until = performance.now() + bearersMs;
  return sweepEach(sql`select * from due_missed_wakes(${missedMax}) order by random()`, (scope, ids) =>
    seeToTags(scope, ids, until),
  );
}

/** Calendars that lack holidays of the coming year. */
export const sweepHolidays = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_holiday_calendars()`, async (tx, _scope, ids) => {
    await fillCalendars(tx, ids.toSorted());
    return { events: [] };
  });

/** Segments whose half hour is over, whose contacts have changed, or whose run has fallen silent. */
export const sweepSegments = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_segment_drivers()`, async (tx, scope) => {
    // A run that was called for and has not begun yet will see what has changed since.
    const stalled = await findStalled(tx, refreshDriver(scope.workspaceId));
    const fence = stalled ? stalled.fence : await requestDueRefresh(tx, scope.workspaceId);
    return { events: fence === null ? [] : [segmentRefreshEvent(scope, fence, stalled?.again)] };
  });

/** Requests for an approval whose approvers are to be reminded, or that nobody answered in time. */
export const sweepApprovals = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_approvals()`, async (tx, _scope, ids) => {
    for (const id of ids.toSorted()) await followUp(tx, id);
    return { events: [] };
  });

/** Workspaces with drafts that a provider is to write and that nobody is writing: since a run died, if one did. */
export const sweepDrafts = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_draft_writing()`, async (tx, scope) => {
    const [waiting] = await tx.execute<{ since: Date | null; now: Date }>(sql`
      select coalesce(max(writing_until) filter (where writing = 'writing' and writing_until <= app_now()),
        min(writing_at) filter (where writing = 'waiting')) as since, app_now() as now
      from email_drafts where writing in ('waiting', 'writing') and status = 'draft' and step_version_id is not null`);
    return { events: waiting?.since ? [writingDueEvent(scope, roundOf(waiting.since, waiting.now))] : [] };
  });

/** Scoring models whose day has come, or whose run has fallen silent. */
export const sweepScores = (): Promise<Swept> =>
  sweepWorkspaces(sql`select * from due_scoring_models()`, async (tx, scope, ids) => {
    const events: DriverEvent[] = [];
    for (const id of ids) {
      const ref = modelDriver(id);
      const called = await callFor(tx, ref);
      if (called) events.push(scoreRefreshEvent(scope, id, called.fence, called.again));
    }
    return { events };
  });

type Job = Found & {
  kind: "import" | "export" | "contact_edit";
  status: string;
  fence: number;
  since: Date;
  now: Date;
};

/** Imports, exports and edits of contacts whose run has fallen silent go on where their rows say. */
export async function sweepJobs(): Promise<Swept> {
  const jobs = await withoutTenant((tx) =>
    tx.execute<Job>(sql`select j.*, app_now() as now from stalled_jobs() j`),
  );
  if (jobs.length > 0) await inngest.send(jobs.map(jobEvent));
  return { found: jobs.length, failed: [] };
}

function jobEvent({ kind, status, tenant_id, workspace_id, id, fence, since, now }: Job) {
  const scope = { tenantId: tenant_id, workspaceId: workspace_id };
  const once = (event: { name: string }) => ({
    id: `${onceId(event, id, fence)}:${roundOf(since, now)}`,
  });
  if (kind === "export")
    return exportRequested.create({ ...scope, exportId: id, fence }, once(exportRequested));
  if (kind === "contact_edit")
    return contactEditRequested.create({ ...scope, editId: id, fence }, once(contactEditRequested));
  const events: Record<
    string,
    typeof importRequested | typeof importUndoRequested | typeof importFetchRequested
  > = {
    rolling_back: importUndoRequested,
    fetching: importFetchRequested,
  };
  const event = events[status] ?? importRequested;
  return event.create({ ...scope, importId: id, fence }, once(event));
}
