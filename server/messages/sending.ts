import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Course } from "#server/planner/plan";
import type { Cap, CapOwner, MailboxPace } from "#server/planner/slots";
import type { Skipping } from "#server/planner/skips";
import type { DayRange, Weekday, Window } from "#server/planner/window";
import { parseLocal } from "#server/planner/zone";
import type { TimezoneMode } from "#server/campaigns/schema";
import { type ContactCaps, loadWideLimits, type SendingLimit } from "#server/sending-limits/queries";
import { findSenders, rests, type SenderAccount, type Senders } from "./senders.ts";

/** What a campaign may send, and what it has taken already. Recipients are counted once people are known. */
export type Sending = Senders & {
  course: Course;
  /** What people's own windows are made of where they are sent to on their own clock; null where they are not. */
  personal: Window | null;
  mode: TimezoneMode;
  /** On which days emails are not sent at all, not later either; null without any. */
  skipping: Skipping | null;
  /** What everybody's own clock shows when a coordinated roll-out comes to them; null without one, or before its launch. */
  rollout: number | null;
  /** People get their emails at the hour at which they tend to read. */
  optimized: boolean;
  workspaceZone: string;
  recipientLimits: SendingLimit[];
  contact: ContactCaps;
  /** The database's clock, epoch ms. */
  now: number;
};

/** Two emails of a campaign lie this much closer or further apart than the delay says. */
export const jitter = 0.2;

/** A mailbox that rests until nobody knows when is looked at again after this; longer than slots are given out ahead. */
const restMs = 60 * 60_000;
/** One that has rested long enough is woken within this. */
const wakesMs = 60_000;

/** Reads it without locking: for a forecast, or under the limits' locks for giving out slots. Null for an unknown campaign. */
export async function loadSending(tx: TenantTx, campaignId: string): Promise<Sending | null> {
  const senders = await findSenders(tx, campaignId);
  return senders && loadCourse(tx, senders);
}

type Settings = {
  send_window_start: string;
  send_window_end: string;
  send_days: Weekday[];
  timezone: string;
  daily_limit: number;
  delay_between_emails_seconds: number;
  no_limits: boolean;
  timezone_mode: TimezoneMode;
  rollout_at: string | null;
  optimize_send_time: boolean;
  workspace_zone: string;
  closed: DayRange[] | null;
  skipped: DayRange[] | null;
  shut: DayRange[] | null;
  days: Record<string, number> | null;
  now: Date;
};

export async function loadCourse(tx: TenantTx, senders: Senders): Promise<Sending> {
  const { campaignId, accounts, strategy, continues } = senders;
  const settings = await loadSettings(tx, campaignId);
  const { limits, contact } = await loadWideLimits(tx);
  const now = settings.now.getTime();
  const sendable = accounts.filter(({ status }) => status === "active" || rests(status));
  const mailboxes = await loadMailboxes(tx, { campaignId, accounts: sendable, limits, now });
  const window: Window = {
    start: settings.send_window_start,
    end: settings.send_window_end,
    days: settings.send_days,
    zone: settings.timezone,
    closed: settings.closed ?? [],
  };
  const free = settings.no_limits;
  const personal = !free && settings.timezone_mode !== "campaign" ? window : null;
  return {
    ...senders,
    personal,
    mode: settings.timezone_mode,
    skipping:
      free || !settings.skipped
        ? null
        : { days: settings.skipped, window: { ...window, closed: settings.shut ?? [] } },
    rollout: personal && settings.rollout_at !== null ? parseLocal(settings.rollout_at) : null,
    optimized: !free && settings.optimize_send_time,
    workspaceZone: settings.workspace_zone,
    recipientLimits: limits.filter(({ kind }) => kind === "recipient_domain"),
    contact,
    now,
    course: {
      strategy,
      continues,
      mailboxes,
      campaign: {
        zone: settings.timezone,
        seed: campaignId,
        window: free || personal ? null : window,
        dailyLimit: free ? null : settings.daily_limit,
        delayMs: free ? 0 : settings.delay_between_emails_seconds * 1000,
        jitter: free ? 0 : jitter,
        days: new Map(Object.entries(settings.days ?? {})),
      },
      recipients: {
        perDay: contact.perDay,
        apartMs: contact.hoursApart === null ? null : contact.hoursApart * 3_600_000,
        zone: settings.workspace_zone,
        domains: new Map(),
        used: new Map(),
        recent: new Map(),
        turns: new Map(),
      },
    },
  };
}

const blackoutDays = (which: SQL): SQL =>
  sql`coalesce(range_agg(daterange(b.starts_on, b.ends_on, '[]')) filter (where ${which}), '{}')`;

