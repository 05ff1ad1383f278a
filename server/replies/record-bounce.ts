import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { exitContacts, exitEnrollments } from "#server/enrollments/exits";
import { recordBounces } from "#server/messages/bounces";
import type { ReportedDelivery } from "./delivery-report.ts";
import type { Answered } from "./match.ts";
import { campaignsWith } from "./stops.ts";
import { countOnMailbox } from "./mailbox-standing.ts";
import { tellOfComplaint } from "./tell.ts";

/**
 * A message came back after it had left. The first report of it counts, and the ledger says so. What follows for the contact depends on the class: a hard
 * one ends all their campaigns and closes the address, soft ones do at the third in a row, and a block, which is about
 * the sender, ends this way only. A report that was tied by nothing but an address closes no address: anybody could
 * have written it. Returns the campaigns somebody may have been the last of.
 */
export async function recordBounce(
  tx: TenantTx,
  answered: Answered,
  delivery: ReportedDelivery,
): Promise<string[]> {
  if (!(await markBounced(tx, answered, delivery))) return [];
  const touched = answered.contactId === null ? [] : await campaignsWith(tx, [answered.contactId]);
  const ending = delivery.class === "hard" || delivery.class === "block";
  if (ending && answered.enrollmentId !== null) {
    const reason = delivery.class === "hard" ? "bounced_hard" : "send_failed";
    await exitEnrollments(tx, [{ enrollmentId: answered.enrollmentId, reason }]);
  }
  const type = delivery.class === "hard" && answered.by !== "address" ? "hard" : "soft";
  if (delivery.class !== "block") {
    const row = { id: answered.id, contact_id: answered.contactId };
    const dead = await recordBounces(tx, [{ row, verdict: { kind: "bounced", type } }], "report");
    const reason = type === "hard" ? "bounced_hard" : "bounced_soft_limit";
    if (dead.length > 0) await exitContacts(tx, { contactIds: dead, reason });
  }
  await countOnMailbox(tx, answered.emailAccountId, "bounced");
  return touched;
}

async function markBounced(
  tx: TenantTx,
  { id }: Answered,
  { class: type, status, diagnostic }: ReportedDelivery,
): Promise<boolean> {
  const rows = await tx.execute(sql`
    with first as (
      update content.email_messages
      set delivery_status = 'bounced', bounced_at = app_now(), bounce_type = ${type}, bounce_code = ${status},
        error = ${diagnostic}, reason_code = null, updated_at = app_now()
      where id = ${id}::uuid and bounced_at is null and delivery_status in ('sent', 'delivered')
      returning id, campaign_id, step_id, contact_id, enrollment_id
    )
    insert into email_events (message_id, campaign_id, step_id, contact_id, enrollment_id, type, data)
    select id, campaign_id, step_id, contact_id, enrollment_id, 'bounced',
      jsonb_build_object('type', ${type}::text, 'code', ${status}::text, 'diagnostic', ${diagnostic}::text)
    from first returning id`);
  return rows.length > 0;
}

/**
 * Somebody called a message spam: nobody of the organization mails the address any more, and everybody of that address
 * leaves the campaigns of this workspace now, those elsewhere when their next mail is due.
 */
export async function recordComplaint(tx: TenantTx, answered: Answered, type: string): Promise<string[]> {
  const [message] = await tx.execute<{ address: string }>(sql`
    with first as (
      update content.email_messages m set complained_at = app_now(), updated_at = app_now()
      where m.id = ${answered.id}::uuid and m.complained_at is null
      returning m.id, m.campaign_id, m.step_id, m.contact_id, m.enrollment_id, m.to_email
    ), event as (
      insert into email_events (message_id, campaign_id, step_id, contact_id, enrollment_id, type, data)
      select id, campaign_id, step_id, contact_id, enrollment_id, 'complained', jsonb_build_object('type', ${type}::text) from first
    )
    select coalesce((select c.email_normalized from contacts c where c.id = first.contact_id), lower(first.to_email)) as address
    from first`);
  if (!message) return [];
  const contacts = await tx.execute<{ id: string }>(sql`
    select id from contacts where email_normalized = ${message.address} and deleted_at is null order by id`);
  const contactIds = contacts.map(({ id }) => id);
  const touched = await campaignsWith(tx, contactIds);
  await exitContacts(tx, { contactIds, reason: "complained" });
  await tx.execute(sql`
    with changed as (
      update contacts set status = case when status = 'archived' then status else 'complained' end, complained_at = app_now(),
        last_activity_at = app_now(), version = version + 1, updated_at = app_now()
      where id = any(${sql.param(contactIds)}::uuid[]) and (complained_at is null or status not in ('complained', 'archived')) returning id
    ), noted as (
      insert into contact_events (contact_id, type, ref_type, ref_id)
      select id, 'contact.complained', 'email_message', ${answered.id}::uuid from changed
    )
    insert into suppressions (email_normalized, scope, reason, source, message_id)
    values (${message.address}, 'tenant', 'complained', 'feedback_report', ${answered.id}::uuid)
    on conflict do nothing`);
  await countOnMailbox(tx, answered.emailAccountId, "complained");
  await tellOfComplaint(tx, answered);
  return touched;
}
