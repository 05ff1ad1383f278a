import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { cancelMessages } from "#server/messages/slots";

/**
 * A running campaign's step is reviewed from now on: what is queued and nobody has looked at is called back, and its people
 * are asked for anew. Take the step's turn first.
 */
export async function recallUnreviewed(tx: TenantTx, stepId: string): Promise<void> {
  const rows = await tx.execute<{ id: string }>(sql`
    select m.id from campaign_contacts e join content.email_messages m on m.id = e.awaiting_message_id
    where e.current_step_id = ${stepId}::uuid and e.status in ('enrolled', 'active', 'paused')
      and m.draft_id is null and m.delivery_status in ('queued', 'deferred') order by m.id`);
  const ids = sql.param(rows.map(({ id }) => id));
  await cancelMessages(
    tx,
    rows.map(({ id }) => ({ id, reason: "waiting_for_review" })),
  );
  // The key is given up with the message: what is approved is written under the same one.
  await tx.execute(sql`
    with recalled as (
      update content.email_messages set idempotency_key = null
      where id = any(${ids}::uuid[]) and delivery_status = 'cancelled' returning id, enrollment_id
    )
    update campaign_contacts e
    set awaiting_message_id = null, wait_reason = null, next_email_scheduled_at = app_now(), updated_at = app_now()
    from recalled r where e.id = r.enrollment_id and e.awaiting_message_id = r.id`);
}

/** It is reviewed no more: who waits for that is mailed as the step says. What was approved leaves as it was approved. */
export async function releaseFromReview(tx: TenantTx, stepId: string): Promise<void> {
  await tx.execute(sql`
    update campaign_contacts set wait_reason = null, next_email_scheduled_at = app_now(), updated_at = app_now()
    where current_step_id = ${stepId}::uuid and status in ('enrolled', 'active', 'paused') and wait_reason = 'waiting_for_review'`);
  await tx.execute(sql`
    update email_drafts set status = 'cancelled', updated_at = app_now()
    where step_id = ${stepId}::uuid and status = 'draft'`);
}