type Days = { of: SQL; less: SQL; since: SQL; daysAhead?: number | null };

/** Days of a campaign's `blackout_dates b` as `DayRange[]`, those that ended before the day `since` apart; null when there are none. */
const daysFor = (campaignId: SQL, { of, less, since, daysAhead = null }: Days): SQL => sql`(
  select json_agg(json_build_object('from', lower(c.days), 'to', upper(c.days) - 1)) from (
    select unnest(${blackoutDays(of)} - ${blackoutDays(less)}) as days from blackout_dates b
    where b.ends_on >= ${since}
      and (${daysAhead}::int is null or b.starts_on <= (app_now() + make_interval(days => ${daysAhead}::int))::date)
      and (b.campaign_ids is null or ${campaignId} = any(b.campaign_ids))) c)`;

const daysAgo = (days: number): SQL => sql`(app_now() - make_interval(days => ${days}))::date`;

/** Days on which a campaign sends nothing, less those on which it may all the same. */
export const closedDays = (campaignId: SQL): SQL =>
  daysFor(campaignId, { of: sql`b.action <> 'allow'`, less: sql`b.action = 'allow'`, since: daysAgo(3) });

/** So far back before a launch it matters what a day was, wherever its people's clocks are. */
const skipDaysBack = 31;

/**
 * Whoever was due on such a day may be looked at much later still: behind a queue of many weeks, or in a campaign that was
 * paused. Nobody was due before its launch.
 */
const sinceLaunch = (campaignId: SQL): SQL => sql`least(${daysAgo(skipDaysBack)},
  (select (k.launched_at - interval '2 days')::date from campaigns k where k.id = ${campaignId}))`;

/** Those of them on which its emails are not sent later either; of those to come all, or those that begin within so many days. */
export const skippedDays = (campaignId: SQL, daysAhead: number | null = null): SQL =>
  daysFor(campaignId, {
    of: sql`b.action = 'skip'`,
    less: sql`b.action = 'allow'`,
    since: sinceLaunch(campaignId),
    daysAhead,
  });

/** Those of them on which its emails wait. */
const shutDays = (campaignId: SQL): SQL =>
  daysFor(campaignId, {
    of: sql`b.action = 'delay'`,
    less: sql`b.action <> 'delay'`,
    since: sinceLaunch(campaignId),
  });

async function loadSettings(tx: TenantTx, campaignId: string): Promise<Settings> {
  // Two days back reach the running day of every zone.
  const [settings] = await tx.execute<Settings>(sql`
    select s.send_window_start::text, s.send_window_end::text, s.send_days, s.timezone, s.daily_limit,
      s.delay_between_emails_seconds, s.no_limits, s.timezone_mode, s.ramp ->> 'beginsAt' as rollout_at, s.optimize_send_time, w.timezone as workspace_zone,
      ${closedDays(sql`s.campaign_id`)} as closed, ${skippedDays(sql`s.campaign_id`)} as skipped, ${shutDays(sql`s.campaign_id`)} as shut,
      (select json_object_agg(u.day, u.reserved + u.sent) from campaign_usage u
        where u.campaign_id = s.campaign_id and u.day >= (app_now() - interval '2 days')::date) as days, app_now() as now
    from campaign_settings s join workspaces w on w.id = s.workspace_id where s.campaign_id = ${campaignId}::uuid`);
  if (!settings) throw new Error(`The campaign ${campaignId} has no settings.`);
  return settings;
}

type UsageRow = { id: string; email: string; day: string; used: number; last: Date | null };

async function loadMailboxes(
  tx: TenantTx,
  {
    campaignId,
    accounts,
    limits,
    now,
  }: {
    campaignId: string;
    accounts: readonly SenderAccount[];
    limits: readonly SendingLimit[];
    now: number;
  },
): Promise<MailboxPace[]> {
  const lastOwn = await loadPaces(tx, campaignId);
  const wide = limits.filter(({ kind }) => kind !== "recipient_domain");
  const usage = await tx.execute<UsageRow>(sql`
    select a.id, a.email, u.day, u.reserved + u.sent as used, u.last_slot_at as last
    from mailbox_usage u join email_accounts a on a.id = u.email_account_id
    where u.day >= (app_now() - interval '2 days')::date
      and (${wide.length > 0} or a.id = any(${sql.param(accounts.map(({ id }) => id))}::uuid[]))`);
  const shared = new Map<string, Cap>();
  for (const limit of wide) shared.set(keyOf(limit), await wideCap(tx, limit, usage));
  return Promise.all(
    accounts.map(async (account): Promise<MailboxPace> => {
      const own = usage.filter(({ id }) => id === account.id);
      const { dailyLimit, hourlyLimit } = account;
      const cap = { of: "mailbox", dailyLimit, hourlyLimit } as const;
      const recent =
        hourlyLimit === null ? [] : await recentSlots(tx, { accountId: account.id, limit: hourlyLimit });
      const caps = [shared.get(`domain ${domainOf(account.email)}`), shared.get("workspace ")];
      return {
        id: account.id,
        zone: account.zone,
        minDelayMs: account.minDelaySeconds * 1000,
        weight: account.weight,
        restsUntil: restOf(account, now),
        takesNew: account.unfit === null,
        provider: account.provider,
        domain: domainOf(account.email),
        lastAt: lastOf(own),
        lastOwnAt: lastOwn.get(account.id) ?? null,
        caps: [{ ...cap, days: daysOf(own), recent }, ...caps.filter((each) => each !== undefined)],
      };
    }),
  );
}

