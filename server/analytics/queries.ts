import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { addNumbers, countedMessages, noNumbers, type Numbers } from "./numbers.ts";

export type { Numbers };

/** Tests and received mail are no part of a campaign's numbers. */
const counted = sql`m.direction = 'outbound' and m.message_type = 'email' and not m.is_test`;

type StepNumbers = Numbers & { campaignId: string; stepId: string | null };

/** The numbers of campaigns and their steps, counted from the ledger now. */
export async function liveNumbers(tx: TenantTx, campaignIds: readonly string[]) {
  const rows =
    campaignIds.length === 0
      ? []
      : await tx.execute<StepNumbers>(sql`
          select m.campaign_id as "campaignId", m.step_id as "stepId", ${countedMessages}
          from content.email_messages m
          where m.campaign_id = any(${sql.param(campaignIds)}::uuid[]) and ${counted}
          group by m.campaign_id, m.step_id`);
  return {
    of: (campaignId: string): Numbers => addNumbers(rows.filter((row) => row.campaignId === campaignId)),
    ofStep: (stepId: string): Numbers => addNumbers(rows.filter((row) => row.stepId === stepId)),
  };
}

/**
 * The same numbers found another way: the ledger's own rows for what was sent, and the log of events for what people
 * did. They must equal `liveNumbers`.
 */
export async function recountNumbers(tx: TenantTx, campaignId: string): Promise<Numbers> {
  const [row] = await tx.execute<Numbers>(sql`
    with mine as materialized (
      select m.id, m.delivery_status, m.sent_at from content.email_messages m
      where m.campaign_id = ${campaignId}::uuid and ${counted}
    ), did as (
      select e.message_id, e.type from email_events e join mine on mine.id = e.message_id
      where e.campaign_id = ${campaignId}::uuid and not e.is_machine
      group by e.message_id, e.type
    )
    select
      (select count(*) from mine where delivery_status in ('queued', 'sending', 'deferred'))::int as queued,
      (select count(*) from mine where sent_at is not null)::int as sent,
      (select count(*) from mine where sent_at is not null and not exists
        (select from did where did.message_id = mine.id and did.type = 'bounced'))::int as delivered,
      (select count(*) from mine where sent_at is not null and exists
        (select from did where did.message_id = mine.id and did.type = 'bounced'))::int as bounced,
      -- Who clicks has opened, whether or not the pixel was fetched.
      (select count(distinct message_id) from did where type in ('opened', 'clicked'))::int as opened,
      (select count(*) from did where type = 'clicked')::int as clicked,
      (select count(*) from did where type = 'replied')::int as replied,
      (select count(*) from did where type = 'unsubscribed')::int as unsubscribed,
      (select count(*) from mine where delivery_status in ('failed', 'bounced') and sent_at is null)::int as failed,
      (select count(*) from mine where delivery_status = 'unknown')::int as unknown`);
  return row ?? noNumbers;
}

export type Day = { day: string; sent: number; opened: number; clicked: number; unsubscribed: number };

/**
 * One row per calendar day in `zone`, the last 60 at most, from the first message to today without gaps. What people
 * did counts on the day they did it.
 */
export async function dailyNumbers(
  tx: TenantTx,
  { campaignId, zone }: { campaignId: string; zone: string },
): Promise<Day[]> {
  const rows = await tx.execute<Day>(sql`
    with mine as materialized (
      select m.sent_at, m.first_opened_at, m.first_clicked_at, m.unsubscribed_at from content.email_messages m
      where m.campaign_id = ${campaignId}::uuid and ${counted} and m.sent_at is not null
    ), moments as (
      select (at at time zone ${zone})::date as day, what
      from mine cross join lateral (values ('sent', sent_at), ('opened', first_opened_at), ('clicked', first_clicked_at),
        ('unsubscribed', unsubscribed_at)) as v(what, at)
      where at is not null
    ), span as (
      select greatest(min(day), (app_now() at time zone ${zone})::date - 59) as first,
        greatest(max(day), (app_now() at time zone ${zone})::date) as last
      from moments having count(*) > 0
    )
    select to_char(d.day, 'YYYY-MM-DD') as day,
      (count(*) filter (where what = 'sent'))::int as sent,
      (count(*) filter (where what = 'opened'))::int as opened,
      (count(*) filter (where what = 'clicked'))::int as clicked,
      (count(*) filter (where what = 'unsubscribed'))::int as unsubscribed
    from span cross join lateral generate_series(first, last, interval '1 day') as g(at)
    cross join lateral (select g.at::date as day) d
    left join moments on moments.day = d.day
    group by d.day order by d.day`);
  return [...rows];
}

