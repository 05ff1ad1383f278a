import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { WaitReason } from "#server/enrollments/reasons";
import type { Slice } from "#server/enrollments/slice";
import { dueKept } from "./due-since.ts";
import { isSnoozed, isUndisturbed } from "./mailable.ts";

const snoozed: WaitReason = "snoozed";
const undisturbed: WaitReason = "do_not_disturb";

/**
 * Puts off, of the next ones who are due at an email and of messages that want a slot, those whose contact is not to be
 * written to: until their snooze is over, or for as long as they have the tag, without a time at which anybody would look
 * at them for nothing. Returns how many; none means that the next ones may be written to.
 */
export async function leaveAlone(tx: TenantTx, { scope, stepId, limit }: Slice): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    with due as materialized (
      select e.id, e.contact_id from campaign_contacts e
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
        and e.wait_reason is distinct from 'outcome_unknown'
      order by e.next_email_scheduled_at, e.id limit ${limit} for no key update skip locked
    ), held as (
      update campaign_contacts e
      set next_email_scheduled_at = s.until, wait_reason = s.reason, due_local = ${dueKept(sql`e.next_email_scheduled_at`)},
        updated_at = app_now()
      from (${thoseOf(sql`due`)}) s where e.id = s.id returning 1
    ), slotless as materialized (
      select m.id, m.contact_id, m.enrollment_id, m.next_attempt_at as due_at from content.email_messages m
      where m.step_id = ${stepId}::uuid and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')
        and m.next_attempt_at <= app_now()
      order by m.next_attempt_at, m.id limit ${limit} for no key update skip locked
    ), put_off as (
      update content.email_messages m
      set next_attempt_at = s.until, reason_code = s.reason, updated_at = app_now()
      from (${thoseOf(sql`slotless`)}) s where m.id = s.id returning m.id, m.enrollment_id, m.reason_code
    ), shown as (
      update campaign_contacts e set wait_reason = p.reason_code, due_local = ${dueKept(sql`d.due_at`)}, updated_at = app_now()
      from put_off p join slotless d on d.id = p.id where e.id = p.enrollment_id and e.awaiting_message_id = p.id
    )
    select (select count(*) from held)::int + (select count(*) from put_off)::int as count`);
  return row?.count ?? 0;
}

/** Of these rows the ones whose contact is left alone, why, and until when; the tag has no end that is known. */
const thoseOf = (rows: SQL): SQL => sql`
  select d.id, case when a.undisturbed then ${undisturbed} else ${snoozed} end as reason,
    case when not a.undisturbed then a.snoozed_until end as until
  from ${rows} d cross join lateral (
    select ${isUndisturbed} as undisturbed, ${isSnoozed} as snoozed, c.snoozed_until
    from contacts c where c.id = d.contact_id limit 1
  ) a where a.undisturbed or a.snoozed`;