/** One whose time has come is about to be woken; nobody knows when one without a time will be. */
function restOf({ status, until }: SenderAccount, now: number): number | null {
  if (!rests(status)) return null;
  return Math.max(until?.getTime() ?? now + restMs, now + wakesMs);
}

/** The campaign's latest slot of each mailbox. */
async function loadPaces(tx: TenantTx, campaignId: string): Promise<Map<string, number>> {
  const rows = await tx.execute<{ id: string; at: Date }>(sql`
    select email_account_id as id, last_slot_at as at from campaign_paces
    where campaign_id = ${campaignId}::uuid and last_slot_at is not null`);
  return new Map(rows.map(({ id, at }) => [id, at.getTime()]));
}

const keyOf = ({ kind, domain }: SendingLimit) => `${kind} ${domain}`;
export const domainOf = (address: string) => address.slice(address.lastIndexOf("@") + 1).toLowerCase();

async function wideCap(
  tx: TenantTx,
  { kind, domain, dailyLimit, hourlyLimit }: SendingLimit,
  usage: readonly UsageRow[],
): Promise<Cap> {
  const of: CapOwner = kind === "domain" ? "domain" : "workspace";
  const rows = of === "domain" ? usage.filter(({ email }) => domainOf(email) === domain) : usage;
  const recent =
    hourlyLimit === null
      ? []
      : await recentSlots(tx, { domain: of === "domain" ? domain : null, limit: hourlyLimit });
  return { of, dailyLimit, hourlyLimit, days: daysOf(rows), recent };
}

function daysOf(rows: readonly UsageRow[]): Map<string, number> {
  const days = new Map<string, number>();
  for (const { day, used } of rows) days.set(day, (days.get(day) ?? 0) + used);
  return days;
}

function lastOf(rows: readonly UsageRow[]): number | null {
  const times = rows.flatMap(({ last }) => (last === null ? [] : [last.getTime()]));
  return times.length > 0 ? Math.max(...times) : null;
}

/** Of one mailbox, of all of a domain, or (null) of all of the workspace. */
type Of = { accountId: string } | { domain: string | null };

/**
 * The latest slots, at most `limit`, oldest first: those used in the last hour and, unless only what has been claimed is
 * asked for, those still to come.
 */
export async function recentSlots(
  tx: TenantTx,
  { limit, claimed = false, ...of }: Of & { limit: number; claimed?: boolean },
): Promise<number[]> {
  const accounts =
    "accountId" in of
      ? sql`select ${of.accountId}::uuid as id`
      : sql`select id from email_accounts where ${of.domain}::text is null or split_part(lower(email), '@', 2) = ${of.domain}`;
  const rows = await tx.execute<{ at: Date }>(sql`
    select s.at from (${accounts}) a cross join lateral (
      (select sent_at as at from content.email_messages
        where email_account_id = a.id and sent_at > app_now() - interval '1 hour' and direction = 'outbound'
        order by sent_at desc limit ${limit})
      union all
      (select scheduled_for from content.email_messages
        where not ${claimed} and email_account_id = a.id and delivery_status = 'queued' and scheduled_for is not null
        order by scheduled_for desc limit ${limit})
      union all
      (select claimed_at from content.email_messages
        where email_account_id = a.id and delivery_status = 'sending' and claimed_at > app_now() - interval '1 hour'
        order by claimed_at desc limit ${limit})
      union all
      (select claimed_at from content.email_messages
        where email_account_id = a.id and delivery_status = 'unknown' and claimed_at > app_now() - interval '1 hour'
        order by claimed_at desc limit ${limit})
    ) s order by s.at desc limit ${limit}`);
  return rows.map((row) => row.at.getTime()).reverse();
}
