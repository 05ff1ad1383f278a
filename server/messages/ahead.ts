import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import { type Claim, fitsInto, opensToday, openToday, roomToday } from "#server/planner/claims";
import type { Rival } from "#server/planner/rivals";
import { type Ahead, horizonMs } from "#server/planner/plan";
import { type CampaignPace, nextDay } from "#server/planner/slots";
import type { DayRange, Weekday } from "#server/planner/window";
import { isUndisturbed } from "./mailable.ts";
import { blockOf, findManySenders, rests } from "./senders.ts";
import { closedDays, jitter, type Sending } from "./sending.ts";

/*
 * Who goes first where a mailbox or a campaign cannot send everything at once: who has been written to before goes
 * before who has not, and among them the campaign of the higher priority. Those who come first take no slot here. As
 * many slots as they could use are left to them, and they find these when their own steps run.
 */

/** Of one campaign, and on the clock of the people of one zone where it sends to everybody on their own. */
export type Demand = {
  campaign_id: string;
  clock: string | null;
  own: boolean;
  priority: number;
  own_priority: number;
  no_limits: boolean;
  start: string;
  end: string;
  days: Weekday[];
  zone: string;
  closed: DayRange[] | null;
  daily_limit: number;
  delay_seconds: number;
  mailbox_ids: string[];
  used: Record<string, number> | null;
  follow_ups: number;
  firsts: number;
  later: number;
};

/** No more than so many of one step are looked at: nobody sends more from a few mailboxes in a day. */
const demandMax = 2_000;
/** Among so many of those who fall due first they are looked for: many may stand there for whom nothing is kept. */
const lookedAtMax = 20_000;

/** What other steps than this one, and other campaigns, want to send from its mailboxes. */
export const findDemands = (tx: TenantTx, sending: Sending, stepId: string): Promise<Demand[]> =>
  loadDemands(tx, sending, stepId);

/**
 * How many emails of other steps go before this one's follow-ups, or its first emails. What can leave only later today,
 * because it falls due then, its window opens then, or its own pace allows no more now, has the day's limits kept free.
 */
export function aheadOf({ now }: Sending, demands: readonly Demand[], followUp: boolean): Ahead {
  const ahead = { now: [] as Claim[], today: [] as Claim[] };
  // Shortly before midnight slots of the next day are given out: what is kept free is kept of that one.
  const soon = now + horizonMs;
  for (const ofCampaign of Map.groupBy(demands, (demand) => demand.campaign_id).values()) {
    const paces = ofCampaign.map(paceOf);
    const fits = (lengthMs: number) =>
      Math.min(...paces.map((pace, n) => fitsInto(pace, ofCampaign[n]?.mailbox_ids.length ?? 0, lengthMs)));
    let fitNow = fits(horizonMs);
    let left = Math.min(
      fits(horizonMs + Math.max(...paces.map((pace) => openToday(pace, soon)))),
      ...paces.map((pace) => roomToday(pace, soon)),
    );
    for (const [n, demand] of ofCampaign.entries()) {
      const { own, mailbox_ids: mailboxIds } = demand;
      const opens = paces[n] ? opensToday(paces[n], soon) : null;
      if (opens === null) continue;
      const first = Math.min(left, comesFirst(demand, followUp));
      const later = followUp ? 0 : Math.min(left - first, demand.later);
      const leaves = opens <= soon ? Math.min(fitNow, first) : 0;
      left -= first + later;
      fitNow -= leaves;
      if (leaves > 0) ahead.now.push({ own, emails: leaves, mailboxIds });
      if (first - leaves + later > 0) ahead.today.push({ own, emails: first - leaves + later, mailboxIds });
    }
  }
  return ahead;
}

/**
 * Other campaigns whose emails go before the first emails of this one, as far as they are due today: the forecast lets
 * them send beside it.
 */
export async function findRivals(tx: TenantTx, sending: Sending): Promise<Rival[]> {
  const demands = await loadDemands(tx, sending, null);
  return [...Map.groupBy(demands, (demand) => demand.campaign_id).values()].flatMap((ofCampaign) => {
    // Its people of every zone share its limit.
    const days = new Map(Object.entries(ofCampaign[0]?.used ?? {}));
    return ofCampaign.map((demand) => ({
      campaign: { ...paceOf(demand), days },
      mailboxIds: demand.mailbox_ids,
      due: comesFirst(demand, false),
      later: demand.later,
    }));
  });
}

function paceOf(demand: Demand): CampaignPace {
  const { campaign_id: seed, start, end, days, zone, no_limits: free } = demand;
  const clock = zoneOr(demand.clock, zone);
  return {
    seed,
    zone,
    window: free ? null : { start, end, days, zone: clock, closed: demand.closed ?? [] },
    dailyLimit: free ? null : demand.daily_limit,
    delayMs: free ? 0 : demand.delay_seconds * 1000,
    jitter: free ? 0 : jitter,
    days: new Map(Object.entries(demand.used ?? {})),
  };
}

/** How many of those who are due have the better claim. */
function comesFirst({ priority, own_priority, follow_ups, firsts }: Demand, followUp: boolean): number {
  const higher = priority > own_priority;
  if (followUp) return higher ? follow_ups : 0;
  return follow_ups + (higher ? firsts : 0);
}

/** Without any limit nobody has to wait for anybody. */
function isScarce({ course: { campaign, mailboxes } }: Sending): boolean {
  return (
    campaign.dailyLimit !== null
    || campaign.delayMs > 0
    || mailboxes.some(
      ({ minDelayMs, caps }) =>
        minDelayMs > 0
        || caps.some(({ dailyLimit, hourlyLimit }) => dailyLimit !== null || hourlyLimit !== null),
    )
  );
}

