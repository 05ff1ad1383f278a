import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { cancelAhead, cancelDrafts } from "#server/drafts/standing";
import { cancelMessages } from "#server/messages/slots";
import { exitReasons, type ExitReason } from "./reasons.ts";

export type Exit = { enrollmentId: string; reason: ExitReason };

/**
 * Takes live enrollments out of their campaign for good: what is queued for them is cancelled and gives its slot
 * back, and the log says why. A message being handed over is let go: it cannot be called back. Returns how many left.
 */
export async function exitEnrollments(tx: TenantTx, exits: readonly Exit[]): Promise<number> {
  if (exits.length === 0) return 0;
  await cancelQueued(tx, exits);
  const [row] = await tx.execute<{ count: number }>(sql`
    with exits as materialized (
      select * from unnest(${sql.param(exits.map((exit) => exit.enrollmentId))}::uuid[],
        ${sql.param(exits.map((exit) => exit.reason))}::text[],
        ${sql.param(exits.map((exit) => exitReasons[exit.reason]))}::text[]) as x(enrollment_id, reason, status)
    ), here as materialized (
      select e.*, x.reason, x.status as ending from exits x join campaign_contacts e on e.id = x.enrollment_id
      where e.status in ('enrolled', 'active', 'paused')
      order by e.id for no key update of e
    ), logged as (
      insert into enrollment_step_log (campaign_id, enrollment_id, contact_id, step_id, run_number, visit, entered_at,
        left_at, outcome, message_id, detail)
      select campaign_id, id, contact_id, current_step_id, run_number, visit, coalesce(entered_step_at, enrolled_at),
        app_now(), 'exited', awaiting_message_id, jsonb_build_object('reason', reason)
      from here where current_step_id is not null
    ), gone as (
      update campaign_contacts e
      set status = h.ending, exit_reason = h.reason, exited_at = app_now(), current_step_id = null,
        next_email_scheduled_at = null, due_local = null, wait_reason = null, wait_until = null,
        awaiting_message_id = null, updated_at = app_now()
      from here h where e.id = h.id
      returning 1
    )
    select count(*)::int as count from gone`);
  const gone = exits.map((exit) => exit.enrollmentId);
  await cancelDrafts(tx, gone);
  await cancelAhead(tx, gone);
  return row?.count ?? 0;
}

/** What is still queued for them. One that is being handed over is left alone. */
async function cancelQueued(tx: TenantTx, exits: readonly Exit[]): Promise<void> {
  const reasonOf = new Map(exits.map((exit) => [exit.enrollmentId, exit.reason]));
  const queued = await tx.execute<{ id: string; enrollment_id: string }>(sql`
    select m.id, m.enrollment_id from campaign_contacts e join content.email_messages m on m.id = e.awaiting_message_id
    where e.id = any(${sql.param([...reasonOf.keys()])}::uuid[]) and m.delivery_status in ('queued', 'deferred')`);
  await cancelMessages(
    tx,
    queued.map((row) => ({ id: row.id, reason: reasonOf.get(row.enrollment_id) ?? "manual" })),
  );
}

/** Takes contacts out of every campaign of the workspace they are on the way in: they unsubscribed, say. Idempotent. */
export async function exitContacts(
  tx: TenantTx,
  { contactIds, reason }: { contactIds: readonly string[]; reason: ExitReason },
): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts
    where contact_id = any(${sql.param(contactIds)}::uuid[]) and status in ('enrolled', 'active', 'paused') order by id`);
  return exitEnrollments(
    tx,
    rows.map(({ id }) => ({ enrollmentId: id, reason })),
  );
}
