import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { exitEnrollments } from "#server/enrollments/exits";
import { unsubscribe } from "#server/tracking/consent";
import type { InboundMail } from "./inbound-mail.ts";
import type { Answered } from "./match.ts";
import { asksToUnsubscribe } from "./own-words.ts";
import { campaignsWith, stopsAfterReply } from "./stops.ts";
import { tellOfReply } from "./tell.ts";

/**
 * Somebody has answered: they leave the campaigns that a reply ends, what is queued for them is cancelled, and the
 * answer counts once however much they write. A message that is on the wire this moment still leaves. Returns the
 * campaigns that somebody may have been the last of.
 */
export async function recordReply(tx: TenantTx, answered: Answered, mail: InboundMail): Promise<string[]> {
  const { contactId } = answered;
  const touched: string[] = [];
  if (contactId !== null && asksToUnsubscribe(mail.text)) {
    touched.push(...(await campaignsWith(tx, [contactId])));
    await unsubscribe(tx, { messageId: answered.id }, "reply");
  }
  const stops = contactId === null ? [] : await stopsAfterReply(tx, answered);
  touched.push(...stops.map(({ campaignId }) => campaignId));
  await exitEnrollments(tx, stops);
  const first = await countReply(tx, answered);
  await noteOnEnrollments(
    tx,
    answered,
    stops.flatMap(({ enrollmentId, reason }) => (reason === "replied" ? [enrollmentId] : [])),
  );
  await noteOnContact(tx, contactId);
  if (first) await tellOfReply(tx, answered, mail);
  return touched;
}

/** True when it is the first reply to this message. */
async function countReply(tx: TenantTx, { id }: Answered): Promise<boolean> {
  const rows = await tx.execute<{ id: string }>(sql`
    with first as (
      update content.email_messages set replied_at = app_now(), updated_at = app_now()
      where id = ${id}::uuid and replied_at is null
      returning id, campaign_id, step_id, contact_id, enrollment_id
    )
    insert into email_events (message_id, campaign_id, step_id, contact_id, enrollment_id, type)
    select id, campaign_id, step_id, contact_id, enrollment_id, 'replied' from first
    returning id`);
  await noteGoalArrivals(tx, rows);
  return rows.length > 0;
}

/** Whoever has answered has reached the goals of the campaign that are an answer. */
async function noteGoalArrivals(tx: TenantTx, replies: readonly { id: string }[]): Promise<void> {
  await tx.execute(sql`
    insert into campaign_arrivals (campaign_id, trigger_id, contact_id, ref_id)
    select t.campaign_id, t.id, e.contact_id, e.id
    from email_events e join listening_triggers t on t.campaign_id = e.campaign_id and t.trigger_type = 'replied'
    where e.id = any(${sql.param(replies.map(({ id }) => id))}::uuid[]) and e.contact_id is not null
    order by t.id on conflict do nothing`);
}

async function noteOnEnrollments(tx: TenantTx, { enrollmentId }: Answered, stopped: string[]): Promise<void> {
  const ids = [...stopped, ...(enrollmentId === null ? [] : [enrollmentId])].sort();
  await tx.execute(sql`
    update campaign_contacts set replied_at = app_now(), updated_at = app_now()
    where id = any(${sql.param(ids)}::uuid[]) and replied_at is null`);
}

/** Whoever answers can be reached: soft bounces in a row end here. */
async function noteOnContact(tx: TenantTx, contactId: string | null): Promise<void> {
  await tx.execute(sql`
    update contacts set last_replied_at = app_now(), last_activity_at = app_now(), soft_bounce_count = 0,
      lifecycle_stage = case when lifecycle_stage in ('new', 'contacted') then 'replied' else lifecycle_stage end,
      version = version + 1, updated_at = app_now()
    where id = ${contactId}::uuid`);
}
