import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";
import { releaseCampaignSlots } from "./slots.ts";

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
