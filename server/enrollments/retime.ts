import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import type { StepContext } from "./slice.ts";
import { stepDue } from "./steps.ts";

type Time = { id: string; at: number; local: string | null };

/** Where giving new times begins. */
export const nobodyYet = "00000000-0000-0000-0000-000000000000";

/**
 * Gives the next ones who wait at a step the time that it says now, counted from when they came and never earlier than
 * now; who waits for a condition is asked again at once. In the order of the contacts, which an index holds; the place
 * reached is written down in the same transaction, so that nobody is passed over. Another slice always follows.
 */
export async function retimeWaiters(
  tx: TenantTx,
  { scope, graph, step, limit, upTo }: StepContext & { upTo: string },
): Promise<{ acted: number; events: DriverEvent[] }> {
  const rows = await tx.execute<{
    id: string;
    contact_id: string;
    reason: string | null;
    entered_at: Date;
  }>(sql`
    select id, contact_id, wait_reason as reason, coalesce(entered_step_at, enrolled_at) as entered_at
    from campaign_contacts
    where tenant_id = ${scope.tenantId}::uuid and campaign_id = ${graph.campaignId}::uuid and contact_id > ${upTo}::uuid
      and current_step_id = ${step.id}::uuid and status in ('enrolled', 'active', 'paused')
    order by contact_id limit ${limit} for no key update`);
  const now = (await appNow(tx)).getTime();
  const times = rows.flatMap(({ id, reason, entered_at }): Time[] => {
    const due = reason === "waiting" ? stepDue(graph, step, entered_at.getTime()) : null;
    if (due) return [{ id, at: Math.max(due.at, now), local: due.local }];
    return reason === "waiting_for_condition" || reason === "waiting_for_event"
      ? [{ id, at: now, local: null }]
      : [];
  });
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = t.at, due_local = case when e.wait_reason = 'waiting' then t.local else e.due_local end, tz_used = ${graph.zone}, wait_until = null,
      updated_at = app_now()
    from unnest(${sql.param(times.map(({ id }) => id))}::uuid[],
      ${sql.param(times.map(({ at }) => new Date(at).toISOString()))}::timestamptz[],
      ${sql.param(times.map(({ local }) => local))}::timestamp[]) as t(id, at, local)
    where e.id = t.id`);
  const last = rows.length < limit ? null : (rows.at(-1)?.contact_id ?? null);
  await tx.execute(sql`update campaign_steps set retimed_up_to = ${last}::uuid where id = ${step.id}::uuid`);
  return { acted: limit, events: [] };
}
