import { sql } from "drizzle-orm";
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
  if (standing.length === 0) return [];
  const stepIds = [...new Set(standing.map(({ stepId }) => stepId))].sort();
  const events = await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  const ids = sql`any(${sql.param(standing.map(({ id }) => id))}::uuid[])`;
  await tx.execute(sql`
    update content.email_messages set next_attempt_at = app_now(), reason_code = 'awaiting_slot', updated_at = app_now()
    where id in (select awaiting_message_id from campaign_contacts where id = ${ids}) and reason_code = ${from}
      and delivery_status in ('queued', 'deferred')`);
  await tx.execute(sql`
    update campaign_contacts set updated_at = app_now(),
      wait_reason = case when awaiting_message_id is not null then 'awaiting_send' end,
      next_email_scheduled_at = case when awaiting_message_id is null then app_now() end
    where id = ${ids} and wait_reason = ${from}`);
  return events;
}

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
