import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { count as addTo, nextDay } from "#server/planner/slots";
import { nextOpen, type Weekday } from "#server/planner/window";
import { dayName, toLocal } from "#server/planner/zone";
import type { Sending } from "./sending.ts";

/*
 * Who goes first where a mailbox or a campaign cannot send everything at once: who has been written to before goes
 * before who has not, and among them the campaign of the higher priority. Those who come first take no slot here. As
 * many slots as they could use are left to them, and they find these when their own steps run.
 */

type Demand = {
  campaign_id: string;
  own: boolean;
  priority: number;
  own_priority: number;
  no_limits: boolean;
  start: string;
  end: string;
  days: Weekday[];
  zone: string;
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
 * How many emails of other steps go before this one's. What will fall due there later today is counted into the course:
 * it is not due yet, but the day's limits are kept free for it.
 */
export async function countAhead(tx: TenantTx, { sending, stepId, followUp }: Ask): Promise<number> {
  if (!isScarce(sending)) return 0;
  const demands = await loadDemands(tx, sending, stepId);
  let ahead = 0;
  for (const demand of demands) {
    const room = roomOf(demand, sending.now);
    const higher = demand.priority > demand.own_priority;
    const now = followUp
      ? higher
        ? demand.follow_ups
        : 0
      : demand.follow_ups + (higher ? demand.firsts : 0);
    ahead += Math.min(now, room);
    if (!followUp) keepFree(sending, demand, Math.min(demand.later, Math.max(0, room - now)));
  }
  return ahead;
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
      select t.campaign_id, t.priority,
        sum(c.follow_ups)::int as follow_ups, sum(c.firsts)::int as firsts, sum(c.later)::int as later
      from steps t cross join lateral (
        select count(*) filter (where not d.later and d.written) as follow_ups, count(*) filter (where not d.later and not d.written) as firsts,
          count(*) filter (where d.later and d.written) as later
        from (
          select e.last_message_id is not null as written, t.step_type = 'wait' or e.next_email_scheduled_at > app_now() as later
          from campaign_contacts e
          where e.current_step_id = t.step_id and e.status in ('enrolled', 'active') and e.next_email_scheduled_at < ${endOfDay}
          order by e.next_email_scheduled_at limit ${demandMax}
        ) d
      ) c group by 1, 2
    )
    select c.*, c.campaign_id = ${sending.campaignId}::uuid as own, o.priority as own_priority, s.no_limits,
      s.send_window_start::text as start, s.send_window_end::text as end, s.send_days as days, s.timezone as zone, s.daily_limit,
      (select json_object_agg(u.day, u.reserved + u.sent) from campaign_usage u
        where u.campaign_id = c.campaign_id and u.day >= (app_now() - interval '2 days')::date) as used
    from counted c join campaign_settings s on s.campaign_id = c.campaign_id
    cross join (select priority from campaigns where id = ${sending.campaignId}::uuid) o
    where c.follow_ups + c.firsts + c.later > 0`);
}

/** How many more a campaign may send today, as far as its own window and limit go. */
function roomOf({ no_limits, start, end, days, zone, daily_limit, used }: Demand, now: number): number {
  if (no_limits) return Infinity;
  const open = nextOpen({ start, end, days, zone }, now);
  const today = dayName(toLocal(zone, now));
  if (!open || dayName(toLocal(zone, Math.max(now, open.from))) !== today) return 0;
  return Math.max(0, daily_limit - (used?.[today] ?? 0));
}

function keepFree({ course, now }: Sending, { own }: Demand, later: number): void {
  if (later === 0) return;
  if (own) addTo(course.campaign.days, dayName(toLocal(course.campaign.zone, now)), later);
  const each = Math.ceil(later / Math.max(1, course.mailboxes.length));
  for (const { zone, caps } of course.mailboxes)
    for (const cap of caps) addTo(cap.days, dayName(toLocal(zone, now)), each);
}
