import { type SQL, sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { exitEnrollments } from "#server/enrollments/exits";
import type { ExitReason } from "#server/enrollments/reasons";
import { findContactCaps, loadWideLimits, lockWideLimits } from "#server/sending-limits/queries";
import { allowanceOf } from "./caps.ts";
import { holdTooFrequent } from "./frequency.ts";
import { lockLimits } from "./limits.ts";
import { closedAmong, isLeftAlone, mailable, unmailableReason } from "./mailable.ts";
import { maySend } from "./may-send.ts";
import { hasRoom, type Room, roomsOf } from "./recipient-limits.ts";
import { cancelMessages } from "./slots.ts";

/** A message that this claim, and nobody else, may hand over until the lease ends. */
export type Claimed = {
  id: string;
  campaign_id: string | null;
  contact_id: string | null;
  step_id: string | null;
  step_version_id: string | null;
};
export type Claim = { token: string; messages: Claimed[] };
/** `leftAlone`: enrollments whose message is due though nobody may write to them for now. They are to give their slot back. */
export type Claiming = Claim & { events: DriverEvent[]; leftAlone: string[] };

type Ask = { scope: EventScope; accountId: string; fence: number; limit: number; leaseSeconds: number };

/** A mailbox keeps at least this share of the delay between two emails, whatever the jitter says. */
const shortestGap = sql`0.8`;

/**
 * Claims the next messages of a mailbox that are due, and checks everything that may have changed since they were
 * queued: suppression, the contact, the enrollment, a pause, the limits. Commit before a socket is touched, and send the
 * events then.
 */
export async function claimMessages(tx: TenantTx, ask: Ask): Promise<Claiming> {
  await takeInOrder(tx);
  const next = await campaignsDue(tx, ask);
  if (next.length === 0) return { token: v7(), messages: [], events: [], leftAlone: [] };
  const due = isDue(ask.accountId);
  const contact = await findContactCaps(tx);
  const { events, judged } = await holdTooFrequent(tx, {
    scope: ask.scope,
    contact,
    isDue: due,
    limit: ask.limit * 2,
  });
  const { limits } = await lockWideLimits(tx);
  const rooms = await roomsOf(tx, ask.accountId, limits);
  // Messages that have to wait hold up no campaign behind them.
  const campaignIds = rooms?.some(({ left }) => left <= 0) ? await campaignsDue(tx, ask, rooms) : next;
  await lockLimits(tx, { campaignIds, accountIds: [ask.accountId] });
  const { left } = await allowanceOf(tx, ask.accountId, limits);
  const token = v7();
  const messages = await tx.execute<Claimed>(sql`
    with due as materialized (
      select m.id, m.campaign_id, m.email_account_id, m.campaign_day, m.mailbox_day, m.next_attempt_at,
        case when m.recipient_day is not null then m.recipient_domain end as limited_domain,
        (select c.email_normalized from contacts c where c.id = m.contact_id) as email
      from content.email_messages m
      where ${due} and m.send_before > app_now()
        and exists (select 1 from mailbox_lanes l where l.email_account_id = ${ask.accountId}::uuid and l.lane = 0 and l.fence = ${ask.fence})
        and exists (select 1 from email_accounts a where a.id = ${ask.accountId}::uuid and a.status = 'active')
        and m.campaign_id = any(${sql.param(campaignIds)}::uuid[])
        and ${judged === null ? sql`true` : sql`m.id = any(${sql.param(judged)}::uuid[])`}
        and ${maySend} and ${recipientMailable} and ${hasRoom(rooms)}
      order by m.next_attempt_at, m.id
      limit ${Math.min(ask.limit, left)} for no key update of m skip locked
    ), closed as materialized (
      ${closedAmong(sql`select email from due`)}
    ), ranked as (
      select d.*, row_number() over (partition by d.campaign_id order by d.next_attempt_at, d.id) as nth,
        row_number() over (order by d.next_attempt_at, d.id) as nth_of_mailbox,
        ${rooms ? sql`row_number() over (partition by d.limited_domain order by d.next_attempt_at, d.id)` : sql`0`} as nth_of_recipient
      from due d
    ), granted as materialized (
      select r.* from ranked r
      where ${campaignAllows} and ${mailboxAllows} and ${recipientAllows(rooms)} and not exists (select 1 from closed x where x.email = r.email)
    ), claimed as (
      update content.email_messages m
      set delivery_status = 'sending', claim_token = ${token}::uuid, claimed_at = app_now(),
        lease_until = app_now() + make_interval(secs => ${ask.leaseSeconds}), attempts = m.attempts + 1,
        first_attempt_at = coalesce(m.first_attempt_at, app_now()), reason_code = null, error = null,
        -- What was approved stays as it was approved.
        step_version_id = coalesce(case when m.draft_id is null then (
          select v.id from campaign_steps s join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version
          where s.id = m.step_id and v.variant_id is not distinct from m.variant_id) end, m.step_version_id),
        to_email = coalesce((select c.email from contacts c where c.id = m.contact_id), m.to_email),
        updated_at = app_now()
      from granted g where m.id = g.id
      returning m.id, m.campaign_id, m.contact_id, m.step_id, m.step_version_id, g.next_attempt_at
    ), campaign_days as (
      update campaign_usage u set reserved = u.reserved - n.count, sent = u.sent + n.count
      from (select campaign_id, campaign_day, count(*)::int as count from granted where campaign_day is not null group by 1, 2) n
      where u.campaign_id = n.campaign_id and u.day = n.campaign_day
    ), paces as (
      insert into campaign_paces as p (campaign_id, email_account_id, last_claimed_at)
      select campaign_id, email_account_id, app_now() from granted group by 1, 2 order by 1, 2
      on conflict (tenant_id, campaign_id, email_account_id) do update set last_claimed_at = excluded.last_claimed_at
    ), mailbox_days as (
      update mailbox_usage u set reserved = u.reserved - n.count, sent = u.sent + n.count, last_claimed_at = app_now()
      from (select email_account_id, mailbox_day, count(*)::int as count from granted where mailbox_day is not null group by 1, 2) n
      where u.email_account_id = n.email_account_id and u.day = n.mailbox_day
    )
    select id, campaign_id, contact_id, step_id, step_version_id from claimed order by next_attempt_at, id`);
  // Those it passed over are seen to when it finds no others.
  const leftAlone = messages.length < ask.limit ? await dropUnmailable(tx, ask) : [];
  return { token, messages: [...messages], events, leftAlone };
}

/**
 * For the rest of the transaction rows are read in the order of an index and looked at until there are enough, however
 * few of them the planner expects to pass: else it reads, judges and sorts the whole queue for each claim.
 */
async function takeInOrder(tx: TenantTx): Promise<void> {
  await tx.execute(
    sql`select set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)`,
  );
}

/** A message of `content.email_messages m` with a slot that has come. */
const isDue = (
  accountId: string,
): SQL => sql`m.email_account_id = ${accountId}::uuid and m.delivery_status = 'queued'
  and m.scheduled_for is not null and m.next_attempt_at <= app_now()`;

// Scalar, so that it is asked of each message in turn and not of every contact beforehand.
const recipientMailable = sql`(
  select true from contacts c where c.id = m.contact_id and ${mailable} and not ${isLeftAlone} limit 1)`;

const gapSince = (last: SQL, seconds: SQL) =>
  sql`(${last} is null or ${last} + make_interval(secs => ${seconds} * ${shortestGap}) <= app_now())`;

/** When a campaign last sent from a mailbox: each of a pool keeps the delay for itself. */
const lastClaimed = (campaignId: SQL, accountId: SQL): SQL => sql`(
  select l.last_claimed_at from campaign_paces l where l.campaign_id = ${campaignId} and l.email_account_id = ${accountId})`;

/** The campaign's limits, counted again: a limit lowered or a sender that lags behind must not break them. */
const campaignAllows = sql`exists (
  select 1 from campaign_settings s
  left join campaign_usage u on u.campaign_id = s.campaign_id and u.day = r.campaign_day
  where s.campaign_id = r.campaign_id and (s.no_limits or (
    coalesce(u.sent, 0) + r.nth <= s.daily_limit
    and (s.delay_between_emails_seconds = 0 or (r.nth = 1 and ${gapSince(
      lastClaimed(sql`s.campaign_id`, sql`r.email_account_id`),
      sql`s.delay_between_emails_seconds`,
    )}))))) `;

/** Of the domains whose hour is not used up no more than what is left of it. */
function recipientAllows(rooms: readonly Room[] | null): SQL {
  const limited = (rooms ?? []).filter(({ left }) => Number.isFinite(left));
  if (limited.length === 0) return sql`true`;
  return sql`not exists (
    select 1 from unnest(${sql.param(limited.map(({ domain }) => domain))}::text[],
      ${sql.param(limited.map(({ left }) => left))}::int[]) as room(domain, allowed)
    where room.domain = r.limited_domain and r.nth_of_recipient > room.allowed)`;
}

const mailboxAllows = sql`exists (
  select 1 from email_accounts a
  left join mailbox_usage u on u.email_account_id = a.id and u.day = r.mailbox_day
  where a.id = r.email_account_id
    and (a.daily_limit is null or coalesce(u.sent, 0) + r.nth_of_mailbox <= a.daily_limit)
    and (a.min_delay_seconds = 0 or (r.nth_of_mailbox = 1 and ${gapSince(
      sql`(select max(l.last_claimed_at) from mailbox_usage l where l.email_account_id = a.id)`,
      sql`a.min_delay_seconds`,
    )})))`;

/** Campaigns among the next due messages: those whose limits this claim will count against. */
async function campaignsDue(
  tx: TenantTx,
  { accountId, limit }: Ask,
  rooms: readonly Room[] | null = null,
): Promise<string[]> {
  const rows = await tx.execute<{ campaign_id: string }>(sql`
    select distinct campaign_id from (
      select m.campaign_id from content.email_messages m
      where ${isDue(accountId)} and ${maySend} and ${hasRoom(rooms)}
      order by m.next_attempt_at, m.id limit ${limit * 2}
    ) next where campaign_id is not null`);
  return rows.map((row) => row.campaign_id);
}

/** Without a reason to leave they are left alone for now. */
type Dropped = { id: string; enrollment_id: string; reason: ExitReason | null };

/**
 * Whoever may not be mailed any more leaves now; their message is cancelled and gives its slot back. Returns the
 * enrollments of those who may not be mailed for now.
 */
async function dropUnmailable(tx: TenantTx, { accountId, limit }: Ask): Promise<string[]> {
  const rows = await tx.execute<Dropped>(sql`
    with due as materialized (
      select m.id, m.enrollment_id, m.contact_id from content.email_messages m
      where ${isDue(accountId)} and ${maySend}
      order by m.next_attempt_at, m.id limit ${limit * 2}
    ), next as materialized (
      select d.id, d.enrollment_id, c.email_normalized, ${unmailableReason} as reason, ${isLeftAlone} as left_alone
      from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    ), closed as materialized (
      ${closedAmong(sql`select email_normalized from next`)}
    ), reasoned as (
      select id, enrollment_id, left_alone, coalesce(reason,
        case when exists (select 1 from closed x where x.email = next.email_normalized) then 'suppressed' end) as reason
      from next
    )
    select id, enrollment_id, reason from reasoned where reason is not null or left_alone order by enrollment_id`);
  const leaving = rows.flatMap(({ id, enrollment_id: enrollmentId, reason }) =>
    reason === null ? [] : [{ id, enrollmentId, reason }],
  );
  await cancelMessages(tx, leaving);
  await exitEnrollments(tx, leaving);
  return rows.flatMap((row) => (row.reason === null ? row.enrollment_id : []));
}

/**
 * When the mailbox has something to send next: a slot, or the end of the spacing that holds a late one back. Null
 * when nothing that may be sent is queued.
 */
export async function nextSend(tx: TenantTx, accountId: string): Promise<Date | null> {
  const { limits } = await loadWideLimits(tx);
  const { left, freeAt: hourFree } = await allowanceOf(tx, accountId, limits);
  const freeAt = left > 0 ? null : hourFree;
  const full = ((await roomsOf(tx, accountId, limits)) ?? []).filter((room) => room.freeAt !== null);
  const [row] = await tx.execute<{ at: Date | null }>(sql`
    with soon as materialized (
      select m.campaign_id, m.email_account_id, greatest(m.next_attempt_at, ${freeOf(full)}) as at from content.email_messages m
      where m.email_account_id = ${accountId}::uuid and m.delivery_status = 'queued' and m.scheduled_for is not null
        and exists (select 1 from email_accounts a where a.id = ${accountId}::uuid and a.status = 'active') and ${maySend}
      order by m.next_attempt_at limit 1000
    ), first as (
      select campaign_id, email_account_id, min(at) as at from soon group by 1, 2
    )
    select min(greatest(f.at,
      case when not s.no_limits then ${lastClaimed(sql`s.campaign_id`, sql`a.id`)} + make_interval(secs => s.delay_between_emails_seconds * ${shortestGap}) end,
      case when a.min_delay_seconds > 0 then (
        select max(l.last_claimed_at) from mailbox_usage l where l.email_account_id = a.id
      ) + make_interval(secs => a.min_delay_seconds * ${shortestGap}) end, ${freeAt?.toISOString() ?? null}::timestamptz)) as at
    from first f join email_accounts a on a.id = f.email_account_id join campaign_settings s on s.campaign_id = f.campaign_id`);
  return row?.at ?? null;
}

/** When the hour of the domain that `m` goes to has room again; null where it has. */
function freeOf(full: readonly Room[]): SQL {
  if (full.length === 0) return sql`null`;
  return sql`(
    select free.at from unnest(${sql.param(full.map(({ domain }) => domain))}::text[],
      ${sql.param(full.map(({ freeAt }) => freeAt?.toISOString() ?? null))}::timestamptz[]) as free(domain, at)
    where free.domain = m.recipient_domain and m.recipient_day is not null limit 1)`;
}
