import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { wakeWaiters } from "#server/enrollments/waiters";
import { noteClickArrivals } from "./click-arrivals.ts";
import { burst, tooSoonSeconds } from "./machines.ts";

/** One open or click as it came in. `machineReason` is what the request gave away; the rest is seen in hindsight. */
export type Hit = {
  messageId: string;
  type: "opened" | "clicked";
  linkIndex: number | null;
  url: string | null;
  ip: string | null;
  userAgent: string | null;
  machineReason: string | null;
};

/** Opens and clicks count this long after a message was sent. */
const countedFor = "365 days";

/**
 * Records hits on one workspace's messages: events, the message's counters, the contact's timeline, and whoever waits
 * for an open or a click. The same hit twice within ten seconds is one. Machines are recorded apart. Hits on messages
 * that are gone or older than a year are dropped. Send the events after the commit.
 */
export async function recordHits(
  tx: TenantTx,
  scope: EventScope,
  hits: readonly Hit[],
): Promise<{ recorded: number; events: DriverEvent[] }> {
  const fresh = await insertEvents(tx, hits);
  if (fresh.length === 0) return { recorded: 0, events: [] };
  const messageIds = [...new Set(fresh.map((event) => event.messageId))].sort();
  await markBursts(tx, messageIds);
  await noteClickArrivals(tx, messageIds);
  const firsts = (await countOnMessages(tx, messageIds)).filter(({ opened, clicked }) => opened || clicked);
  await countOnPeople(tx, firsts);
  const contactIds = firsts.flatMap(({ contactId }) => contactId ?? []);
  const events = contactIds.length > 0 ? await wakeWaiters(tx, { scope, contactIds }) : [];
  return { recorded: fresh.length, events };
}

async function insertEvents(tx: TenantTx, hits: readonly Hit[]): Promise<{ messageId: string }[]> {
  const column = (name: keyof Hit) => sql.param(hits.map((hit) => hit[name]));
  return tx.execute<{ messageId: string }>(sql`
    with hits as materialized (
      select h.*, h.type || ':' || h.message_id || ':' || coalesce(h.link_index, 0) || ':'
          || (extract(epoch from app_now()) / 10)::bigint || ':' || md5(coalesce(h.user_agent, '')) as dedupe_key
      from unnest(${column("messageId")}::uuid[], ${column("type")}::text[], ${column("linkIndex")}::int[],
        ${column("url")}::text[], ${column("ip")}::text[], ${column("userAgent")}::text[],
        ${column("machineReason")}::text[]) as h(message_id, type, link_index, url, ip, user_agent, machine_reason)
    ), messages as materialized (
      select m.id, m.campaign_id, m.step_id, m.contact_id, m.enrollment_id, m.sent_at
      from content.email_messages m
      where m.id in (select message_id from hits) and m.direction = 'outbound' and not m.is_test
        and coalesce(m.sent_at, m.created_at) > app_now() - ${countedFor}::interval
      order by m.id for no key update
    ), fresh as (
      insert into event_dedupe (dedupe_key, expires_at)
      select distinct h.dedupe_key, app_now() + interval '1 day' from hits h join messages m on m.id = h.message_id
      on conflict do nothing returning dedupe_key
    ), reasoned as (
      select distinct on (h.dedupe_key) m.*, h.type, h.link_index, h.url, h.ip, h.user_agent, h.dedupe_key,
        coalesce(h.machine_reason,
          case when m.sent_at > app_now() - ${`${tooSoonSeconds} seconds`}::interval then 'too_soon' end) as reason
      from hits h join fresh using (dedupe_key) join messages m on m.id = h.message_id
      order by h.dedupe_key
    )
    insert into email_events (message_id, campaign_id, step_id, contact_id, enrollment_id, type, link_index, url, ip,
      user_agent, is_machine, machine_reason, dedupe_key)
    select id, campaign_id, step_id, contact_id, enrollment_id, type, link_index, url, ip, user_agent,
      reason is not null, reason, dedupe_key
    from reasoned
    returning message_id as "messageId"`);
}

