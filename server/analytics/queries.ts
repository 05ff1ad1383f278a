import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { tooOften } from "#server/messages/delays";
import { skipDay } from "#server/messages/skips";
import { addNumbers, counted, countedMessages, noNumbers, type Numbers } from "./numbers.ts";

export type { Numbers };

type Part = Numbers & {
  campaignId: string;
  stepId: string | null;
  variantId: string | null;
  lastAt: Date | null;
};

/** The numbers of campaigns, their steps and their variants, counted from the ledger now. */
export async function liveNumbers(tx: TenantTx, campaignIds: readonly string[]) {
  const rows =
    campaignIds.length === 0
      ? []
      : await tx.execute<Part>(sql`
          select m.campaign_id as "campaignId", m.step_id as "stepId", m.variant_id as "variantId", ${countedMessages},
            max(greatest(m.sent_at, m.first_opened_at, m.first_clicked_at, m.replied_at, m.unsubscribed_at, m.bounced_at)) as "lastAt"
          from content.email_messages m
          where m.campaign_id = any(${sql.param(campaignIds)}::uuid[]) and ${counted}
          group by m.campaign_id, m.step_id, m.variant_id`);
  const ofStep = (stepId: string) => rows.filter((row) => row.stepId === stepId);
  return {
    of: (campaignId: string): Numbers => addNumbers(rows.filter((row) => row.campaignId === campaignId)),
    ofStep: (stepId: string): Numbers => addNumbers(ofStep(stepId)),
    /** Of a step that is or was tested; of others none. */
    ofVariants: (stepId: string): { variantId: string; numbers: Numbers }[] =>
      ofStep(stepId).flatMap((row) =>
        row.variantId === null ? [] : [{ variantId: row.variantId, numbers: addNumbers([row]) }],
      ),
    /** When anything last happened to a message; null before the first. */
    lastAt: rows.reduce<Date | null>(
      (last, { lastAt }) => (lastAt && (!last || lastAt > last) ? lastAt : last),
      null,
    ),
  };
}

/**
 * The same numbers found another way: the ledger's own rows for what was sent, and the log of events for what people
 * did. They must equal `liveNumbers`.
 */
export async function recountNumbers(tx: TenantTx, campaignId: string): Promise<Numbers> {
  const [row] = await tx.execute<Numbers>(sql`
    with mine as materialized (
      select m.id, m.delivery_status, m.sent_at, m.empty_fields from content.email_messages m
      where m.campaign_id = ${campaignId}::uuid and ${counted}
    ), events as materialized (
      select distinct e.message_id, e.type, e.is_machine from email_events e join mine on mine.id = e.message_id
      where e.campaign_id = ${campaignId}::uuid
    ), did as (select message_id, type from events where not is_machine)
    select
      (select count(*) from mine where delivery_status in ('queued', 'sending', 'deferred'))::int as queued,
      (select count(*) from mine where sent_at is not null)::int as sent,
      (select count(*) from mine where sent_at is not null and not exists
        (select from did where did.message_id = mine.id and did.type = 'bounced'))::int as delivered,
      (select count(*) from mine where sent_at is not null and exists
        (select from did where did.message_id = mine.id and did.type = 'bounced'))::int as bounced,
      -- Who clicks has opened, whether or not the pixel was fetched.
      (select count(distinct message_id) from did where type in ('opened', 'clicked'))::int as opened,
      (select count(*) from events e where e.type = 'opened' and e.is_machine and not exists
        (select from did where did.message_id = e.message_id and did.type in ('opened', 'clicked')))::int as "machineOpened",
      (select count(*) from did where type = 'clicked')::int as clicked,
      (select count(*) from did where type = 'replied')::int as replied,
      (select count(distinct v.message_id) from campaign_conversions v join mine on mine.id = v.message_id)::int as converted,
      (select count(*) from did where type = 'unsubscribed')::int as unsubscribed,
      (select count(*) from did where type = 'complained')::int as complained,
      (select count(*) from mine where delivery_status in ('failed', 'bounced') and sent_at is null)::int as failed,
      (select count(*) from mine where delivery_status = 'unknown')::int as unknown,
      (select count(*) from mine where sent_at is not null and cardinality(empty_fields) > 0)::int as "withGaps"`);
  return row ?? noNumbers;
}

export type StepPlace = {
  stepId: string;
  here: number;
  waiting: number;
  passed: number;
  /** Of an email, those of `passed` who did not get it: its turn came on days without it, or they had enough emails. */
  passedOver: number;
  nextAt: Date | null;
};

/** The log is found by its steps. */
const ofSteps = (campaignId: string) =>
  sql`l.step_id = any(array(select s.id from campaign_steps s where s.campaign_id = ${campaignId}::uuid))`;
const wasPassedOver = sql`l.outcome in (${skipDay}, ${tooOften})`;
const hasLeft = sql`l.left_at is not null and (l.outcome is distinct from 'exited' or l.detail ->> 'reason' = 'action_exit')`;

/**
 * How many people stand at each step and how many have left it: each of them once, however often they came by. Nearly
 * all came once, which is counted without sorting them. `waiting` are those of `here` whose time has not come
 * or who wait for something; `nextAt` is when the next of them moves.
 */
export async function stepPlaces(tx: TenantTx, campaignId: string): Promise<StepPlace[]> {
  const rows = await tx.execute<StepPlace>(sql`
    -- Kept whole: joined to a few steps, they would be counted once for each.
    with here as materialized (
      select current_step_id as step_id, count(*)::int as here,
        (count(*) filter (where wait_reason is not null or next_email_scheduled_at > app_now()))::int as waiting,
        min(next_email_scheduled_at) filter (where next_email_scheduled_at > app_now()) as next_at
      from campaign_contacts where campaign_id = ${campaignId}::uuid and status in ('enrolled', 'active', 'paused')
      group by current_step_id
    ), first_visits as materialized (
      select l.step_id, count(*)::int as people, (count(*) filter (where ${wasPassedOver}))::int as over from enrollment_step_log l
      where ${ofSteps(campaignId)} and l.run_number = 1 and l.visit = 1 and ${hasLeft} group by l.step_id
    ), later_visits as materialized (
      select l.step_id, count(distinct l.enrollment_id)::int as people,
        (count(distinct l.enrollment_id) filter (where ${wasPassedOver}))::int as over from enrollment_step_log l
      where ${ofSteps(campaignId)} and (l.run_number > 1 or l.visit > 1) and ${hasLeft} and not exists (
        select from enrollment_step_log f where f.enrollment_id = l.enrollment_id and f.run_number = 1 and f.step_id = l.step_id
          and f.visit = 1 and f.left_at is not null and (f.outcome is distinct from 'exited' or f.detail ->> 'reason' = 'action_exit'))
      group by l.step_id
    )
    select s.id as "stepId", coalesce(h.here, 0) as here, coalesce(h.waiting, 0) as waiting,
      coalesce(f.people, 0) + coalesce(l.people, 0) as passed,
      coalesce(f.over, 0) + coalesce(l.over, 0) as "passedOver", h.next_at as "nextAt"
    from campaign_steps s left join here h on h.step_id = s.id left join first_visits f on f.step_id = s.id
    left join later_visits l on l.step_id = s.id
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

/** The variants of a campaign's tests by id. */
export async function variantNames(tx: TenantTx, campaignId: string): Promise<Map<string, string>> {
  const rows = await tx.execute<{ id: string; name: string }>(sql`
    select v.id, v.name from ab_test_variants v join ab_tests t on t.id = v.test_id where t.campaign_id = ${campaignId}::uuid`);
  return new Map(rows.map(({ id, name }) => [id, name]));
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
