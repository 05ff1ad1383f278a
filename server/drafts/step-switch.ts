import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { StepContext } from "#server/enrollments/slice";
import { cancelMessages } from "#server/messages/slots";

/**
 * The emails of a running campaign's step are reviewed from now on, or no more: deals with the next ones who stand there,
 * in the order of the contacts, and writes down how far it has come. Nothing unreviewed leaves meanwhile: claims look at the
 * step. Returns how many places it looked at; another slice always follows.
 */
export async function followReviewSwitch(
  tx: TenantTx,
  { scope, graph, step, stepId, limit, upTo }: StepContext & { upTo: string },
): Promise<number> {
  const rows = await tx.execute<{ id: string; contact_id: string }>(sql`
    select id, contact_id from campaign_contacts
    where tenant_id = ${scope.tenantId}::uuid and campaign_id = ${graph.campaignId}::uuid and contact_id > ${upTo}::uuid
      and current_step_id = ${stepId}::uuid and status in ('enrolled', 'active', 'paused')
    order by contact_id limit ${limit}`);
  const ids = rows.map(({ id }) => id);
  await (step.review ? recallUnreviewed(tx, ids) : releaseFromReview(tx, stepId, ids));
  const last = rows.length < limit ? null : (rows.at(-1)?.contact_id ?? null);
  await tx.execute(sql`update campaign_steps set retimed_up_to = ${last}::uuid where id = ${stepId}::uuid`);
  return Math.max(1, rows.length);
}

/** What is queued for them and nobody has looked at is called back, and they are asked for anew. */
async function recallUnreviewed(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  const rows = await tx.execute<{ id: string }>(sql`
    select m.id from unnest(${sql.param([...enrollmentIds])}::uuid[]) as g(id)
    cross join lateral (select * from campaign_contacts e where e.id = g.id limit 1) e
    cross join lateral (select * from content.email_messages m where m.id = e.awaiting_message_id limit 1) m
    where m.draft_id is null and m.delivery_status in ('queued', 'deferred') order by m.id`);
  if (rows.length === 0) return;
  await cancelMessages(
    tx,
    rows.map(({ id }) => ({ id, reason: "waiting_for_review" })),
  );
  // The key is given up with the message: what is approved is written under the same one.
  await tx.execute(sql`
    with recalled as (
      update content.email_messages set idempotency_key = null
      where id = any(${sql.param(rows.map(({ id }) => id))}::uuid[]) and delivery_status = 'cancelled'
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
