import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import { keepFree, opensToday, roomToday } from "#server/planner/claims";
import type { Rival } from "#server/planner/rivals";
import { type Ahead, horizonMs, nobodyAhead } from "#server/planner/plan";
import { type CampaignPace, nextDay } from "#server/planner/slots";
import type { DayRange, Weekday } from "#server/planner/window";
import { closedDays, jitter, type Sending } from "./sending.ts";

/*
 * Who goes first where a mailbox or a campaign cannot send everything at once: who has been written to before goes
 * before who has not, and among them the campaign of the higher priority. Those who come first take no slot here. As
 * many slots as they could use are left to them, and they find these when their own steps run.
 */

/** Of one campaign, and on the clock of the people of one zone where it sends to everybody on their own. */
type Demand = {
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

type Ask = { sending: Sending; stepId: string; followUp: boolean };

/** No more than so many of one step are looked at: nobody sends more from a few mailboxes in a day. */
const demandMax = 2_000;

/**
 * How many emails of other steps go before this one's. What can leave only later today, because it falls due then or its
 * window opens then, is counted into the course: the day's limits are kept free for it.
 */
export async function countAhead(tx: TenantTx, { sending, stepId, followUp }: Ask): Promise<Ahead> {
  const ahead = { ...nobodyAhead };
  if (!isScarce(sending)) return ahead;
  const { course } = sending;
  // Shortly before midnight slots of the next day are given out: what is kept free is kept of that one.
  const now = sending.now + horizonMs;
  const demands = await loadDemands(tx, sending, stepId);
  for (const ofCampaign of Map.groupBy(demands, (demand) => demand.campaign_id).values()) {
    let left = Math.min(...ofCampaign.map((demand) => roomToday(paceOf(demand), now)));
    for (const demand of ofCampaign) {
      const opens = opensToday(paceOf(demand), now);
      if (opens === null) continue;
      const first = Math.min(left, comesFirst(demand, followUp));
      const later = followUp ? 0 : Math.min(left - first, demand.later);
      left -= first + later;
      if (opens <= now) ahead[demand.own ? "own" : "others"] += first;
      keepFree(course, now, { own: demand.own, emails: opens <= now ? later : first + later });
    }
  }
  return ahead;
}

/**
 * Other campaigns whose emails go before the first emails of this one, as far as they are due today: the forecast lets
 * them send beside it.
 */
export async function findRivals(tx: TenantTx, sending: Sending): Promise<Rival[]> {
  if (!isScarce(sending)) return [];
  const demands = await loadDemands(tx, sending, null);
  return demands.map((demand) => ({
    campaign: paceOf(demand),
    mailboxIds: demand.mailbox_ids,
    due: comesFirst(demand, false),
    later: demand.later,
  }));
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

/** Email steps that send from the same mailboxes, and waits that lead to them, with how many stand there. */
async function loadDemands(tx: TenantTx, sending: Sending, stepId: string | null): Promise<Demand[]> {
  const accounts = sql.param(sending.accounts.map(({ id }) => id));
  const endOfDay = sql`${new Date(nextDay(sending.course.campaign.zone, sending.now + horizonMs)).toISOString()}::timestamptz`;
  return tx.execute<Demand>(sql`
    with steps as materialized (
      select k.id as campaign_id, k.priority, s.id as step_id, s.step_type from campaigns k
      join campaign_steps s on s.campaign_id = k.id and s.is_active and ${stepId === null ? sql`k.id <> ${sending.campaignId}::uuid` : sql`s.id <> ${stepId}::uuid`}
      where k.status = 'active' and k.deleted_at is null
        and (k.email_account_id = any(${accounts}::uuid[])
          or k.rotation_pool_id in (select m.pool_id from pool_members m where m.email_account_id = any(${accounts}::uuid[])))
        and (s.step_type = 'email' or s.step_type = 'wait' and exists (
          select from campaign_steps n where n.id = s.next_step_id and n.step_type = 'email' and n.is_active))
    ), counted as (
      select t.campaign_id, t.priority, c.clock,
        sum(c.follow_ups)::int as follow_ups, sum(c.firsts)::int as firsts, sum(c.later)::int as later
      from steps t join campaign_settings s on s.campaign_id = t.campaign_id
      cross join lateral (
        select case when s.timezone_mode = 'recipient' then (select ${clockOfContact} from contacts c where c.id = d.contact_id) end as clock,
          count(*) filter (where not d.later and d.written) as follow_ups, count(*) filter (where not d.later and not d.written) as firsts,
          count(*) filter (where d.later and d.written) as later
        from (
          (select e.contact_id, e.last_message_id is not null as written, t.step_type = 'wait' or e.next_email_scheduled_at > app_now() as later
          from campaign_contacts e
          where e.current_step_id = t.step_id and e.status in ('enrolled', 'active') and e.next_email_scheduled_at < ${endOfDay}
          order by e.next_email_scheduled_at limit ${demandMax})
          union all
          (select m.contact_id, ${writtenBefore}, m.next_attempt_at > app_now()
          from content.email_messages m
          where m.step_id = t.step_id and m.scheduled_for is null and m.delivery_status in ('queued', 'deferred')
            and m.next_attempt_at < ${endOfDay}
          order by m.next_attempt_at limit ${demandMax})
        ) d group by 1
      ) c group by 1, 2, 3
    )
    select c.*, c.campaign_id = ${sending.campaignId}::uuid as own, ours.priority as own_priority, s.no_limits,
      s.send_window_start::text as start, s.send_window_end::text as end, s.send_days as days, s.timezone as zone, s.daily_limit,
      s.delay_between_emails_seconds as delay_seconds, array(select a.id from unnest(${accounts}::uuid[]) a(id)
        where a.id = o.email_account_id or exists (
          select from pool_members m where m.pool_id = o.rotation_pool_id and m.email_account_id = a.id)) as mailbox_ids,
      ${closedDays(sql`s.campaign_id`)} as closed,
      (select json_object_agg(u.day, u.reserved + u.sent) from campaign_usage u
        where u.campaign_id = c.campaign_id and u.day >= (app_now() - interval '2 days')::date) as used
    from counted c join campaign_settings s on s.campaign_id = c.campaign_id
    join campaigns o on o.id = c.campaign_id
    cross join (select priority from campaigns where id = ${sending.campaignId}::uuid) ours
    where c.follow_ups + c.firsts + c.later > 0`);
}