export type StepPlace = {
  stepId: string;
  here: number;
  waiting: number;
  passed: number;
  nextAt: Date | null;
};

/**
 * How many people stand at each step and how many have left it. `waiting` are those of `here` whose time has not come
 * or who wait for something; `nextAt` is when the next of them moves.
 */
export async function stepPlaces(tx: TenantTx, campaignId: string): Promise<StepPlace[]> {
  const rows = await tx.execute<StepPlace>(sql`
    with here as (
      select current_step_id as step_id, count(*)::int as here,
        (count(*) filter (where wait_reason is not null or next_email_scheduled_at > app_now()))::int as waiting,
        min(next_email_scheduled_at) filter (where next_email_scheduled_at > app_now()) as next_at
      from campaign_contacts where campaign_id = ${campaignId}::uuid and status in ('enrolled', 'active', 'paused')
      group by current_step_id
    ), passed as (
      select step_id, count(distinct enrollment_id)::int as passed from enrollment_step_log
      where campaign_id = ${campaignId}::uuid and left_at is not null and (outcome is distinct from 'exited' or detail ->> 'reason' = 'action_exit')
      group by step_id
    )
    select s.id as "stepId", coalesce(h.here, 0) as here, coalesce(h.waiting, 0) as waiting,
      coalesce(p.passed, 0) as passed, h.next_at as "nextAt"
    from campaign_steps s left join here h on h.step_id = s.id left join passed p on p.step_id = s.id
    where s.campaign_id = ${campaignId}::uuid order by s.step_order`);
  return [...rows];
}

export type Branches = { stepId: string; yes: number; no: number };

/** How many took which branch of each condition. */
export async function branchCounts(tx: TenantTx, campaignId: string): Promise<Branches[]> {
  const rows = await tx.execute<Branches>(sql`
    select l.step_id as "stepId", (count(*) filter (where l.outcome = 'true'))::int as yes,
      (count(*) filter (where l.outcome in ('false', 'timeout')))::int as no
    from enrollment_step_log l join campaign_steps s on s.id = l.step_id
    where l.campaign_id = ${campaignId}::uuid and s.step_type = 'condition' group by l.step_id`);
  return [...rows];
}

/** How many enrollments end or stand in each state. */
export async function enrollmentCounts(tx: TenantTx, campaignId: string): Promise<Record<string, number>> {
  const rows = await tx.execute<{ status: string; count: number }>(sql`
    select status, count(*)::int as count from campaign_contacts where campaign_id = ${campaignId}::uuid group by status`);
  return Object.fromEntries(rows.map((row) => [row.status, row.count]));
}

/** When anything last happened to one of the campaign's messages; null before the first. */
export async function lastEventAt(tx: TenantTx, campaignId: string): Promise<Date | null> {
  const [row] = await tx.execute<{ at: Date | null }>(sql`
    select max(at) as at from (
      select max(greatest(m.sent_at, m.first_opened_at, m.first_clicked_at, m.unsubscribed_at, m.bounced_at)) as at
      from content.email_messages m where m.campaign_id = ${campaignId}::uuid and ${counted}
      union all
      select max(occurred_at) from email_events where campaign_id = ${campaignId}::uuid
    ) moments`);
  return row?.at ?? null;
}

export type UnknownMessage = {
  id: string;
  to: string;
  subject: string | null;
  stepId: string | null;
  contactId: string | null;
  since: Date;
};

/** Messages whose fate is not known, the latest 50: they may have arrived, so nothing sends them again by itself. */
export async function listUnknown(tx: TenantTx, campaignId: string): Promise<UnknownMessage[]> {
  const rows = await tx.execute<UnknownMessage>(sql`
    select id, to_email as "to", subject, step_id as "stepId", contact_id as "contactId", updated_at as since
    from content.email_messages
    where campaign_id = ${campaignId}::uuid and delivery_status = 'unknown' order by id desc limit 50`);
  return [...rows];
}

/** Throws `not_found` for a campaign that does not exist here. */
export async function requireCampaign(tx: TenantTx, campaignId: string): Promise<void> {
  const rows = await tx.execute(sql`
    select from campaigns where id = ${campaignId}::uuid and deleted_at is null`);
  if (rows.length === 0) throw new AppError("not_found", "There is no such campaign.");
}
