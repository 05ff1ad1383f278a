import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { holds, joins, yieldUntil } from "#server/drivers/mutations";
import type { Block } from "#server/messages/limits";
import { passOn } from "./pass-on.ts";
import type { CallsToMake } from "./webhook-step.ts";
import { loadGraph, stepDue, stepOf, type EngineStep, type StepGraph } from "./steps.ts";

/**
 * A piece of a step's work: at most `limit` contacts, while `fence` drives the step; `beside` others of the same run,
 * which take other contacts.
 */
export type Slice = {
  scope: EventScope;
  campaignId: string;
  stepId: string;
  fence: number;
  limit: number;
  beside?: boolean;
};

/**
 * Where a slice left the step. `held`: false when another run drives it. `more`: come back at once. Else `until` is
 * when to come back, null = when woken, and `hold` what keeps those from moving who are due. `full`: as many moved as may
 * at once, so that as many again may follow. `ended`: for so many of them the way ended there, where the step can tell.
 */
export type SliceResult = {
  held: boolean;
  acted: number;
  more: boolean;
  full: boolean;
  ended?: number;
  until: Date | null;
  hold: Block | null;
  events: DriverEvent[];
  /** To be made once the slice is committed. */
  calls?: CallsToMake;
};

export const lost: SliceResult = {
  held: false,
  acted: 0,
  more: false,
  full: false,
  until: null,
  hold: null,
  events: [],
};

export type StepContext = Slice & { graph: StepGraph; step: EngineStep };
type Acted = { acted: number; ended?: number; events: DriverEvent[]; calls?: CallsToMake };

/** Lets `act` work on the contacts that are due at a step, and gives the step back until the next ones are. */
export async function onStep(
  tx: TenantTx,
  slice: Slice,
  act: (tx: TenantTx, context: StepContext) => Promise<Acted>,
): Promise<SliceResult> {
  const { campaignId, stepId, fence, beside = false } = slice;
  const driver = { table: "step_drivers", id: stepId } as const;
  if (!(await (beside ? joins : holds)(tx, driver, fence))) return lost;
  const [campaign] = await tx.execute<{ status: string }>(
    sql`select status from campaigns where id = ${campaignId}::uuid and deleted_at is null`,
  );
  if (campaign?.status !== "active") {
    if (beside) return { ...lost, held: true, more: true };
    await yieldUntil(tx, driver, fence, { until: null });
    return { ...lost, held: true, hold: "campaign_not_active" };
  }
  const graph = await loadGraph(tx, campaignId);
  const step = stepOf(graph, stepId);
  // New times, and the ways on from a step that is gone, are given one slice after the other.
  const alone = step.retimedUpTo !== null || !step.active;
  if (beside && alone) return { ...lost, held: true, more: true };
  const context = { ...slice, graph, step };
  const { acted, ended, events, calls }: Acted = await (step.active ? act(tx, context) : passOn(tx, context));
  const more = acted >= slice.limit;
  const worked = { ...lost, held: true, acted, ended, full: more && !alone, events, calls };
  // Of those side by side none sees what is left, and when to come back: whoever is alone next does.
  if (more || beside) return { ...worked, more: true };
  const until = await nextDue(tx, stepId);
  await yieldUntil(tx, driver, fence, { until });
  return { ...worked, until };
}

export type DueRow = { id: string; due_local: string | null; tz_used: string | null };

/** Those who are due at the step, the longest first; locked, passing over who is being changed at this moment. */
export const dueRows = (tx: TenantTx, slice: Slice): Promise<DueRow[]> =>
  tx.execute<DueRow>(dueNow(sql`id, due_local::text, tz_used`, slice));

/** People of whom nothing but the ids is of use: the text of a list for the next statement, null without anybody. */
export type DueIds = { count: number; ids: string | null };

/** As `dueRows`. */
export async function dueIds(tx: TenantTx, slice: Slice): Promise<DueIds> {
  const [due = { count: 0, ids: null }] = await tx.execute<DueIds>(sql`
    select count(*)::int as count, array_agg(id)::text as ids from (${dueNow(sql`id`, slice)}) due`);
  return due;
}

const dueNow = (columns: SQL, { scope, stepId, limit }: Slice): SQL => sql`
  select ${columns} from campaign_contacts
  where tenant_id = ${scope.tenantId}::uuid and current_step_id = ${stepId}::uuid
    and status in ('enrolled', 'active') and next_email_scheduled_at <= app_now()
  order by next_email_scheduled_at, id limit ${limit} for no key update skip locked`;

/**
 * Rows are looked up by their keys for the rest of the transaction: a plan made when a table had few rows would read all
 * of it for each of those who are asked about or go, and be kept while it grows by a million, until somebody counts it
 * again.
 */
export async function lookUpByKeys(tx: TenantTx): Promise<void> {
  await tx.execute(sql`select set_config('enable_seqscan', 'off', true)`);
}

/** When the step has something to do again: a contact falls due, or a message without a slot wants one. */
export async function nextDue(tx: TenantTx, stepId: string): Promise<Date | null> {
  const [row] = await tx.execute<{ at: Date | null }>(sql`
    select least(
      (select min(next_email_scheduled_at) from campaign_contacts
        where current_step_id = ${stepId}::uuid and status in ('enrolled', 'active') and next_email_scheduled_at is not null),
      (select min(next_attempt_at) from content.email_messages
        where step_id = ${stepId}::uuid and scheduled_for is null and delivery_status in ('queued', 'deferred'))) as at`);
  return row?.at ?? null;
}

/** Holds contacts at a step that cannot act: it is incomplete. */
export async function holdIncomplete(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update campaign_contacts set wait_reason = 'config_error', next_email_scheduled_at = null, updated_at = app_now()
    where id = any(${sql.param(enrollmentIds)}::uuid[])`);
}

/**
 * Looks again at contacts held at an incomplete step (only `stepId`, when given): it may have been mended. Their time
 * runs from when they came.
 */
export async function reconsiderIncomplete(
  tx: TenantTx,
  graph: StepGraph,
  stepId: string | null = null,
): Promise<void> {
  const rows = await tx.execute<{ id: string; step_id: string; entered_at: Date }>(sql`
    select id, current_step_id as step_id, coalesce(entered_step_at, enrolled_at) as entered_at from campaign_contacts
    where campaign_id = ${graph.campaignId}::uuid and status in ('enrolled', 'active') and wait_reason = 'config_error'
      and (${stepId}::uuid is null or current_step_id = ${stepId}::uuid)
    order by id for no key update`);
  const places = rows.flatMap((row) => {
    const step = graph.steps.get(row.step_id);
    const due = step ? stepDue(graph, step, row.entered_at.getTime()) : null;
    return due ? [{ id: row.id, due, reason: step?.type === "wait" ? "waiting" : null }] : [];
  });
  if (places.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = p.due, due_local = p.due_local, tz_used = ${graph.zone}, wait_reason = p.reason, updated_at = app_now()
    from unnest(${sql.param(places.map(({ id }) => id))}::uuid[],
      ${sql.param(places.map(({ due }) => new Date(due.at).toISOString()))}::timestamptz[],
      ${sql.param(places.map(({ due }) => due.local))}::timestamp[],
      ${sql.param(places.map(({ reason }) => reason))}::text[]) as p(id, due, due_local, reason)
    where e.id = p.id`);
}
