import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { rfcMessageId } from "#server/mail/message-id";
import type { Slot } from "#server/planner/slots";
import type { Sending } from "./limits.ts";

/*
 * Statements of the engine look hundreds of rows up by key, in tables that may have grown by a million a minute ago and
 * have no statistics yet. A lateral sub-select of one row is an index probe whatever the planner believes.
 */

const slotColumns = (slots: readonly Slot[]) => sql`
  ${sql.param(slots.map((slot) => new Date(slot.at).toISOString()))}::timestamptz[],
  ${sql.param(slots.map((slot) => slot.day))}::date[],
  ${sql.param(slots.map((slot) => slot.mailboxDay))}::date[],
  ${sql.param(slots.map((slot) => new Date(slot.sendBefore).toISOString()))}::timestamptz[]`;

/** Gives messages that are already written a slot each, in order. */
export async function giveSlots(
  tx: TenantTx,
  { ids, slots }: { ids: string[]; slots: readonly Slot[] },
): Promise<void> {
  if (ids.length === 0) return;
  await tx.execute(sql`
    update content.email_messages m
    set delivery_status = 'queued', scheduled_for = g.at, next_attempt_at = g.at, campaign_day = g.day,
      mailbox_day = g.mailbox_day, send_before = g.send_before, reason_code = 'awaiting_send', updated_at = app_now()
    from unnest(${sql.param(ids)}::uuid[], ${slotColumns(slots.slice(0, ids.length))}) as g(id, at, day, mailbox_day, send_before)
    where m.id = g.id`);
  await tx.execute(sql`
    update campaign_contacts e set wait_reason = 'awaiting_send', next_email_scheduled_at = null
    from content.email_messages m
    where m.id = any(${sql.param(ids)}::uuid[]) and e.id = m.enrollment_id and e.awaiting_message_id = m.id`);
}

/**
 * Writes one message per enrollment, in the order of the slots; the key of enrollment, pass, step and visit is
 * unique. Returns the slots taken: an enrollment whose message exists already keeps that one and gets no other.
 */
export async function insertMessages(
  tx: TenantTx,
  {
    campaignId,
    enrollmentIds,
    slots,
  }: { campaignId: string; enrollmentIds: readonly string[]; slots: readonly Slot[] },
): Promise<Slot[]> {
  if (enrollmentIds.length === 0) return [];
  // All of them stand at the same step.
  const [sender] = await tx.execute<{ from_email: string }>(sql`
    select coalesce(nullif(s.sender ->> 'fromEmail', ''), k.from_email) as from_email
    from campaigns k left join campaign_steps s on s.id = (
      select e.current_step_id from campaign_contacts e where e.id = ${enrollmentIds[0]}::uuid)
    where k.id = ${campaignId}::uuid`);
  const ids = enrollmentIds.map(() => v7());
  const written = await tx.execute<{ enrollment_id: string }>(sql`
    with given as (
      select * from unnest(${sql.param(enrollmentIds)}::uuid[], ${sql.param(ids)}::uuid[],
        ${sql.param(ids.map((id) => rfcMessageId(id, sender?.from_email ?? "")))}::text[], ${slotColumns(slots)}
      ) as g(enrollment_id, id, rfc_message_id, at, day, mailbox_day, send_before)
    ), written as (
      insert into content.email_messages (id, storage_key, email_account_id, campaign_id, contact_id, enrollment_id, step_id,
        step_version_id, variant_id, parent_message_id, in_reply_to, "references", thread_id, run_number, visit, from_email, from_name, to_email, reply_to, recipient_domain, rfc_message_id,
        idempotency_key, reason_code, scheduled_for, next_attempt_at, campaign_day, mailbox_day, send_before)
      select g.id, g.id::text, k.email_account_id, k.id, c.id, e.id, s.id, v.id, a.variant_id, p.id, p.rfc_message_id,
        nullif(concat_ws(' ', p."references", p.rfc_message_id), ''), coalesce(p.thread_id, p.id), e.run_number, e.visit,
        coalesce(nullif(said.sender ->> 'fromEmail', ''), k.from_email), coalesce(nullif(said.sender ->> 'fromName', ''), k.from_name),
        c.email, coalesce(nullif(said.sender ->> 'replyTo', ''), k.reply_to_email), split_part(c.email_normalized, '@', 2), g.rfc_message_id,
        ${messageKey}, 'awaiting_send', g.at, g.at, g.day, g.mailbox_day, g.send_before
      from given g
      cross join lateral (select * from campaign_contacts e where e.id = g.enrollment_id limit 1) e
      cross join lateral (select * from contacts c where c.id = e.contact_id limit 1) c
      join campaigns k on k.id = e.campaign_id
      join campaign_steps s on s.id = e.current_step_id
      left join lateral (
        select * from content.email_messages m
        where s.reply_in_thread and m.id = e.last_message_id and m.rfc_message_id is not null limit 1
      ) p on true
      left join ab_tests t on t.step_id = s.id and t.status in ('running', 'extended')
      left join ab_test_assignments a on a.test_id = t.id and a.contact_id = e.contact_id
      left join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version
        and v.variant_id is not distinct from a.variant_id
      cross join lateral (select coalesce(v.config -> 'sender', s.sender) as sender) said
      -- Of an email that is being tested, whoever has no variant yet is not mailed.
      where t.id is null or a.variant_id is not null
      on conflict (tenant_id, idempotency_key) where idempotency_key is not null do nothing
      returning id, enrollment_id
    )
    update campaign_contacts e
    set wait_reason = 'awaiting_send', awaiting_message_id = w.id, next_email_scheduled_at = null, updated_at = app_now()
    from written w where e.id = w.enrollment_id
    returning e.id as enrollment_id`);
  const done = new Set(written.map((row) => row.enrollment_id));
  if (done.size < enrollmentIds.length)
    await rejoin(
      tx,
      enrollmentIds.filter((id) => !done.has(id)),
    );
  return slots.filter((_, index) => done.has(enrollmentIds[index] ?? ""));
}

