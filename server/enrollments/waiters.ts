import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope } from "#server/drivers/events";
import { wakeSteps } from "./advance.ts";
import { settleSeconds } from "./engagement.ts";
import { loadGraph } from "./steps.ts";

/**
 * Something happened to these contacts that a step may be waiting for: it asks them again, `at once` or, of opens and
 * clicks, when they have settled. Call in the transaction that writes the event down, and send what it returns after
 * the commit. Whoever stands there is called, waiting or not: with the step's driver locked, nobody is between being asked,
 * which did not see the event yet, and being set to wait for it.
 */
export async function wakeWaiters(
  tx: TenantTx,
  {
    scope,
    contactIds,
    atOnce = false,
  }: { scope: EventScope; contactIds: readonly string[]; atOnce?: boolean },
): Promise<DriverEvent[]> {
  const soon = sql`app_now() + make_interval(secs => ${atOnce ? 0 : settleSeconds + 1})`;
  const standing = await tx.execute<{
    id: string;
    campaign_id: string;
    current_step_id: string;
    at: Date;
  }>(sql`
    select e.id, e.campaign_id, e.current_step_id, ${soon} as at from campaign_contacts e
    join campaign_steps s on s.id = e.current_step_id and s.is_active
      and (s.wait_up_to is not null or s.wait_duration ->> 'until' = 'event')
    where e.contact_id = any(${sql.param(contactIds)}::uuid[]) and e.status in ('enrolled', 'active')
    order by e.campaign_id, e.id`);
  const events: DriverEvent[] = [];
  for (const [campaignId, rows] of Map.groupBy(standing, (row) => row.campaign_id)) {
    const graph = await loadGraph(tx, campaignId);
    const dues = new Map(rows.map((row) => [row.current_step_id, row.at.getTime()]));
    events.push(...(await wakeSteps(tx, { scope, graph, dues })));
  }
  if (standing.length > 0) {
    await tx.execute(sql`
      update campaign_contacts set next_email_scheduled_at = ${soon}
      where id = any(${sql.param(standing.map((row) => row.id))}::uuid[]) and status in ('enrolled', 'active')
        and wait_reason in ('waiting_for_condition', 'waiting_for_event') and next_email_scheduled_at > ${soon}`);
  }
  return events;
}
