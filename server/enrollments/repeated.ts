import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { advance } from "./advance.ts";
import { sentBack } from "./send-back.ts";
import type { StepContext } from "./slice.ts";

/**
 * Sends those on, of the next ones due, who come to a step once more without having been sent back since they were last
 * there: only a step that was moved behind them while they were on the way can bring them there, and nobody is mailed or
 * acted on twice by it. Somebody whose step failed and is tried again on a person's word is not sent on. The keys of the
 * log are in the order of time.
 */
export async function skipRepeated(
  tx: TenantTx,
  { scope, graph, step, limit }: StepContext,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const rows = await tx.execute<{ id: string }>(sql`
    with due as (
      select id, run_number, visit, (context ->> 'retriedVisit')::int as retried from campaign_contacts
      where tenant_id = ${scope.tenantId}::uuid and current_step_id = ${step.id}::uuid
        and status in ('enrolled', 'active') and next_email_scheduled_at <= app_now() and wait_reason is distinct from 'outcome_unknown'
      order by next_email_scheduled_at, id limit ${limit}
    )
    select id from due where visit > 1 and retried is distinct from visit and not exists (
      select from enrollment_step_log back
      where back.enrollment_id = due.id and back.run_number = due.run_number and back.outcome = ${sentBack} and back.id >= (
        select l.id from enrollment_step_log l where l.enrollment_id = due.id and l.run_number = due.run_number
          and l.step_id = ${step.id}::uuid order by l.id desc limit 1))`);
  if (rows.length === 0) return { acted: 0, events: [] };
  const at = (await appNow(tx)).getTime();
  const moves = rows.map(({ id }) => ({ enrollmentId: id, outcome: "skipped", edge: "next" as const, at }));
  const { events } = await advance(tx, { scope, graph, step, moves });
  return { acted: rows.length, events };
}