const messageKey = sql`concat_ws(':', e.id, e.run_number, e.current_step_id, e.visit)`;

/** Somebody stands at a step whose message to them exists: they wait for it, or move on when it has left. */
async function rejoin(tx: TenantTx, enrollmentIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    update campaign_contacts e
    set awaiting_message_id = m.id, updated_at = app_now(),
      wait_reason = case when m.delivery_status in ('queued', 'deferred', 'sending') then 'awaiting_send' else 'outcome_unknown' end,
      next_email_scheduled_at = case when m.delivery_status in ('queued', 'deferred', 'sending') then null else app_now() end
    from content.email_messages m
    where e.id = any(${sql.param(enrollmentIds)}::uuid[]) and m.idempotency_key = ${messageKey}`);
}

/** Counts the slots against the days they lie on. Hold the limits' locks. */
export async function reserve(
  tx: TenantTx,
  { sending, slots }: { sending: Sending; slots: readonly Slot[] },
): Promise<void> {
  if (slots.length === 0) return;
  const upserts = [
    {
      table: "campaign_usage",
      column: "campaign_id",
      id: sending.campaignId,
      dayOf: (slot: Slot) => slot.day,
    },
    {
      table: "mailbox_usage",
      column: "email_account_id",
      id: sending.accountId,
      dayOf: (slot: Slot) => slot.mailboxDay,
    },
  ];
  for (const { table, column, id, dayOf } of upserts) {
    const days = Map.groupBy(slots, dayOf);
    await tx.execute(sql`
      insert into ${sql.identifier(table)} as u (${sql.identifier(column)}, day, reserved, last_slot_at)
      select ${id}::uuid, d.day, d.count, d.last
      from unnest(${sql.param([...days.keys()])}::date[], ${sql.param([...days.values()].map((some) => some.length))}::int[],
        ${sql.param([...days.values()].map((some) => new Date(some.at(-1)?.at ?? 0).toISOString()))}::timestamptz[]) as d(day, count, last)
      on conflict (tenant_id, ${sql.identifier(column)}, day)
      do update set reserved = u.reserved + excluded.reserved, last_slot_at = greatest(u.last_slot_at, excluded.last_slot_at)`);
  }
}
