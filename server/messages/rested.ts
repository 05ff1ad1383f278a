import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, queuedEvent } from "#server/drivers/events";
import { wakeNow } from "#server/drivers/mutations";

/** Lets those of the mailboxes that have rested long enough send again. Send the events after the commit. */
export async function wakeRested(
  tx: TenantTx,
  scope: EventScope,
  accountIds: readonly string[],
): Promise<{ woken: number; events: DriverEvent[] }> {
  if (accountIds.length === 0) return { woken: 0, events: [] };
  const rows = await tx.execute<{ id: string }>(sql`
    update email_accounts set status = 'active', status_reason = null, status_until = null, updated_at = app_now()
    where id in (
      select id from email_accounts where id = any(${sql.param([...accountIds])}::uuid[])
        and status in ('cooling_down', 'rate_limited') and status_until <= app_now() order by id for no key update)
    returning id`);
  const events: DriverEvent[] = [];
  for (const { id } of rows.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const fence = await wakeNow(tx, { table: "mailbox_lanes", id });
    if (fence !== null) events.push(queuedEvent(scope, id, fence));
  }
  return { woken: rows.length, events };
}
