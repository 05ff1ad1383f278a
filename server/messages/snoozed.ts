import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Slice } from "#server/enrollments/slice";

/**
 * Puts off, of the next ones who are due at an email and of messages that want a slot, those whose contact is not to be
 * written to yet. Returns how many; none means that the next ones may be written to.
 */
export async function putOffSnoozed(tx: TenantTx, { scope, stepId, limit }: Slice): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    with due as materialized (
      select e.id, e.contact_id from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
        and e.wait_reason is distinct from 'outcome_unknown'
      order by e.next_email_scheduled_at, e.id limit ${limit} for no key update skip locked
    ), held as (
      update campaign_contacts e
      set next_email_scheduled_at = s.until, wait_reason = 'snoozed', updated_at = app_now()
      from (select d.id, (select c.snoozed_until from contacts c where c.id = d.contact_id) as until from due d) s
      where e.id = s.id and s.until > app_now() returning 1
    ), slotless as materialized (
      select m.id, m.contact_id, m.enrollment_id from content.email_messages m
      where m.step_id = ${stepId}::uuid and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')
        and m.next_attempt_at <= app_now()
      order by m.next_attempt_at, m.id limit ${limit} for no key update skip locked
    ), put_off as (
      update content.email_messages m
      set next_attempt_at = s.until, reason_code = 'snoozed', updated_at = app_now()
      from (select d.id, (select c.snoozed_until from contacts c where c.id = d.contact_id) as until from slotless d) s
      where m.id = s.id and s.until > app_now() returning m.id, m.enrollment_id
    ), shown as (
      update campaign_contacts e set wait_reason = 'snoozed', updated_at = app_now()
      from put_off p where e.id = p.enrollment_id and e.awaiting_message_id = p.id
    )
    select (select count(*) from held)::int + (select count(*) from put_off)::int as count`);
  return row?.count ?? 0;
}
