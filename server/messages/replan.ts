import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
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
};
/** What people wait for: room at their receiving domain, or the mailbox that wrote to them before. */
type HeldBy = keyof typeof reasons;

/**
 * Wakes the steps at which somebody waits for what changes now. Before limits are touched, since drivers come first in
 * the lock order; `askAgain` after them. Send the events after the commit.
 */
export async function wakeHeld(
  tx: TenantTx,
  scope: EventScope,
  heldBy: HeldBy,
): Promise<{ stepIds: string[]; events: DriverEvent[] }> {
  const steps = await tx.execute<{ id: string }>(sql`
    select s.id from campaign_steps s join campaigns k on k.id = s.campaign_id and k.deleted_at is null
    where s.step_type = 'email' and k.status in ('active', 'paused') and (exists (
      select from campaign_contacts e where e.current_step_id = s.id and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at > app_now() and e.wait_reason in ${reasons[heldBy]}
    ) or exists (
      select from content.email_messages m where m.step_id = s.id and m.scheduled_for is null
        and m.delivery_status in ('queued', 'deferred') and m.next_attempt_at > app_now() and m.reason_code in ${reasons[heldBy]}))`);
  const stepIds = steps.map(({ id }) => id);
  const events = stepIds.length === 0 ? [] : await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  return { stepIds, events };
}

/** Everybody who waits for it is looked at now, and not at the time that was reckoned before. */
export async function askAgain(tx: TenantTx, stepIds: readonly string[], heldBy: HeldBy): Promise<void> {
  if (stepIds.length === 0) return;
  const among = sql`any(${sql.param(stepIds)}::uuid[])`;
  await tx.execute(sql`
    update content.email_messages set next_attempt_at = app_now(), updated_at = app_now()
    where id in (select id from content.email_messages where step_id = ${among} and scheduled_for is null
      and delivery_status in ('queued', 'deferred') and reason_code in ${reasons[heldBy]} order by id for no key update)`);
  await tx.execute(sql`
    update campaign_contacts set next_email_scheduled_at = app_now(), updated_at = app_now()
    where id in (select id from campaign_contacts where current_step_id = ${among} and status in ('enrolled', 'active')
      and wait_reason in ${reasons[heldBy]} and next_email_scheduled_at > app_now() order by id for no key update)`);
}
