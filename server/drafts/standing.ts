import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** The drafts `d` of the place where `campaign_contacts e` stands. */
export const ofPlace = sql`d.enrollment_id = e.id and d.step_id = e.current_step_id and d.run_number = e.run_number
  and d.visit = e.visit and d.status <> 'cancelled'`;

/** Whether `campaign_contacts e` has been at this step in this pass, and is there no more: its email was theirs, or was skipped. */
export const hasPassed = (stepId: SQL): SQL => sql`(${stepId} is distinct from e.current_step_id and exists (
  select from enrollment_step_log l where l.enrollment_id = e.id and l.run_number = e.run_number and l.step_id = ${stepId}))`;

/**
 * Ties messages that were just written to the drafts they were approved as. They are rendered from these, and bear the
 * sender and the files that the reviewer saw.
 */
export async function tieMessages(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  if (enrollmentIds.length === 0) return;
  await tx.execute(sql`
    with tied as materialized (
      select d.id, d.step_version_id, e.awaiting_message_id as message_id
      from unnest(${sql.param(enrollmentIds)}::uuid[]) as g(id)
      cross join lateral (select * from campaign_contacts e where e.id = g.id limit 1) e
      cross join lateral (select * from email_drafts d where ${ofPlace} and d.status in ('approved', 'scheduled') limit 1) d
      where e.awaiting_message_id is not null
    ), claimed as (
      update scheduled_emails s set status = 'claimed', message_id = t.message_id, updated_at = app_now()
      from tied t where s.draft_id = t.id and s.status = 'pending'
    )
    update content.email_messages m
    set draft_id = t.id, step_version_id = coalesce(t.step_version_id, m.step_version_id)
    from tied t where m.id = t.message_id and m.draft_id is null`);
}

/** Says of drafts what became of their messages, once that is certain. Others are passed over. */
export async function settleDrafts(tx: TenantTx, draftIds: readonly string[]): Promise<void> {
  if (draftIds.length === 0) return;
  await tx.execute(sql`
    with ended as materialized (
      select d.id, case m.delivery_status when 'sent' then 'sent' else 'failed' end as status, m.error
      from unnest(${sql.param(draftIds)}::uuid[]) as g(id)
      join email_drafts d on d.id = g.id
      cross join lateral (
        select m.delivery_status, m.error from content.email_messages m
        where m.contact_id = d.contact_id and m.draft_id = d.id and m.delivery_status in ('sent', 'bounced', 'failed')
        order by m.id desc limit 1) m
      order by d.id for no key update of d
    ), scheduled as (
      update scheduled_emails s set status = e.status, problem = e.error, updated_at = app_now()
      from ended e where s.draft_id = e.id and s.status in ('pending', 'claimed')
    )
    update email_drafts d
    set status = e.status, problem = case when e.status = 'failed' then e.error end, updated_at = app_now()
    from ended e where d.id = e.id`);
}

/** Drafts of people who have left the place that these were made for: nobody is asked about them any more. */
export async function cancelDrafts(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  if (enrollmentIds.length === 0) return;
  await tx.execute(sql`
    with open as materialized (
      select d.id from email_drafts d
      where d.enrollment_id = any(${sql.param(enrollmentIds)}::uuid[]) and d.status in ('draft', 'approved', 'scheduled')
        and not exists (select 1 from content.email_messages m
          where m.contact_id = d.contact_id and m.draft_id = d.id and m.delivery_status in ('sending', 'unknown', 'sent'))
      order by d.id for no key update of d
    ), scheduled as (
      update scheduled_emails s set status = 'cancelled', updated_at = app_now()
      from open o where s.draft_id = o.id and s.status in ('pending', 'claimed')
    )
    update email_drafts d set status = 'cancelled', updated_at = app_now() from open o where d.id = o.id`);
}

/**
 * What was written ahead for people whose pass is over, whichever way that came: it was meant for this pass, and is not
 * the email of another one. Who is still on the way keeps theirs.
 */
export async function cancelAhead(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  if (enrollmentIds.length === 0) return;
  await tx.execute(sql`
    with open as materialized (
      select d.id from unnest(${sql.param(enrollmentIds)}::uuid[]) as g(id)
      cross join lateral (
        select * from campaign_contacts e where e.id = g.id and e.status not in ('enrolled', 'active', 'paused') limit 1) e
      cross join lateral (
        select d.id from email_drafts d
        where d.contact_id = e.contact_id and d.campaign_id = e.campaign_id and d.enrollment_id is null and d.status = 'draft'
        order by d.id for no key update) d
    )
    update email_drafts d set status = 'cancelled', updated_at = app_now() from open o where d.id = o.id`);
}
