import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { count as addTo, nextDay } from "#server/planner/slots";
import { type DayRange, nextOpen, type Weekday } from "#server/planner/window";
import { dayName, isZone, toLocal } from "#server/planner/zone";
import { closedDays, type Sending } from "./sending.ts";

/*
 * Who goes first where a mailbox or a campaign cannot send everything at once: who has been written to before goes
 * before who has not, and among them the campaign of the higher priority. Those who come first take no slot here. As
 * many slots as they could use are left to them, and they find these when their own steps run.
 */

/** Of one campaign, and on the clock of the people of one zone where it sends to everybody on their own. */
type Demand = {
  campaign_id: string;
  contact_zone: string | null;
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
export async function countAhead(tx: TenantTx, { sending, stepId, followUp }: Ask): Promise<number> {
  if (!isScarce(sending)) return 0;
  const demands = await loadDemands(tx, sending, stepId);
  let ahead = 0;
  for (const ofCampaign of Map.groupBy(demands, (demand) => demand.campaign_id).values()) {
    let left = Math.min(...ofCampaign.map((demand) => roomOf(demand, sending.now)));
    for (const demand of ofCampaign) {
      const opens = opensToday(demand, sending.now);
      if (opens === null) continue;
      const first = Math.min(left, comesFirst(demand, followUp));
      const later = followUp ? 0 : Math.min(left - first, demand.later);
      left -= first + later;
      if (opens <= sending.now) ahead += first;
      keepFree(sending, demand, opens <= sending.now ? later : first + later);
    }
  }
  return ahead;
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
async function loadDemands(tx: TenantTx, sending: Sending, stepId: string): Promise<Demand[]> {
  const accounts = sql.param(sending.accounts.map(({ id }) => id));
  const endOfDay = sql`${new Date(nextDay(sending.course.campaign.zone, sending.now)).toISOString()}::timestamptz`;
  return tx.execute<Demand>(sql`
    with steps as materialized (
      select k.id as campaign_id, k.priority, s.id as step_id, s.step_type from campaigns k
      join campaign_steps s on s.campaign_id = k.id and s.is_active and s.id <> ${stepId}::uuid
      where k.status = 'active' and k.deleted_at is null
        and (k.email_account_id = any(${accounts}::uuid[])
          or k.rotation_pool_id in (select m.pool_id from pool_members m where m.email_account_id = any(${accounts}::uuid[])))
        and (s.step_type = 'email' or s.step_type = 'wait' and exists (
          select from campaign_steps n where n.id = s.next_step_id and n.step_type = 'email' and n.is_active))
    ), counted as (
      select t.campaign_id, t.priority, c.contact_zone,
        sum(c.follow_ups)::int as follow_ups, sum(c.firsts)::int as firsts, sum(c.later)::int as later
      from steps t join campaign_settings s on s.campaign_id = t.campaign_id
      cross join lateral (
        select case when s.timezone_mode = 'recipient' then (select c.timezone from contacts c where c.id = d.contact_id) end as contact_zone,
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
    select c.*, c.campaign_id = ${sending.campaignId}::uuid as own, o.priority as own_priority, s.no_limits,
      s.send_window_start::text as start, s.send_window_end::text as end, s.send_days as days, s.timezone as zone, s.daily_limit,
      ${closedDays(sql`s.campaign_id`)} as closed,
      (select json_object_agg(u.day, u.reserved + u.sent) from campaign_usage u
        where u.campaign_id = c.campaign_id and u.day >= (app_now() - interval '2 days')::date) as used
    from counted c join campaign_settings s on s.campaign_id = c.campaign_id
    cross join (select priority from campaigns where id = ${sending.campaignId}::uuid) o
    where c.follow_ups + c.firsts + c.later > 0`);
}

/** How many more a campaign may send today, as far as its own limit goes. */
function roomOf({ no_limits, zone, daily_limit, used }: Demand, now: number): number {
  if (no_limits) return Infinity;
  return Math.max(0, daily_limit - (used?.[dayName(toLocal(zone, now))] ?? 0));
}

/** From when on its window is open for these people today; null when it is shut for the rest of the day. */
function opensToday(
  { no_limits, start, end, days, zone, contact_zone: own, closed }: Demand,
  now: number,
): number | null {
  if (no_limits) return now;
  const clock = own !== null && isZone(own) ? own : zone;
  const open = nextOpen({ start, end, days, zone: clock, closed: closed ?? [] }, now);
  const opens = open && Math.max(now, open.from);
  return opens !== null && dayName(toLocal(zone, opens)) === dayName(toLocal(zone, now)) ? opens : null;
}

function keepFree({ course, now }: Sending, { own }: Demand, later: number): void {
  if (later === 0) return;
  if (own) addTo(course.campaign.days, dayName(toLocal(course.campaign.zone, now)), later);
  const each = Math.ceil(later / Math.max(1, course.mailboxes.length));
  for (const { zone, caps } of course.mailboxes)
    for (const cap of caps) addTo(cap.days, dayName(toLocal(zone, now)), each);
}
