import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, queuedEvent } from "#server/drivers/events";
import { holds, wake, yieldUntil } from "#server/drivers/mutations";
import { reviewDue } from "#server/drafts/review-step";
import { tieMessages } from "#server/drafts/standing";
import { advance } from "#server/enrollments/advance";
import { exitEnrollments } from "#server/enrollments/exits";
import type { ExitReason } from "#server/enrollments/reasons";
import { passOn } from "#server/enrollments/pass-on";
import { skipRepeated } from "#server/enrollments/repeated";
import {
  dueRows,
  holdIncomplete,
  lost,
  nextDue,
  type Slice,
  type SliceResult,
  type StepContext,
} from "#server/enrollments/slice";
import { loadGraph, stepOf } from "#server/enrollments/steps";
import { type Slot, slotsFor } from "#server/planner/slots";
import { giveSlots, insertMessages, reserve } from "./ledger.ts";
import { type Block, loadSending, lockLimits, type Sending } from "./limits.ts";
import { unmailableReason } from "./mailable.ts";
import { putOffSnoozed } from "./snoozed.ts";

/** Rows are written for slots at most this far ahead; later ones are reckoned when they are asked for. */
export const horizonMs = 15 * 60_000;
/** Slots are given out again when this much of the horizon is left, several at a time. */
const refillMs = 5 * 60_000;
/** A mailbox that cannot send is looked at again after this, if nobody says before that it can. */
const recheckMs = 10 * 60_000;

/**
 * Writes the next messages of an email step into the ledger: for contacts who have reached it, and for messages
 * whose slot was lost or put off. Who may not be mailed leaves the campaign here.
 */
export async function queueMessages(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  const { campaignId, stepId, fence } = slice;
  const driver = { table: "step_drivers", id: stepId } as const;
  if (!(await holds(tx, driver, fence))) return lost;
  const graph = await loadGraph(tx, campaignId);
  const step = stepOf(graph, stepId);
  const idle = await sendsNothing(tx, { ...slice, graph, step });
  if (idle) {
    const more = idle.acted >= slice.limit;
    if (!more) await yieldUntil(tx, driver, fence, { until: null });
    return { ...lost, held: true, ...idle, more };
  }
  const assumed = await assumeSent(tx, { ...slice, graph, step });
  if (assumed.acted > 0) return { ...assumed, more: true };
  const repeated = await skipRepeated(tx, { ...slice, graph, step });
  if (repeated.acted > 0) return { ...lost, held: true, ...repeated, more: true };
  const snoozed = await putOffSnoozed(tx, slice);
  if (snoozed > 0) return { ...lost, held: true, acted: snoozed, more: true };
  const reviewed = await reviewDue(tx, { ...slice, graph, step });
  if (reviewed.acted > 0) return { ...lost, held: true, ...reviewed, more: true };

  const before = await loadSending(tx, campaignId);
  const block = blockOf(before);
  if (!before || block) {
    const until = before && block !== "campaign_not_active" ? new Date(before.now + recheckMs) : null;
    await yieldUntil(tx, driver, fence, { until, notBefore: until });
    return { ...lost, held: true, until, hold: block };
  }
  const accountIds = before.accountId === null ? [] : [before.accountId];
  await lockLimits(tx, { campaignIds: [campaignId], accountIds });
  const sending = (await loadSending(tx, campaignId)) ?? before;

  const waiting = await lostSlots(tx, slice);
  const due = await dueEnrollments(tx, { ...slice, limit: slice.limit - waiting.length });
  const leaving = due.flatMap((row) =>
    row.reason === null ? [] : [{ enrollmentId: row.id, reason: row.reason }],
  );
  const fresh = due.filter((row) => row.reason === null);
  const wanted = waiting.length + fresh.length;
  const { slots, next } = slotsFor(sending.rules, sending.usage, {
    from: sending.now,
    until: sending.now + horizonMs,
    count: wanted,
  });
  const messages = [...waiting, ...fresh].slice(0, slots.length);
  await giveSlots(tx, { ids: messages.slice(0, waiting.length).map((row) => row.id), slots });
  const written = await insertMessages(tx, {
    campaignId,
    enrollmentIds: messages.slice(waiting.length).map((row) => row.id),
    slots: slots.slice(waiting.length),
  });
  if (step.reviewed)
    await tieMessages(
      tx,
      messages.slice(waiting.length).map((row) => row.id),
    );
  await reserve(tx, { sending, slots: [...slots.slice(0, waiting.length), ...written] });
  await exitEnrollments(tx, leaving);
  const events = await wakeLane(tx, { scope: slice.scope, sending, first: slots[0] });

  const acted = slots.length + leaving.length;
  if (slots.length < wanted) {
    const until = next === null ? null : new Date(Math.max(sending.now + 1_000, next.at - refillMs));
    await yieldUntil(tx, driver, fence, { until, notBefore: until });
    return { held: true, acted, more: false, until, hold: next?.hold ?? null, events };
  }
  if (wanted + leaving.length >= slice.limit)
    return { held: true, acted, more: true, until: null, hold: null, events };
  const until = await nextDue(tx, stepId);
  await yieldUntil(tx, driver, fence, { until });
  return { held: true, acted, more: false, until, hold: null, events };
}

