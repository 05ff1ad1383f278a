import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import type { WaitReason } from "#server/enrollments/reasons";
import type { StepContext } from "#server/enrollments/slice";
import { findContactCaps } from "#server/sending-limits/queries";
import { passOver } from "./pass-over.ts";

/**
 * Why somebody waits whose email was put off for what they had from all campaigns as often as the organization allows,
 * and would be once more; and what the log says of the step that was passed over for it.
 */
export const tooOften = "too_many_emails" satisfies WaitReason;

/** Sends those on, of the next ones due, of whom that was found. Before limits are locked. */
export async function skipDelayed(
  tx: TenantTx,
  context: StepContext,
): Promise<{ acted: number; events: DriverEvent[] }> {
  const { scope, stepId, limit } = context;
  const { delaysMax } = await findContactCaps(tx);
  // Where no limit is set any more they are looked at like everybody else.
  if (delaysMax === null) return { acted: 0, events: [] };
  const rows = await tx.execute<{ id: string; message: string | null }>(sql`
    with due as (
      (select id, awaiting_message_id as message, wait_reason from campaign_contacts
      where tenant_id = ${scope.tenantId}::uuid and current_step_id = ${stepId}::uuid and status in ('enrolled', 'active')
        and next_email_scheduled_at <= app_now() and wait_reason is distinct from 'outcome_unknown'
      order by next_email_scheduled_at, id limit ${limit})
      union all
      select e.id, m.id, e.wait_reason from (
        select id, enrollment_id from content.email_messages
        where step_id = ${stepId}::uuid and scheduled_for is null and delivery_status in ('queued', 'deferred')
          and next_attempt_at <= app_now()
        order by next_attempt_at, id limit ${limit}
      ) m join campaign_contacts e on e.id = m.enrollment_id and e.awaiting_message_id = m.id and e.status in ('enrolled', 'active')
    )
    select id, message from due where wait_reason = ${tooOften}`);
  if (rows.length === 0) return { acted: 0, events: [] };
  const at = (await appNow(tx)).getTime();
  const people = rows.map((row) => ({ ...row, at }));
  return passOver(tx, context, { people, outcome: tooOften });
}
