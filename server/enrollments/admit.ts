import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate, doorOf } from "#server/campaigns/audience";
import { type Audience, audience as audienceShape, type CampaignType } from "#server/campaigns/schema";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { mailable } from "#server/messages/mailable";
import { placeAt, wakeSteps } from "./advance.ts";
import { holdContacts } from "./present.ts";
import { loadGraph } from "./steps.ts";

/** A campaign that takes people in at this moment. */
export type OpenCampaign = { type: CampaignType; audience: Audience };

/** Null for a campaign that does not run: nobody comes into it. */
export async function openCampaign(tx: TenantTx, campaignId: string): Promise<OpenCampaign | null> {
  const [row] = await tx.execute<{ type: CampaignType; audience: unknown }>(sql`
    select campaign_type as type, audience from campaigns
    where id = ${campaignId}::uuid and status = 'active' and deleted_at is null and archived_at is null
      and (end_date is null or end_date > app_now())
    -- Whoever archives or deletes it waits until those who are let in are in.
    for key share`);
  return row ? { type: row.type, audience: audienceShape.parse(row.audience) } : null;
}

/** Somebody at a campaign's door. `byHand`: a person wants them in it, whatever its audience. */
export type Arrival = {
  triggerId: string | null;
  contactId: string;
  refId: string | null;
  actorId: string | null;
  byHand: boolean;
};

/** `already`: on the way in it, or through it and not to come again. `excluded`: left out by the audience's rules. */
export type Outcome = "enrolled" | "already" | "excluded" | "unmailable";
export type Admitted = { contactId: string; triggerId: string | null; outcome: Outcome };

type Admission = {
  scope: EventScope;
  campaignId: string;
  campaign: OpenCampaign;
  arrivals: readonly Arrival[];
};

/**
 * Enrolls at the first step whoever may come in, and says of each what came of it. Somebody who arrives twice is
 * judged once; two at once never enroll the same person twice. The first step is woken for them: send the events after
 * the commit.
 */
export async function admit(
  tx: TenantTx,
  { scope, campaignId, campaign, arrivals: all }: Admission,
): Promise<{ admitted: Admitted[]; events: DriverEvent[] }> {
  const graph = await loadGraph(tx, campaignId);
  const { entry } = graph;
  if (!entry || all.length === 0) return { admitted: [], events: [] };
  const { due, reason } = placeAt(graph, entry, (await appNow(tx)).getTime());
  // Drivers are locked before enrollments, here as everywhere.
  const events = await wakeSteps(tx, { scope, graph, dues: new Map(due ? [[entry.id, due.at]] : []) });
  const arrivals = await inPerson(tx, campaignId, all);
  const place = sql`${entry.id}::uuid as step_id, ${due && new Date(due.at).toISOString()}::timestamptz as due_at,
    ${due?.local ?? null}::timestamp as due_local, ${graph.zone}::text as zone, ${reason}::text as reason`;
  const { type, audience } = campaign;
  const admitted: Admitted[] = [];
  for (const byHand of [false, true]) {
    // Whom somebody adds need not be in the audience, but may be left out of it.
    const letIn = byHand
      ? { ...audience, everyone: true }
      : type === "triggered"
        ? doorOf(audience)
        : audience;
    const those = arrivals.filter((arrival) => arrival.byHand === byHand);
    if (those.length === 0) continue;
    const fits = await audiencePredicate(tx, letIn, campaignId);
    admitted.push(...(await judgeAndEnroll(tx, { campaignId, audience, arrivals: those, place, fits })));
  }
  await countOnTriggers(tx, admitted);
  return { admitted, events };
}

/**
 * Whoever was merged with another comes as that one. Their places are locked, then the contacts, so that a merge is
 * over before they are judged, or waits until they are in.
 */
async function inPerson(
  tx: TenantTx,
  campaignId: string,
  arrivals: readonly Arrival[],
): Promise<readonly Arrival[]> {
  const ids = [...new Set(arrivals.map(({ contactId }) => contactId))];
  await tx.execute(sql`
    select id from campaign_contacts where campaign_id = ${campaignId}::uuid and contact_id = any(${sql.param(ids)}::uuid[])
    order by id for no key update`);
  const standIns = await holdContacts(tx, ids);
  if (standIns.size === 0) return arrivals;
  return arrivals.map((arrival) => ({
    ...arrival,
    contactId: standIns.get(arrival.contactId) ?? arrival.contactId,
  }));
}

type Judging = {
  campaignId: string;
  audience: Audience;
  arrivals: readonly Arrival[];
  place: SQL;
  fits: SQL;
};

/**
 * For the first time or, where the campaign's rule allows it, once more: the pass that ended is kept beside. Whoever
 * bounced, unsubscribed or complained in it never comes again, and neither does whoever did so after its last email.
 */