/** Whether whoever message `m` is for has had an email of its campaign before. */
export const writtenBefore: SQL = sql`coalesce((
  select e.last_message_id is not null from campaign_contacts e where e.id = m.enrollment_id limit 1), false)`;

/** The mailbox that whoever message `m` is for has heard from; null for a first email, which any of a pool may send. */
export const boundTo: SQL = sql`case when ${writtenBefore} then m.email_account_id end`;

/** Other campaigns that can send from the same mailboxes now, each with those of them that it has. */
async function findSharing(tx: TenantTx, sending: Sending, accounts: readonly string[]) {
  const rows = await tx.execute<{ id: string }>(sql`
    select k.id from campaigns k
    where k.status = 'active' and k.deleted_at is null and k.id <> ${sending.campaignId}::uuid
      and (k.email_account_id = any(${sql.param(accounts)}::uuid[]) or k.rotation_pool_id in (
        select m.pool_id from pool_members m where m.email_account_id = any(${sql.param(accounts)}::uuid[])))`);
  const senders = await findManySenders(
    tx,
    rows.map(({ id }) => id),
  );
  const sharing = new Map<string, string[]>();
  for (const of of senders) {
    if (blockOf(of)) continue;
    const able = of.accounts.filter(({ status }) => status === "active" || rests(status));
    const shared = able.flatMap(({ id }) => (accounts.includes(id) ? [id] : []));
    if (shared.length > 0) sharing.set(of.campaignId, shared);
  }
  return sharing;
}

/**
 * Email steps that send from the same mailboxes, and waits that lead to them, with how many stand there. Whoever hears
 * from a mailbox that is none of these takes nothing from them, and whoever has the tag that keeps mail away has no use for it.
 */
async function loadDemands(tx: TenantTx, sending: Sending, stepId: string | null): Promise<Demand[]> {
  if (!isScarce(sending)) return [];
  const ours = sending.course.mailboxes.map(({ id }) => id);
  const sharing = await findSharing(tx, sending, ours);
  if (stepId !== null) sharing.set(sending.campaignId, ours);
  if (sharing.size === 0) return [];
  const accounts = sql.param(ours);
  const endOfDay = sql`${new Date(nextDay(sending.course.campaign.zone, sending.now + horizonMs)).toISOString()}::timestamptz`;
  const wanting = (rows: SQL): SQL => sql`(
    select * from (${rows} limit ${lookedAtMax}) r where (r.account_id is null or r.account_id = any(${accounts}::uuid[]))
      and not (select ${isUndisturbed} from (select r.contact_id as id) c) limit ${demandMax})`;
  const demands = await tx.execute<Omit<Demand, "mailbox_ids">>(sql`
    with steps as materialized (
      select k.id as campaign_id, k.priority, s.id as step_id, s.step_type from campaigns k
      join campaign_steps s on s.campaign_id = k.id and s.is_active and s.id is distinct from ${stepId}::uuid
      where k.id = any(${sql.param([...sharing.keys()])}::uuid[]) and k.status = 'active' and k.deleted_at is null
        and (s.step_type = 'email' or s.step_type = 'wait' and exists (
          select from campaign_steps n where n.id = s.next_step_id and n.step_type = 'email' and n.is_active))
    ), counted as (
      select t.campaign_id, t.priority, c.clock,
        sum(c.follow_ups)::int as follow_ups, sum(c.firsts)::int as firsts, sum(c.later)::int as later
      from steps t join campaign_settings s on s.campaign_id = t.campaign_id
      cross join lateral (
        select case when s.timezone_mode <> 'campaign' then (select ${clockOfContact} from contacts c where c.id = d.contact_id) end as clock,
          count(*) filter (where not d.later and d.written) as follow_ups, count(*) filter (where not d.later and not d.written) as firsts,
          count(*) filter (where d.later and d.written) as later
        from (
          ${wanting(sql`
            select e.contact_id, e.pinned_account_id as account_id, e.last_message_id is not null as written,
              t.step_type = 'wait' or e.next_email_scheduled_at > app_now() as later
            from campaign_contacts e
            where e.current_step_id = t.step_id and e.status in ('enrolled', 'active') and e.next_email_scheduled_at < ${endOfDay}
            order by e.next_email_scheduled_at`)}
          union all
          ${wanting(sql`
            select m.contact_id, ${boundTo} as account_id, ${writtenBefore} as written, m.next_attempt_at > app_now() as later
            from content.email_messages m
            where m.step_id = t.step_id and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')
              and m.next_attempt_at < ${endOfDay}
            order by m.next_attempt_at`)}
        ) d group by 1
      ) c group by 1, 2, 3
    )
    select c.*, c.campaign_id = ${sending.campaignId}::uuid as own, ours.priority as own_priority, s.no_limits,
      s.send_window_start::text as start, s.send_window_end::text as end, s.send_days as days, s.timezone as zone, s.daily_limit,
      s.delay_between_emails_seconds as delay_seconds, ${closedDays(sql`s.campaign_id`)} as closed,
      (select json_object_agg(u.day, u.reserved + u.sent) from campaign_usage u
        where u.campaign_id = c.campaign_id and u.day >= (app_now() - interval '2 days')::date) as used
    from counted c join campaign_settings s on s.campaign_id = c.campaign_id
    cross join (select priority from campaigns where id = ${sending.campaignId}::uuid) ours
    where c.follow_ups + c.firsts + c.later > 0`);
  return demands.map((demand) => ({ ...demand, mailbox_ids: sharing.get(demand.campaign_id) ?? [] }));
}
