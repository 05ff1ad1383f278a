import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
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
import { type Given, horizonMs, plan, type Plan, refillMs } from "#server/planner/plan";
import { lockWideLimits } from "#server/sending-limits/queries";
import { aheadOf, boundTo, findDemands, writtenBefore } from "./ahead.ts";
import { skipDelayed } from "./delays.ts";
import { holdPeople, writeGiven } from "./ledger.ts";
import { leaveAlone } from "./left-alone.ts";
import { lockLimits } from "./limits.ts";
import { unmailableReason } from "./mailable.ts";
import { loadPeople, personColumns, type PersonRow } from "./people.ts";
import { tellThatPoolContinues } from "./pool-continues.ts";
import { wakeRested } from "./rested.ts";
import { blockOf, findSenders, rests } from "./senders.ts";
import { loadCourse, type Sending } from "./sending.ts";
import { skipOnDays } from "./skips.ts";

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
  const leftAlone = await leaveAlone(tx, slice);
  if (leftAlone > 0) return { ...lost, held: true, acted: leftAlone, more: true };
  const skipped = await skipOnDays(tx, { ...slice, graph, step });
  if (skipped.acted > 0) return { ...lost, held: true, ...skipped, more: true };
  const reviewed = await reviewDue(tx, { ...slice, graph, step });
  if (reviewed.acted > 0) return { ...lost, held: true, ...reviewed, more: true };

  const senders = await findSenders(tx, campaignId);
  const rested = await wakeRested(
    tx,
    slice.scope,
    senders?.accounts.filter(({ status }) => rests(status)).map(({ id }) => id) ?? [],
  );
  if (rested.woken > 0) return { ...lost, held: true, more: true, events: rested.events };
  const block = blockOf(senders);
  if (!senders || block) {
    const until = senders && block !== "campaign_not_active" ? await recheckAt(tx) : null;
    await yieldUntil(tx, driver, fence, { until, notBefore: until });
    return { ...lost, held: true, until, hold: block };
  }
  const delayed = await skipDelayed(tx, { ...slice, graph, step });
  if (delayed.acted > 0) return { ...lost, held: true, ...delayed, more: true };
  await lockWideLimits(tx);
  await lockLimits(tx, { campaignIds: [campaignId], accountIds: senders.accounts.map(({ id }) => id) });
  const sending = await loadCourse(tx, senders);

  const waiting = await lostSlots(tx, slice);
  const due = await dueEnrollments(tx, { ...slice, limit: slice.limit - waiting.length });
  const leaving = due.flatMap((row) =>
    row.reason === null ? [] : [{ enrollmentId: row.id, reason: row.reason }],
  );
  const wanted = [...waiting, ...due.filter((row) => row.reason === null)];
  const { given, held, ...rest } = await planWanted(tx, { sending, stepId, wanted });
  const written = new Set(waiting.map(({ id }) => id));
  await writeGiven(tx, { sending, given, written });
  if (step.reviewed)
    await tieMessages(
      tx,
      given.flatMap(({ person }) => (written.has(person.id) ? [] : [person.id])),
    );
  await holdPeople(tx, held, sending.contact);
  await exitEnrollments(tx, leaving);
  const events = await wakeLanes(tx, slice.scope, given);
  await tellThatPoolContinues(tx, sending, given);

  const acted = given.length + held.length + leaving.length;
  if (rest.waiting) {
    const until =
      rest.next === null ? null : new Date(Math.max(sending.now + 1_000, rest.next.at - refillMs));
    await yieldUntil(tx, driver, fence, { until, notBefore: until });
    return { ...lost, held: true, acted, until, hold: rest.next?.hold ?? null, events };
  }
  if (wanted.length + leaving.length >= slice.limit)
    return { ...lost, held: true, acted, more: true, events };
  const until = await nextDue(tx, stepId);
  await yieldUntil(tx, driver, fence, { until });
  return { ...lost, held: true, acted, until, events };
}

