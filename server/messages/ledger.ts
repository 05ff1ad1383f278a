import { type SQL, sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import { ofPlace } from "#server/drafts/standing";
import { rfcMessageId } from "#server/mail/message-id";
import type { Given, Held } from "#server/planner/plan";
import type { Slot } from "#server/planner/slots";
import type { ContactCaps } from "#server/sending-limits/queries";
import { tooOften } from "./delays.ts";
import { dueKept } from "./due-since.ts";
import { reserve } from "./reserve.ts";
import type { Sending } from "./sending.ts";

/*
 * Statements of the engine look hundreds of rows up by key, in tables that may have grown by a million a minute ago and
 * have no statistics yet. A lateral sub-select of one row is an index probe whatever the planner believes.
 */

/**
 * Gives people their slots: `written` are those who are known by the message that waits for one, all others by their
 * enrollment. Hold the limits' locks.
 */
export async function writeGiven(
  tx: TenantTx,
  { sending, given, written }: { sending: Sending; given: readonly Given[]; written: ReadonlySet<string> },
): Promise<void> {
  const [again, fresh] = [given.filter(isWritten(written)), given.filter((one) => !isWritten(written)(one))];
  const slotted = await giveSlots(tx, again);
  const taken = await insertMessages(tx, sending, fresh);
  await reserve(tx, sending, [...slotted, ...taken]);
}

const isWritten =
  (written: ReadonlySet<string>) =>
  ({ person }: Given) =>
    written.has(person.id);

const slotColumns = (given: readonly Given[]) => sql`
  ${sql.param(given.map(({ slot }) => slot.mailboxId))}::uuid[],
  ${sql.param(given.map(({ slot }) => new Date(slot.at).toISOString()))}::timestamptz[],
  ${sql.param(given.map(({ slot }) => slot.day))}::date[],
  ${sql.param(given.map(({ slot }) => slot.mailboxDay))}::date[],
  ${sql.param(given.map(({ recipientDay }) => recipientDay))}::date[],
  ${sql.param(given.map(({ slot }) => new Date(slot.sendBefore).toISOString()))}::timestamptz[]`;
const slotNames = sql`account_id, at, day, mailbox_day, recipient_day, send_before`;

const isDelay = sql`h.reason in ('frequency_cap', 'higher_priority')`;

/** A written message that wants a slot. One that got one, left or was cancelled meanwhile does not. */
const wantsSlot = sql`m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')`;

/** Gives messages that are already written a slot each. Returns those that were still in want of one. */
async function giveSlots(tx: TenantTx, given: readonly Given[]): Promise<Given[]> {
  if (given.length === 0) return [];
  const ids = given.map(({ person }) => person.id);
  const slotted = await tx.execute<{ id: string }>(sql`
    update content.email_messages m
    set delivery_status = 'queued', scheduled_for = g.at, next_attempt_at = g.at, campaign_day = g.day,
      mailbox_day = g.mailbox_day, recipient_day = g.recipient_day, send_before = g.send_before, reason_code = 'awaiting_send',
      from_email = case when m.email_account_id = g.account_id then m.from_email
        else coalesce((select a.email from email_accounts a where a.id = g.account_id), m.from_email) end,
      -- From another mailbox than the one before it answers nothing: it begins a thread of its own.
      (in_reply_to, "references", thread_id) = (
        select own.rfc_message_id, nullif(concat_ws(' ', own."references", own.rfc_message_id), ''), coalesce(own.thread_id, own.id)
        from (select m.parent_message_id as id) parent
        left join lateral (
          select * from content.email_messages p where p.id = parent.id and p.email_account_id = g.account_id limit 1
        ) own on true),
      email_account_id = g.account_id, updated_at = app_now()
    from unnest(${sql.param(ids)}::uuid[], ${slotColumns(given)}) as g(id, ${slotNames})
    where m.id = g.id and ${wantsSlot} returning m.id`);
  const done = new Set(slotted.map(({ id }) => id));
  const people = given.filter(({ person }) => done.has(person.id));
  await tx.execute(sql`
    update campaign_contacts e set wait_reason = 'awaiting_send', next_email_scheduled_at = null, pinned_account_id = m.email_account_id,
      due_local = ${dueKept(sql`g.due_at`)}
    from unnest(${sql.param(people.map(({ person }) => person.id))}::uuid[],
      ${sql.param(people.map(({ person }) => new Date(person.dueAt).toISOString()))}::timestamptz[]) as g(id, due_at)
    cross join lateral (select * from content.email_messages m where m.id = g.id limit 1) m
    where e.id = m.enrollment_id and e.awaiting_message_id = m.id`);
  return people;
}

/**
 * People who have to wait on their own account stay where they are, with the reason, until then. Who was put off often
 * enough for what they had already stays due, and is marked: their step is passed over.
 */
export async function holdPeople(
  tx: TenantTx,
  held: readonly (Pick<Held, "until" | "hold"> & { person: Pick<Held["person"], "id"> })[],
  { delaysMax }: Pick<ContactCaps, "delaysMax">,
): Promise<void> {
  if (held.length === 0) return;
  const rows = sql`unnest(${sql.param(held.map(({ person }) => person.id))}::uuid[],
    ${sql.param(held.map(({ until }) => new Date(until).toISOString()))}::timestamptz[],
    ${sql.param(held.map(({ hold }) => hold))}::text[]) as h(id, until, reason)`;
  const isOver = (attempts: SQL) => sql`(${isDelay} and coalesce(${attempts} >= ${delaysMax}::int, false))`;
  const overAtPlace = isOver(sql`e.attempts`);
  const overByMessage = isOver(
    sql`(select e.attempts from campaign_contacts e where e.id = m.enrollment_id limit 1)`,
  );
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = case when ${overAtPlace} then e.next_email_scheduled_at else h.until end,
      wait_reason = case when ${overAtPlace} then ${tooOften} else h.reason end,
      due_local = ${dueKept(sql`e.next_email_scheduled_at`)},
      attempts = e.attempts + (${isDelay})::int, updated_at = app_now()
    from ${rows} where e.id = h.id`);
  await tx.execute(sql`
    with put_off as (
      update content.email_messages m
      set next_attempt_at = case when ${overByMessage} then m.next_attempt_at else h.until end,
        reason_code = case when ${overByMessage} then ${tooOften} else h.reason end, updated_at = app_now()
      from ${rows} where m.id = h.id and ${wantsSlot}
      returning m.id, m.enrollment_id, m.reason_code, (${isDelay})::int as delayed
    )
    update campaign_contacts e set attempts = e.attempts + p.delayed, wait_reason = p.reason_code, updated_at = app_now(),
      due_local = ${dueKept(sql`before.next_attempt_at`)}
    from put_off p
    -- As the statement found it.
    cross join lateral (select next_attempt_at from content.email_messages m where m.id = p.id limit 1) before
    where e.id = p.enrollment_id and e.awaiting_message_id = p.id`);
}

/**
 * Writes one message per enrollment, in the order of the slots; the key of enrollment, pass, step and visit is
 * unique. Returns the slots taken: an enrollment whose message exists already keeps that one and gets no other.
 */
async function insertMessages(
  tx: TenantTx,
  { campaignId }: Sending,
  given: readonly Given[],
): Promise<Given[]> {
  if (given.length === 0) return [];
  const enrollmentIds = given.map(({ person }) => person.id);
  const { own, inPool } = await senders(tx, { campaignId, enrollmentId: enrollmentIds[0] ?? "" });
  const ids = enrollmentIds.map(() => v7());
  const written = await tx.execute<{ enrollment_id: string }>(sql`
    with given as (
      select * from unnest(${sql.param(enrollmentIds)}::uuid[], ${sql.param(ids)}::uuid[],
        ${sql.param(ids.map((id, index) => rfcMessageId(id, inPool(given[index]?.slot) ?? own)))}::text[],
        ${sql.param(given.map(({ slot }) => inPool(slot)))}::text[], ${slotColumns(given)}
      ) as g(enrollment_id, id, rfc_message_id, pool_email, ${slotNames})
    ), written as (
      insert into content.email_messages (id, storage_key, email_account_id, campaign_id, contact_id, enrollment_id, step_id,
        step_version_id, variant_id, parent_message_id, in_reply_to, "references", thread_id, run_number, visit, from_email, from_name, to_email, reply_to, recipient_domain, rfc_message_id,
        idempotency_key, reason_code, scheduled_for, next_attempt_at, campaign_day, mailbox_day, recipient_day, send_before)
      select g.id, g.id::text, g.account_id, k.id, c.id, e.id, s.id, v.id, a.variant_id, p.id, own.rfc_message_id,
        nullif(concat_ws(' ', own."references", own.rfc_message_id), ''), coalesce(own.thread_id, own.id), e.run_number, e.visit,
        coalesce(g.pool_email, nullif(said.sender ->> 'fromEmail', ''), k.from_email), coalesce(nullif(said.sender ->> 'fromName', ''), k.from_name),
        c.email, coalesce(nullif(said.sender ->> 'replyTo', ''), k.reply_to_email), split_part(c.email_normalized, '@', 2), g.rfc_message_id,
        ${messageKey}, 'awaiting_send', g.at, g.at, g.day, g.mailbox_day, g.recipient_day, g.send_before
      from given g
      cross join lateral (select * from campaign_contacts e where e.id = g.enrollment_id limit 1) e
      cross join lateral (select * from contacts c where c.id = e.contact_id limit 1) c
      join campaigns k on k.id = e.campaign_id
      join campaign_steps s on s.id = e.current_step_id
      left join lateral (
        select * from content.email_messages m
        where s.reply_in_thread and m.id = e.last_message_id and m.rfc_message_id is not null limit 1
      ) p on true
      -- The thread goes on only from the mailbox that began it.
      left join lateral (select p.* where p.email_account_id = g.account_id) own on true
      left join ab_tests t on t.step_id = s.id and t.status in ('running', 'extended')
      left join lateral (
        select * from ab_test_assignments a where a.test_id = t.id and a.contact_id = e.contact_id limit 1
      ) a on true
      left join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version
        and v.variant_id is not distinct from a.variant_id
      cross join lateral (select coalesce(v.config -> 'sender', s.sender) as sender) said
      -- Of an email that is being tested, whoever has no variant yet is not mailed.
      where (t.id is null or a.variant_id is not null)
        -- Of one that is reviewed, whoever's draft is not approved: its time may have come since the drafts were looked at.
        and (not s.requires_draft_approval or (
          select d.status in ('approved', 'scheduled') from email_drafts d where ${ofPlace} limit 1))
      on conflict (tenant_id, idempotency_key) where idempotency_key is not null do nothing
      returning id, enrollment_id, email_account_id
    )
    update campaign_contacts e
    set wait_reason = 'awaiting_send', awaiting_message_id = w.id, next_email_scheduled_at = null,
      due_local = ${dueKept(sql`e.next_email_scheduled_at`)},
      pinned_account_id = w.email_account_id, updated_at = app_now()
    from written w where e.id = w.enrollment_id
    returning e.id as enrollment_id`);
  const done = new Set(written.map((row) => row.enrollment_id));
  if (done.size < enrollmentIds.length)
    await rejoin(
      tx,
      enrollmentIds.filter((id) => !done.has(id)),
    );
  return given.filter(({ person }) => done.has(person.id));
}

type Addresses = { own: string; inPool: (slot: Slot | undefined) => string | null };

/** The address that is written under at a step: in a pool the mailbox's, else the step's or the campaign's own. */
async function senders(
  tx: TenantTx,
  { campaignId, enrollmentId }: { campaignId: string; enrollmentId: string },
): Promise<Addresses> {
  // All of them stand at the same step.
  const [one] = await tx.execute<{ own: string; pool: Record<string, string> | null }>(sql`
    select coalesce(nullif(s.sender ->> 'fromEmail', ''), k.from_email) as own,
      (select json_object_agg(m.email_account_id, a.email) from pool_members m
        join email_accounts a on a.id = m.email_account_id where m.pool_id = k.rotation_pool_id) as pool
    from campaigns k left join campaign_steps s on s.id = (
      select e.current_step_id from campaign_contacts e where e.id = ${enrollmentId}::uuid)
    where k.id = ${campaignId}::uuid`);
  return { own: one?.own ?? "", inPool: (slot) => one?.pool?.[slot?.mailboxId ?? ""] ?? null };
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