/** A scanner that passes for a browser gives itself away by following every link at once. */
async function markBursts(tx: TenantTx, messageIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    with recent as (
      select e.id, e.occurred_at, e.message_id, e.link_index from email_events e
      where e.message_id = any(${sql.param(messageIds)}::uuid[]) and e.type = 'clicked'
        and e.occurred_at > app_now() - ${`${burst.seconds} seconds`}::interval
    ), bursts as (
      select r.message_id from recent r join content.email_messages m on m.id = r.message_id
      group by r.message_id, m.step_version_id, m.draft_id
      having count(distinct r.link_index) >= ${burst.linksMin} and count(distinct r.link_index)
        >= (select count(*) from tracked_links l where l.step_version_id = m.step_version_id
          and l.message_id is not distinct from case when m.draft_id is not null then r.message_id end)
    )
    update email_events e set is_machine = true, machine_reason = 'burst'
    from recent r join bursts b using (message_id)
    where e.id = r.id and e.occurred_at = r.occurred_at and not e.is_machine`);
}

type First = {
  messageId: string;
  contactId: string | null;
  enrollmentId: string | null;
  opened: boolean;
  clicked: boolean;
};

/** Sets the counters of these messages to what their events say. Returns what a person did for the first time. */
async function countOnMessages(tx: TenantTx, messageIds: readonly string[]): Promise<First[]> {
  return tx.execute<First>(sql`
    with counts as (
      select e.message_id,
        -- Who clicks has opened, whether or not the pixel was fetched.
        min(e.occurred_at) filter (where not e.is_machine) as first_opened,
        min(e.occurred_at) filter (where e.type = 'clicked' and not e.is_machine) as first_clicked,
        count(*) filter (where e.type = 'opened' and not e.is_machine)::int as opens,
        count(*) filter (where e.type = 'opened' and e.is_machine)::int as machine_opens,
        count(*) filter (where e.type = 'clicked' and not e.is_machine)::int as clicks,
        count(*) filter (where e.type = 'clicked' and e.is_machine)::int as machine_clicks
      from email_events e where e.message_id = any(${sql.param(messageIds)}::uuid[]) and e.type in ('opened', 'clicked')
      group by e.message_id
    ), before as materialized (
      select m.id, m.first_opened_at, m.first_clicked_at from content.email_messages m
      where m.id = any(${sql.param(messageIds)}::uuid[])
    )
    update content.email_messages m set first_opened_at = c.first_opened, first_clicked_at = c.first_clicked,
      open_count = c.opens, machine_open_count = c.machine_opens,
      click_count = c.clicks, machine_click_count = c.machine_clicks, updated_at = app_now()
    from counts c join before b on b.id = c.message_id
    where m.id = c.message_id
    returning m.id as "messageId", m.contact_id as "contactId", m.enrollment_id as "enrollmentId",
      (b.first_opened_at is null and c.first_opened is not null) as opened,
      (b.first_clicked_at is null and c.first_clicked is not null) as clicked`);
}

/** Notes first opens and clicks with the enrollment, the contact and its timeline. */
async function countOnPeople(tx: TenantTx, firsts: readonly First[]): Promise<void> {
  if (firsts.length === 0) return;
  const column = (name: "messageId" | "contactId" | "enrollmentId") =>
    sql.param(firsts.map((first) => first[name]));
  // As numbers: the driver would bind a list of booleans as one.
  const flags = (name: "opened" | "clicked") => sql.param(firsts.map((first) => Number(first[name])));
  const given = sql`unnest(${column("messageId")}::uuid[], ${column("contactId")}::uuid[], ${column("enrollmentId")}::uuid[],
    ${flags("opened")}::int[], ${flags("clicked")}::int[]) as f(message_id, contact_id, enrollment_id, opened, clicked)`;
  await tx.execute(sql`
    with sums as materialized (
      select enrollment_id as id, sum(opened)::int as opens, sum(clicked)::int as clicks from ${given} group by 1
    ), locked as materialized (
      select e.id from campaign_contacts e where e.id in (select id from sums) order by e.id for no key update
    )
    update campaign_contacts e set total_opens = e.total_opens + s.opens, total_clicks = e.total_clicks + s.clicks
    from sums s join locked l using (id) where e.id = s.id`);
  await tx.execute(sql`
    with sums as materialized (
      select contact_id as id, max(opened) = 1 as opened, max(clicked) = 1 as clicked from ${given} group by 1
    ), locked as materialized (
      select c.id from contacts c where c.id in (select id from sums) order by c.id for no key update
    )
    update contacts c set last_activity_at = app_now(),
      last_opened_at = case when s.opened then app_now() else c.last_opened_at end,
      last_clicked_at = case when s.clicked then app_now() else c.last_clicked_at end
    from sums s join locked l using (id) where c.id = s.id`);
  await tx.execute(sql`
    insert into contact_events (contact_id, type, ref_type, ref_id)
    select f.contact_id, v.type, 'email_message', f.message_id
    from ${given} cross join lateral (values ('email.opened', f.opened), ('email.clicked', f.clicked)) as v(type, is_new)
    where v.is_new = 1 and f.contact_id is not null`);
}