async function recheckAt(tx: TenantTx): Promise<Date> {
  return new Date((await appNow(tx)).getTime() + recheckMs);
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

/** Follow-ups take their slots first: other steps' follow-ups, which first emails wait for, do not come before them. */
async function planWanted(
  tx: TenantTx,
  { sending, stepId, wanted }: { sending: Sending; stepId: string; wanted: readonly Wanted[] },
): Promise<Plan> {
  const people = await loadPeople(tx, sending, wanted);
  const demands = await findDemands(tx, sending, stepId);
  const planned: Plan = { given: [], held: [], waiting: false, next: null };
  for (const followUp of [true, false]) {
    const some = people.filter((_, index) => wanted[index]?.follow_up === followUp);
    if (planned.waiting || some.length === 0) continue;
    const { given, held, waiting, next } = plan(sending.course, some, {
      from: sending.now,
      until: sending.now + horizonMs,
      ahead: aheadOf(sending, demands, followUp),
    });
    planned.given.push(...given);
    planned.held.push(...held);
    Object.assign(planned, { waiting, next });
  }
  return planned;
}

type Wanted = PersonRow & { follow_up: boolean };

/** Messages already written whose slot passed unused, was put off, or was taken back by a pause. */
function lostSlots(tx: TenantTx, { stepId, limit }: Slice): Promise<Wanted[]> {
  return tx.execute<Wanted>(sql`
    with lost as materialized (
      select m.id, m.next_attempt_at as due_at, m.contact_id, m.email_account_id, m.reason_code, m.enrollment_id
      from content.email_messages m
      where step_id = ${stepId}::uuid and scheduled_for is null and delivery_status in ('queued', 'deferred')
        and next_attempt_at <= app_now()
      order by next_attempt_at, id limit ${limit} for no key update skip locked
    )
    select m.id, m.due_at, ${boundTo} as account_id, m.reason_code as wait_reason, ${writtenBefore} as follow_up, ${personColumns}
    from lost m cross join lateral (select * from contacts c where c.id = m.contact_id limit 1) c
    order by follow_up desc, m.due_at, m.id`);
}

type DueRow = Wanted & { reason: ExitReason | null };

/** Who has had an email of the campaign before goes first. */
function dueEnrollments(tx: TenantTx, { scope, stepId, limit }: Slice): Promise<DueRow[]> {
  return tx.execute<DueRow>(sql`
    with due as materialized (
      select e.id, e.contact_id, e.next_email_scheduled_at as due_at, e.pinned_account_id, e.wait_reason, e.last_message_id
      from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
        and e.wait_reason is distinct from 'outcome_unknown'
      order by e.next_email_scheduled_at, e.id limit ${limit} for no key update skip locked
    )
    select d.id, d.due_at, d.pinned_account_id as account_id, d.wait_reason, d.last_message_id is not null as follow_up,
      ${unmailableReason} as reason, ${personColumns}
    from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    order by follow_up desc, d.due_at, d.id`);
}

/** Tells the lanes of the mailboxes that messages have been written for them. */
async function wakeLanes(tx: TenantTx, scope: EventScope, given: readonly Given[]): Promise<DriverEvent[]> {
  const events: DriverEvent[] = [];
  const byMailbox = [...Map.groupBy(given, ({ slot }) => slot.mailboxId)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  for (const [mailboxId, some] of byMailbox) {
    const first = Math.min(...some.map(({ slot }) => slot.at));
    const fence = await wakeMailbox(tx, mailboxId, new Date(first));
    if (fence !== null) events.push(queuedEvent(scope, mailboxId, fence));
  }
  return events;
}

/** The fence of the event that sends from a mailbox at `dueAt`, or null when its lane will see to it anyway. */
export async function wakeMailbox(tx: TenantTx, accountId: string, dueAt: Date): Promise<number | null> {
  await tx.execute(
    sql`insert into mailbox_lanes (email_account_id, lane) values (${accountId}::uuid, 0) on conflict do nothing`,
  );
  return wake(tx, { table: "mailbox_lanes", id: accountId }, dueAt);
}
