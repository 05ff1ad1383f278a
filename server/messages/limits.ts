import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Hold, SlotRules, SlotUsage } from "#server/planner/slots";
import type { Weekday } from "#server/planner/window";

/** What a campaign may send from a mailbox, and what it has taken already. */
export type Sending = {
  campaignId: string;
  status: string;
  accountId: string | null;
  accountStatus: string | null;
  rules: SlotRules;
  usage: SlotUsage;
  /** The database's clock, epoch ms. */
  now: number;
};

/** Two emails of a campaign lie this much closer or further apart than the delay says. */
const jitter = 0.2;

/**
 * Locks what campaigns and mailboxes share, so that everybody who counts against their limits takes turns. First
 * in the one lock order: limits, then messages, then enrollments.
 */
export async function lockLimits(
  tx: TenantTx,
  { campaignIds, accountIds }: { campaignIds: readonly string[]; accountIds: readonly string[] },
): Promise<void> {
  if (campaignIds.length > 0) {
    await tx.execute(sql`select 1 from campaign_settings where campaign_id = any(${sql.param(campaignIds)}::uuid[])
      order by campaign_id for no key update`);
  }
  if (accountIds.length > 0) {
    await tx.execute(sql`select 1 from email_accounts where id = any(${sql.param(accountIds)}::uuid[])
      order by id for no key update`);
  }
}

type Row = {
  status: string;
  account_id: string | null;
  account_status: string | null;
  account_zone: string | null;
  account_daily_limit: number | null;
  hourly_limit: number | null;
  min_delay_seconds: number | null;
  send_window_start: string;
  send_window_end: string;
  send_days: Weekday[];
  timezone: string;
  daily_limit: number;
  delay_between_emails_seconds: number;
  no_limits: boolean;
  now: Date;
};

/** Reads it without locking: for a forecast, or after `lockLimits` for giving out slots. Null for an unknown campaign. */
export async function loadSending(tx: TenantTx, campaignId: string): Promise<Sending | null> {
  const [row] = await tx.execute<Row>(sql`
    select k.status, a.id as account_id, a.status as account_status, a.timezone as account_zone,
      least(a.daily_limit, case when a.warmup_enabled then a.warmup_daily_limit end) as account_daily_limit,
      a.hourly_limit, a.min_delay_seconds, s.send_window_start::text, s.send_window_end::text, s.send_days, s.timezone,
      s.daily_limit, s.delay_between_emails_seconds, s.no_limits, app_now() as now
    from campaigns k join campaign_settings s on s.campaign_id = k.id
    left join email_accounts a on a.id = k.email_account_id
    where k.id = ${campaignId}::uuid`);
  if (!row) return null;
  const rules = rulesOf(campaignId, row);
  const usage = await loadUsage(tx, {
    campaignId,
    accountId: row.account_id,
    hourlyLimit: rules.mailbox.hourlyLimit,
  });
  return {
    campaignId,
    status: row.status,
    accountId: row.account_id,
    accountStatus: row.account_status,
    rules,
    usage,
    now: row.now.getTime(),
  };
}

function rulesOf(campaignId: string, row: Row): SlotRules {
  const mailbox = {
    zone: row.account_zone ?? "UTC",
    dailyLimit: row.account_daily_limit,
    hourlyLimit: row.hourly_limit,
    minDelayMs: (row.min_delay_seconds ?? 0) * 1000,
  };
  const base = { zone: row.timezone, seed: campaignId, mailbox };
  if (row.no_limits) return { ...base, window: null, dailyLimit: null, delayMs: 0, jitter: 0 };
  return {
    ...base,
    window: {
      start: row.send_window_start,
      end: row.send_window_end,
      days: row.send_days,
      zone: row.timezone,
    },
    dailyLimit: row.daily_limit,
    delayMs: row.delay_between_emails_seconds * 1000,
    jitter,
  };
}

type UsageRow = { owner: "campaign" | "mailbox"; day: string; used: number; last: Date | null };

async function loadUsage(
  tx: TenantTx,
  {
    campaignId,
    accountId,
    hourlyLimit,
  }: { campaignId: string; accountId: string | null; hourlyLimit: number | null },
): Promise<SlotUsage> {
  // Two days back reach the running day of every zone, and the last slot before a quiet one.
  const rows = await tx.execute<UsageRow>(sql`
    select 'campaign' as owner, day, reserved + sent as used, last_slot_at as last from campaign_usage
    where campaign_id = ${campaignId}::uuid and day >= (app_now() - interval '2 days')::date
    union all
    select 'mailbox', day, reserved + sent, last_slot_at from mailbox_usage
    where email_account_id = ${accountId}::uuid and day >= (app_now() - interval '2 days')::date`);
  const of = (owner: UsageRow["owner"]) => rows.filter((row) => row.owner === owner);
  const days = (some: UsageRow[]) => new Map(some.map((row) => [row.day, row.used]));
  const last = (some: UsageRow[]) => {
    const times = some.flatMap((row) => (row.last === null ? [] : [row.last.getTime()]));
    return times.length > 0 ? Math.max(...times) : null;
  };
  return {
    days: days(of("campaign")),
    lastAt: last(of("campaign")),
    mailboxDays: days(of("mailbox")),
    mailboxLastAt: last(of("mailbox")),
    mailboxRecent:
      accountId === null || hourlyLimit === null ? [] : await recentSlots(tx, accountId, hourlyLimit),
  };
}

/** The mailbox's latest slots, oldest first: those used in the last hour and those still to come. */
async function recentSlots(tx: TenantTx, accountId: string, limit: number): Promise<number[]> {
  const rows = await tx.execute<{ at: Date }>(sql`
    select at from (
      select sent_at as at from content.email_messages
      where email_account_id = ${accountId}::uuid and sent_at > app_now() - interval '1 hour'
      union all
      select scheduled_for from content.email_messages
      where email_account_id = ${accountId}::uuid and delivery_status = 'queued' and scheduled_for is not null
      union all
      select claimed_at from content.email_messages
      where email_account_id = ${accountId}::uuid and delivery_status in ('sending', 'unknown')
        and claimed_at > app_now() - interval '1 hour'
    ) slots order by at desc limit ${limit}`);
  return rows.map((row) => row.at.getTime()).reverse();
}

/** What a mailbox that cannot send now is waiting for, as the campaign's `why` says it. */
export type Block = Hold | "campaign_not_active" | "no_mailbox" | "mailbox_inactive";

/**
 * CTEs (`back_campaign`, `back_mailbox`) that give the slots of the messages in the CTE `source` back to their days.
 * `counted` says as what they stand there: reserved while queued, sent once claimed. Hold the limits' locks.
 */
export function slotsBack(source: SQL, counted: "reserved" | "sent"): SQL {
  const column = sql.identifier(counted);
  return sql`
    back_campaign as (
      update campaign_usage u set ${column} = u.${column} - b.count
      from (select campaign_id, campaign_day, count(*)::int as count from ${source} where campaign_day is not null group by 1, 2) b
      where u.campaign_id = b.campaign_id and u.day = b.campaign_day
    ), back_mailbox as (
      update mailbox_usage u set ${column} = u.${column} - b.count
      from (select email_account_id, mailbox_day, count(*)::int as count from ${source} where mailbox_day is not null group by 1, 2) b
      where u.email_account_id = b.email_account_id and u.day = b.mailbox_day
    )`;
}
