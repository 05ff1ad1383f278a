import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope } from "#server/drivers/events";
import { wakeSteps } from "./advance.ts";
import { settleSeconds } from "./engagement.ts";
import { loadGraph } from "./steps.ts";

/**
 * Something happened to these contacts that a step may be waiting for: it asks them again, `at once` or, of opens and
 * clicks, when they have settled. Call in the transaction that writes the event down, and send what it returns after
 * the commit.
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
  const waits = sql`status in ('enrolled', 'active') and wait_reason in ('waiting_for_condition', 'waiting_for_event')
    and next_email_scheduled_at > ${soon}`;
  const waiting = await tx.execute<{
    id: string;
    campaign_id: string;
    current_step_id: string;
    at: Date;
  }>(sql`
    select id, campaign_id, current_step_id, ${soon} as at from campaign_contacts
    where contact_id = any(${sql.param(contactIds)}::uuid[]) and ${waits}
    order by campaign_id, id`);
  const events: DriverEvent[] = [];
  for (const [campaignId, rows] of Map.groupBy(waiting, (row) => row.campaign_id)) {
    const graph = await loadGraph(tx, campaignId);
    const dues = new Map(rows.map((row) => [row.current_step_id, row.at.getTime()]));
    events.push(...(await wakeSteps(tx, { scope, graph, dues })));
  }
  if (waiting.length > 0) {
    await tx.execute(sql`
      update campaign_contacts set next_email_scheduled_at = ${soon}
      where id = any(${sql.param(waiting.map((row) => row.id))}::uuid[]) and ${waits}`);
  }
  return events;
}