async function judgeAndEnroll(
  tx: TenantTx,
  { campaignId, audience, arrivals, place, fits }: Judging,
): Promise<Admitted[]> {
  const column = (name: keyof Arrival) => sql.param(arrivals.map((arrival) => arrival[name]));
  return tx.execute<Admitted>(sql`
    with given as materialized (
      select distinct on (contact_id) * from unnest(${column("contactId")}::uuid[], ${column("triggerId")}::uuid[],
        ${column("refId")}::uuid[], ${column("actorId")}::uuid[])
        with ordinality as g (contact_id, trigger_id, ref_id, actor_id, nth) order by contact_id, nth
    ), people as materialized (
      select g.*, coalesce((select ${mailable} from contacts c where c.id = g.contact_id), false) as mailable,
        coalesce((select ${fits} from contacts c where c.id = g.contact_id), false) as fits
      from given g
    ), known as materialized (
      select e.*, coalesce(e.completed_at, e.exited_at, e.replied_at, e.updated_at) as ended_at
      from campaign_contacts e
      where e.campaign_id = ${campaignId}::uuid and e.contact_id = any(array(select contact_id from given))
      order by e.id for no key update of e
    ), judged as materialized (
      select p.*, k.id as enrollment_id, case
        when not p.mailable then 'unmailable'
        when k.status in ('enrolled', 'active', 'paused', 'bounced', 'unsubscribed') then 'already'
        when k.id is not null and not (${mayReturn(audience)}) then 'already'
        when k.id is not null and ${turnedAway} then 'already'
        when not p.fits then 'excluded'
        when k.id is not null then 'again' else 'new' end as outcome
      from people p left join known k on k.contact_id = p.contact_id
    ), place as (select ${place}), kept as (
      insert into campaign_contact_runs (enrollment_id, campaign_id, contact_id, run_number, status, exit_reason, enrolled_at,
        ended_at, steps_completed, total_emails_sent, total_opens, total_clicks, context)
      select k.id, k.campaign_id, k.contact_id, k.run_number, k.status, k.exit_reason, k.enrolled_at, k.ended_at,
        k.steps_completed, k.total_emails_sent, k.total_opens, k.total_clicks, k.context
      from known k join judged j on j.enrollment_id = k.id and j.outcome = 'again'
    ), returned as (
      update campaign_contacts e set status = 'enrolled', run_number = e.run_number + 1, visit = 1, steps_completed = 0,
        enrolled_at = app_now(), entered_step_at = app_now(), current_step_id = p.step_id, next_email_scheduled_at = p.due_at,
        due_local = p.due_local, tz_used = p.zone, wait_reason = p.reason, wait_detail = null, wait_until = null,
        awaiting_message_id = null, last_message_id = null, last_email_sent_at = null, pinned_account_id = null,
        variant_id = null, attempts = 0, completed_at = null, replied_at = null, paused_at = null, exited_at = null,
        exit_reason = null, total_emails_sent = 0, total_opens = 0, total_clicks = 0, context = ${source}, updated_at = app_now()
      from judged j cross join place p where e.id = j.enrollment_id and j.outcome = 'again'
      returning e.contact_id
    ), entered as (
      insert into campaign_contacts (campaign_id, contact_id, current_step_id, entered_step_at, next_email_scheduled_at,
        due_local, tz_used, wait_reason, context)
      select ${campaignId}::uuid, j.contact_id, p.step_id, app_now(), p.due_at, p.due_local, p.zone, p.reason, ${source}
      from judged j cross join place p where j.outcome = 'new' order by j.contact_id
      on conflict (tenant_id, campaign_id, contact_id) do nothing returning contact_id
    )
    select j.contact_id as "contactId", j.trigger_id as "triggerId",
      case when i.contact_id is not null then 'enrolled'
        -- Somebody else enrolled them at this moment.
        when j.outcome = 'new' then 'already' else j.outcome end as outcome
    from judged j left join (select contact_id from returned union all select contact_id from entered) i
      on i.contact_id = j.contact_id`);
}

function mayReturn({ reenrollment: rule }: Audience): SQL {
  if (rule.mode === "after") return sql`k.ended_at <= app_now() - make_interval(days => ${rule.days})`;
  return rule.mode === "always" ? sql`true` : sql`false`;
}

/** Most complain about an email, or unsubscribe by it, when its campaign is over for them. */
const turnedAway: SQL = sql`exists (
  select from content.email_messages m where m.contact_id = k.contact_id and m.campaign_id = k.campaign_id
    and (m.unsubscribed_at is not null or m.complained_at is not null or m.bounced_at is not null and m.bounce_type = 'hard'))`;

/** What brought them: kept with the pass. */
const source = sql`jsonb_strip_nulls(jsonb_build_object('triggerId', j.trigger_id, 'refId', j.ref_id, 'addedBy', j.actor_id))`;

async function countOnTriggers(tx: TenantTx, admitted: readonly Admitted[]): Promise<void> {
  const given = admitted.filter(({ triggerId }) => triggerId !== null);
  await tx.execute(sql`
    with n as (
      select trigger_id, outcome from unnest(${sql.param(given.map(({ triggerId }) => triggerId))}::uuid[],
        ${sql.param(given.map(({ outcome }) => outcome))}::text[]) as n (trigger_id, outcome)
    ), sums as (
      select trigger_id, count(*) filter (where outcome = 'enrolled') as enrolled,
        count(*) filter (where outcome = 'already') as already,
        count(*) filter (where outcome = 'excluded') as excluded,
        count(*) filter (where outcome = 'unmailable') as unmailable
      from n group by trigger_id
    ), locked as materialized (
      select t.id from campaign_triggers t where t.id in (select trigger_id from sums) order by t.id for no key update
    )
    update campaign_triggers t set enrolled_count = t.enrolled_count + s.enrolled,
      already_count = t.already_count + s.already, excluded_count = t.excluded_count + s.excluded,
      unmailable_count = t.unmailable_count + s.unmailable, last_arrival_at = app_now()
    from sums s join locked l on l.id = s.trigger_id where t.id = s.trigger_id`);
}