/** Of a step that was deleted everybody goes on; at one that nobody has written yet they wait until somebody has. */
async function sendsNothing(
  tx: TenantTx,
  context: StepContext,
): Promise<Pick<SliceResult, "acted" | "events"> | null> {
  if (!context.step.active) return passOn(tx, context);
  if (context.step.written) return null;
  const rows = await dueRows(tx, context);
  await holdIncomplete(
    tx,
    rows.map((row) => row.id),
  );
  return { acted: rows.length, events: [] };
}

export function blockOf(sending: Sending | null): Block | null {
  // A message of a finished campaign that somebody asked to send again still needs its slot.
  if (!sending || (sending.status !== "active" && sending.status !== "completed"))
    return "campaign_not_active";
  if (sending.accountId === null) return "no_mailbox";
  return sending.accountStatus === "active" ? null : "mailbox_inactive";
}

/** A message of unknown fate that nobody has decided about for a day counts as sent: the contact moves on. */
async function assumeSent(
  tx: TenantTx,
  { scope, graph, step, stepId, limit }: StepContext,
): Promise<SliceResult> {
  const rows = await tx.execute<{ id: string; message_id: string | null; now: Date }>(sql`
    select id, awaiting_message_id as message_id, app_now() as now from campaign_contacts
    where current_step_id = ${stepId}::uuid and status in ('enrolled', 'active')
      and wait_reason = 'outcome_unknown' and next_email_scheduled_at <= app_now()
    order by next_email_scheduled_at, id limit ${limit} for no key update skip locked`);
  if (rows.length === 0) return { ...lost, held: true };
  const moves = rows.map((row) => ({
    enrollmentId: row.id,
    outcome: "assumed_sent",
    edge: "next" as const,
    at: row.now.getTime(),
    messageId: row.message_id ?? undefined,
  }));
  const { moved, events } = await advance(tx, { scope, graph, step, moves });
  return { ...lost, held: true, acted: moved, events };
}

/** Messages already written whose slot passed unused, was put off, or was taken back by a pause. */
function lostSlots(tx: TenantTx, { stepId, limit }: Slice): Promise<{ id: string }[]> {
  return tx.execute<{ id: string }>(sql`
    select id from content.email_messages
    where step_id = ${stepId}::uuid and scheduled_for is null and delivery_status in ('queued', 'deferred')
      and next_attempt_at <= app_now()
    order by next_attempt_at, id limit ${limit} for no key update skip locked`);
}

type DueRow = { id: string; reason: ExitReason | null };

function dueEnrollments(tx: TenantTx, { scope, stepId, limit }: Slice): Promise<DueRow[]> {
  return tx.execute<DueRow>(sql`
    with due as materialized (
      select e.id, e.contact_id, e.next_email_scheduled_at as due_at from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
        and e.wait_reason is distinct from 'outcome_unknown'
      order by e.next_email_scheduled_at, e.id limit ${limit} for no key update skip locked
    )
    select d.id, ${unmailableReason} as reason
    from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    order by d.due_at, d.id`);
}

async function wakeLane(
  tx: TenantTx,
  { scope, sending, first }: { scope: EventScope; sending: Sending; first: Slot | undefined },
): Promise<DriverEvent[]> {
  if (!first || sending.accountId === null) return [];
  const fence = await wakeMailbox(tx, sending.accountId, new Date(first.at));
  return fence === null ? [] : [queuedEvent(scope, sending.accountId, fence)];
}

/** The fence of the event that sends from a mailbox at `dueAt`, or null when its lane will see to it anyway. */
export async function wakeMailbox(tx: TenantTx, accountId: string, dueAt: Date): Promise<number | null> {
  await tx.execute(
    sql`insert into mailbox_lanes (email_account_id, lane) values (${accountId}::uuid, 0) on conflict do nothing`,
  );
  return wake(tx, { table: "mailbox_lanes", id: accountId }, dueAt);
}
