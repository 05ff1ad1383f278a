import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { nobodyYet } from "#server/enrollments/retime";
import { releaseCampaignSlots, wakeEmailSteps } from "./slots.ts";

type Step = { id: string; campaign_id: string; step_order: number };

/**
 * Has the email steps of running campaigns look again at once: a limit they wait for has changed. Before limits are
 * touched, since drivers come first in the lock order. Send the events after the commit.
 */
export async function replanSteps(tx: TenantTx, scope: EventScope): Promise<DriverEvent[]> {
  const steps = await tx.execute<Step>(sql`
    select s.id, s.campaign_id, s.step_order from campaign_steps s
    join campaigns k on k.id = s.campaign_id and k.status = 'active' and k.deleted_at is null
    join step_drivers d on d.step_id = s.id and d.not_before > app_now()
    where s.step_type = 'email' and s.is_active order by s.campaign_id, s.step_order`);
  const events: DriverEvent[] = [];
  for (const { id, campaign_id: campaignId, step_order: stepOrder } of steps) {
    const fence = await wakeNow(tx, { table: "step_drivers", id });
    if (fence !== null)
      events.push(stepDueEvent(scope, { campaignId, stepId: id, stepOrder, stepType: "email" }, fence));
  }
  return events;
}

/** Takes the slots of running campaigns back (of these, or of all), so that they are given out anew. */
export async function replanCampaigns(
  tx: TenantTx,
  scope: EventScope,
  campaignIds: readonly string[] | null,
): Promise<DriverEvent[]> {
  const running = await tx.execute<{ id: string }>(sql`
    select id from campaigns where status = 'active' and deleted_at is null
      and (${campaignIds === null} or id = any(${sql.param([...(campaignIds ?? [])])}::uuid[])) order by id`);
  const events = await replanSteps(tx, scope);
  for (const { id: campaignId } of running)
    events.push(...(await releaseCampaignSlots(tx, { scope, campaignId })).events);
  return events;
}

const reasons = {
  domain: sql`('recipient_domain_limit', 'recipient_domain_hourly_limit')`,
  mailbox: sql`('own_mailbox')`,
  // Whatever somebody waits for, the time of it may lie behind days that are none on which nothing is sent any more.
  days: sql`('recipient_window', 'best_hour', 'recipient_domain_limit', 'recipient_domain_hourly_limit', 'own_mailbox')`,
};
/** What people wait for: room at their receiving domain, the mailbox that wrote to them before, or a day that is open. */
type HeldBy = keyof typeof reasons;

/**
 * What people wait for has changed: the email steps at which somebody does, of these campaigns or of all that are under way,
 * go through their people, and have them look again (`askPeopleAgain`, `letPlacesGoOfDays`); with null every email step does. It is not
 * done here, for there may be a million of them. Locks campaigns, then drivers: whoever changes a campaign's steps does so too,
 * and whoever puts somebody off at this moment ends before. Call before limits are touched, and `replanSteps` after it; send
 * the events after the commit.
 */
export async function lookThroughHeld(
  tx: TenantTx,
  scope: EventScope,
  { heldBy, campaignIds = null }: { heldBy: HeldBy | null; campaignIds?: readonly string[] | null },
): Promise<DriverEvent[]> {
  const campaigns = await tx.execute<{ id: string }>(sql`
    select id from campaigns where status in ('active', 'paused') and deleted_at is null
      and (${campaignIds === null} or id = any(${sql.param([...(campaignIds ?? [])])}::uuid[])) order by id for no key update`);
  const locked = await tx.execute<{ id: string }>(sql`
    select s.id from campaign_steps s join step_drivers d on d.step_id = s.id
    where s.step_type = 'email' and s.is_active and s.campaign_id = any(${sql.param(campaigns.map(({ id }) => id))}::uuid[])
    order by s.campaign_id, s.step_order for no key update of d`);
  const ids = locked.map(({ id }) => id);
  const stepIds = heldBy === null ? ids : await holdingSteps(tx, ids, heldBy);
  if (stepIds.length === 0) return [];
  const events = await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  await tx.execute(
    sql`update campaign_steps set retimed_up_to = ${nobodyYet}::uuid where id = any(${sql.param(stepIds)}::uuid[])`,
  );
  return events;
}

/** Those of the steps at which somebody waits for it. */
async function holdingSteps(tx: TenantTx, stepIds: readonly string[], heldBy: HeldBy): Promise<string[]> {
  const steps = await tx.execute<{ id: string }>(sql`
    select s.id from campaign_steps s where s.id = any(${sql.param([...stepIds])}::uuid[]) and (exists (
      select from campaign_contacts e where e.current_step_id = s.id and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at > app_now() and e.wait_reason in ${reasons[heldBy]}
    ) or exists (
      -- Whoever is paused by hand keeps the time, and waits for it when resumed.
      select from campaign_contacts e where e.campaign_id = s.campaign_id and e.status = 'paused' and e.current_step_id = s.id
        and e.next_email_scheduled_at > app_now() and e.wait_reason in ${reasons[heldBy]}
    ) or exists (
      select from content.email_messages m where m.step_id = s.id and m.scheduled_for is null
        and m.delivery_status in ('queued', 'deferred') and m.next_attempt_at > app_now() and m.reason_code in ${reasons[heldBy]}))`);
  return steps.map(({ id }) => id);
}

/** What is asked again with the reason that it has; whose own hour it is finds a new one (`letPlacesGoOfDays`). */
const asked = sql`('recipient_domain_limit', 'recipient_domain_hourly_limit', 'own_mailbox', 'recipient_window')`;

/**
 * Messages of a step that wait for room, a mailbox or an open day are looked at now, and not at the time that was reckoned
 * before, so many at most; also those that are sent again by hand when their contact has left it, which find a new hour, too.
 * Returns whether there may be more of them.
 */
export async function askMessagesAgain(
  tx: TenantTx,
  { stepId, messagesMax }: { stepId: string; messagesMax: number },
): Promise<boolean> {
  const waits = sql`m.scheduled_for is null and m.delivery_status in ('queued', 'deferred') and m.next_attempt_at > app_now()
    and (m.reason_code in ${asked} or m.reason_code = 'best_hour' and not exists (
      select from campaign_contacts e where e.id = m.enrollment_id and e.awaiting_message_id = m.id))`;
  const waiting = await tx.execute<{ id: string }>(
    sql`select id from content.email_messages m where step_id = ${stepId}::uuid and ${waits} limit ${messagesMax}`,
  );
  await tx.execute(sql`
    update content.email_messages set next_attempt_at = app_now(), updated_at = app_now(),
      reason_code = case when reason_code = 'best_hour' then 'awaiting_slot' else reason_code end
    where id in (select id from content.email_messages m
      where id = any(${sql.param(waiting.map(({ id }) => id))}::uuid[]) and ${waits} order by id for no key update)`);
  return waiting.length === messagesMax;
}

/** As `askMessagesAgain`, these people, after the messages of all of them. */
export async function askPeopleAgain(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update campaign_contacts set next_email_scheduled_at = app_now(), updated_at = app_now()
    where id in (select id from campaign_contacts where id = any(${sql.param([...enrollmentIds])}::uuid[])
      and status in ('enrolled', 'active', 'paused') and wait_reason in ${asked} and next_email_scheduled_at > app_now()
      order by id for no key update)`);
}
