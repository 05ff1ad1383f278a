import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { EngineStep } from "#server/enrollments/steps";
import { cancelMessages } from "#server/messages/slots";

/**
 * The emails of a running campaign's step are reviewed from now on: what is queued for these people and nobody has looked at
 * is called back. Nothing unreviewed leaves meanwhile: claims look at the step. Locks limits, then messages; which these are.
 */
export async function recallUnreviewed(
  tx: TenantTx,
  { review }: Pick<EngineStep, "review">,
  enrollmentIds: readonly string[],
): Promise<readonly string[]> {
  if (!review) return [];
  const rows = await tx.execute<{ id: string }>(sql`
    select m.id from unnest(${sql.param([...enrollmentIds])}::uuid[]) as g(id)
    cross join lateral (select * from campaign_contacts e where e.id = g.id limit 1) e
    cross join lateral (select * from content.email_messages m where m.id = e.awaiting_message_id limit 1) m
    where m.draft_id is null and m.delivery_status in ('queued', 'deferred') order by m.id`);
  await cancelMessages(
    tx,
    rows.map(({ id }) => ({ id, reason: "waiting_for_review" })),
  );
  return rows.map(({ id }) => id);
}

/**
 * As `recallUnreviewed`, the places: whose message was called back is asked for anew; where emails are reviewed no more, whoever
 * waits for a review goes on.
 */
export async function followReviewSwitch(
  tx: TenantTx,
  { id: stepId, review }: Pick<EngineStep, "id" | "review">,
  { enrollmentIds, recalled }: { enrollmentIds: readonly string[]; recalled: readonly string[] },
): Promise<void> {
  await (review ? askAnew(tx, recalled) : releaseFromReview(tx, stepId, enrollmentIds));
}

/** The key is given up with the message: what is approved is written under the same one. */
async function askAnew(tx: TenantTx, messageIds: readonly string[]): Promise<void> {
  if (messageIds.length === 0) return;
  await tx.execute(sql`
    with recalled as (
      update content.email_messages set idempotency_key = null
      where id = any(${sql.param([...messageIds])}::uuid[]) and delivery_status = 'cancelled'
      returning id, enrollment_id
    )
    update campaign_contacts e
    set awaiting_message_id = null, wait_reason = null, next_email_scheduled_at = app_now(), updated_at = app_now()
    from recalled r where e.id = r.enrollment_id and e.awaiting_message_id = r.id`);
}

/** Who waits for a review is mailed as the step says. What was approved leaves as it was approved. */
async function releaseFromReview(
  tx: TenantTx,
  stepId: string,
  enrollmentIds: readonly string[],
): Promise<void> {
  const these = sql.param([...enrollmentIds]);
  await tx.execute(sql`
    update campaign_contacts set wait_reason = null, next_email_scheduled_at = app_now(), updated_at = app_now()
    where id = any(${these}::uuid[]) and current_step_id = ${stepId}::uuid
      and status in ('enrolled', 'active', 'paused') and wait_reason = 'waiting_for_review'`);
  await tx.execute(sql`
    update email_drafts set status = 'cancelled', updated_at = app_now()
    where enrollment_id = any(${these}::uuid[]) and step_id = ${stepId}::uuid and status = 'draft'`);
}
