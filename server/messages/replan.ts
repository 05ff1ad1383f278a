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

const heldByDomain = sql`('recipient_domain_limit', 'recipient_domain_hourly_limit')`;

/**
 * Wakes the steps at which somebody waits because their receiving domain has had enough: its limit changes. Before
 * limits are touched, since drivers come first in the lock order; `askDomainsAgain` after them. Send the events after
 * the commit.
 */
export async function wakeHeldByDomain(
  tx: TenantTx,
  scope: EventScope,
): Promise<{ stepIds: string[]; events: DriverEvent[] }> {
  const steps = await tx.execute<{ id: string }>(sql`
    select s.id from campaign_steps s join campaigns k on k.id = s.campaign_id and k.deleted_at is null
    where s.step_type = 'email' and k.status in ('active', 'paused') and (exists (
      select from campaign_contacts e where e.current_step_id = s.id and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at > app_now() and e.wait_reason in ${heldByDomain}
    ) or exists (
      select from content.email_messages m where m.step_id = s.id and m.scheduled_for is null
        and m.delivery_status in ('queued', 'deferred') and m.next_attempt_at > app_now() and m.reason_code in ${heldByDomain}))`);
  const stepIds = steps.map(({ id }) => id);
  const events = stepIds.length === 0 ? [] : await wakeEmailSteps(tx, { scope, stepIds, dueAt: null });
  return { stepIds, events };
}

/** Everybody who waits for room at their receiving domain is looked at now, and not when that limit had room again. */
export async function askDomainsAgain(tx: TenantTx, stepIds: readonly string[]): Promise<void> {
  if (stepIds.length === 0) return;
  const among = sql`any(${sql.param(stepIds)}::uuid[])`;
  await tx.execute(sql`
    update content.email_messages set next_attempt_at = app_now(), updated_at = app_now()
    where id in (select id from content.email_messages where step_id = ${among} and scheduled_for is null
      and delivery_status in ('queued', 'deferred') and reason_code in ${heldByDomain} order by id for no key update)`);
  await tx.execute(sql`
    update campaign_contacts set next_email_scheduled_at = app_now(), updated_at = app_now()
    where id in (select id from campaign_contacts where current_step_id = ${among} and status in ('enrolled', 'active')
      and wait_reason in ${heldByDomain} and next_email_scheduled_at > app_now() order by id for no key update)`);
}
