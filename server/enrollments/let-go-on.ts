import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { wakeEmailSteps } from "#server/messages/slots";
import type { WaitReason } from "./reasons.ts";

type LettingGoOn = {
  scope: EventScope;
  contactIds: readonly string[];
  /** What they waited for. */
  from: WaitReason & ("snoozed" | "do_not_disturb");
};

/**
 * Campaigns may write to these contacts again: what waited for that is looked at now. Their steps are locked first, so
 * that whoever puts them off at this moment, and does not see the change, ends before. Send the events after the commit.
 */
export async function letGoOn(
  tx: TenantTx,
  { scope, contactIds, from }: LettingGoOn,
): Promise<DriverEvent[]> {
  const standing = await emailPlaces(tx, contactIds);
  const stepIds = [
    ...new Set([...standing.map(({ stepId }) => stepId), ...(await slotlessAt(tx, contactIds))]),
  ];
  if (stepIds.length === 0) return [];
  const events = await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  await tx.execute(sql`
    with held as materialized (
      select m.id from content.email_messages m where ${isSlotlessOf(contactIds)} and m.reason_code = ${from}
      order by m.id for no key update of m)
    update content.email_messages m
    set next_attempt_at = app_now(), reason_code = 'awaiting_slot', updated_at = app_now()
    from held where m.id = held.id`);
  // A snooze that is ended is over now: that is when their emails are due.
  await tx.execute(sql`
    update campaign_contacts set updated_at = app_now(),
      due_local = case when wait_reason = 'snoozed' then app_now() at time zone tz_used else due_local end,
      wait_reason = case when awaiting_message_id is not null then 'awaiting_send' end,
      next_email_scheduled_at = case when awaiting_message_id is null then app_now() end
    where id = any(${sql.param(standing.map(({ id }) => id))}::uuid[]) and wait_reason = ${from}`);
  return events;
}

/**
 * The steps with a message for these contacts that has no slot. One that is sent again by hand may be of a step that its
 * contact has left.
 */
async function slotlessAt(tx: TenantTx, contactIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ stepId: string }>(sql`
    select distinct m.step_id as "stepId" from content.email_messages m
    where ${isSlotlessOf(contactIds)} and m.step_id is not null`);
  return rows.map(({ stepId }) => stepId);
}

const isSlotlessOf = (
  contactIds: readonly string[],
): SQL => sql`m.contact_id = any(${sql.param([...contactIds])}::uuid[])
  and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')`;

/** Where these contacts stand at an email, on the way or paused. */
export async function emailPlaces(
  tx: TenantTx,
  contactIds: readonly string[],
): Promise<{ id: string; stepId: string }[]> {
  return [
    ...(await tx.execute<{ id: string; stepId: string }>(sql`
      select e.id, s.id as "stepId" from campaign_contacts e
        join campaign_steps s on s.id = e.current_step_id and s.step_type = 'email'
      where e.contact_id = any(${sql.param([...contactIds])}::uuid[]) and e.status in ('enrolled', 'active', 'paused')
      order by e.id`)),
  ];
}
