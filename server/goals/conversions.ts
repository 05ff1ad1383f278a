import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { arrivalsEvent, type DriverEvent, type EventScope } from "#server/drivers/events";
import { exitEnrollments } from "#server/enrollments/exits";
import { bringContacts } from "#server/triggers/mutations";
import type { goalActions } from "./schema.ts";

/** Somebody of whom a goal's event was told; `refId` is the open, click, reply or custom event, `at` when it was noted. */
export type Reaching = { contactId: string; triggerId: string | null; refId: string | null; at: Date };

type Conversion = {
  contactId: string;
  enrollmentId: string;
  action: (typeof goalActions)[number];
  targetId: string | null;
};

/**
 * Notes that people of this campaign have reached its goals: once per goal and pass, and only for what happened after
 * they came in. Put down to the email they clicked or answered, or else to the last one sent to them, if that is not
 * longer ago than the goal's days. Then each goes the way the goal says. Send the events after the commit.
 */
export async function recordConversions(
  tx: TenantTx,
  { scope, campaignId, reaching }: { scope: EventScope; campaignId: string; reaching: readonly Reaching[] },
): Promise<{ converted: number; events: DriverEvent[] }> {
  if (reaching.length === 0) return { converted: 0, events: [] };
  const conversions = await insertConversions(tx, campaignId, reaching);
  const events: DriverEvent[] = [];
  for (const [targetId, moving] of Map.groupBy(conversions, ({ action, targetId }) =>
    action === "move" ? targetId : null,
  )) {
    if (targetId === null || !(await goesOn(tx, targetId))) continue;
    await bringContacts(tx, {
      campaignId: targetId,
      contactIds: moving.map(({ contactId }) => contactId),
      actorId: null,
    });
    events.push(arrivalsEvent(scope, targetId));
  }
  await exitEnrollments(
    tx,
    conversions
      .filter(({ action }) => action !== "stay")
      .map(({ enrollmentId }) => ({ enrollmentId, reason: "goal_met" as const }))
      .sort((a, b) => (a.enrollmentId < b.enrollmentId ? -1 : 1)),
  );
  return { converted: conversions.length, events };
}

/** Somebody who comes to a campaign that has ended would wait at its door for ever. */
async function goesOn(tx: TenantTx, campaignId: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from campaigns where id = ${campaignId}::uuid and status in ('active', 'paused') and deleted_at is null and archived_at is null`);
  return rows.length > 0;
}

function insertConversions(
  tx: TenantTx,
  campaignId: string,
  reaching: readonly Reaching[],
): Promise<Conversion[]> {
  const column = (name: "contactId" | "triggerId" | "refId") => sql.param(reaching.map((one) => one[name]));
  return tx.execute<Conversion>(sql`
    with given as materialized (
      select * from unnest(${column("contactId")}::uuid[], ${column("triggerId")}::uuid[], ${column("refId")}::uuid[],
        ${sql.param(reaching.map(({ at }) => at.toISOString()))}::timestamptz[]) as g (contact_id, trigger_id, ref_id, noted_at)
    ), reached as materialized (
      select distinct on (e.id, g.id) e.id as enrollment_id, e.contact_id, e.run_number, g.id as goal_id, g.attribution_days,
        n.ref_id, v.message_id as touched_id, coalesce(x.occurred_at, v.occurred_at, n.noted_at) as occurred_at
      from given n
      join campaign_triggers t on t.id = n.trigger_id
      join campaign_goals g on g.id = t.goal_id
      join campaign_contacts e on e.campaign_id = ${campaignId}::uuid and e.contact_id = n.contact_id
      left join custom_events x on x.id = n.ref_id
      left join email_events v on v.id = n.ref_id
      -- A goal counts from when it was set up, and until it was changed, whenever that becomes known.
      where coalesce(x.occurred_at, v.occurred_at, n.noted_at) >= greatest(e.enrolled_at, g.created_at)
        and coalesce(x.occurred_at, v.occurred_at, n.noted_at) <= coalesce(g.retired_at, 'infinity')
      order by e.id, g.id, occurred_at
    ), converted as (
      insert into campaign_conversions (campaign_id, goal_id, enrollment_id, contact_id, run_number, message_id, step_id, ref_id, occurred_at)
      select ${campaignId}::uuid, r.goal_id, r.enrollment_id, r.contact_id, r.run_number, m.id, m.step_id, r.ref_id, r.occurred_at
      from reached r left join lateral (
        select m.id, m.step_id from content.email_messages m
        where m.contact_id = r.contact_id and m.enrollment_id = r.enrollment_id and m.run_number = r.run_number
          and m.direction = 'outbound' and not m.is_test and m.bounced_at is null
          and (r.touched_id is null or m.id = r.touched_id)
          and m.sent_at <= r.occurred_at and m.sent_at >= r.occurred_at - make_interval(days => r.attribution_days)
        order by m.sent_at desc, m.id desc limit 1
      ) m on true
      order by r.enrollment_id, r.goal_id
      on conflict (tenant_id, goal_id, enrollment_id, run_number) do nothing
      returning goal_id, enrollment_id, contact_id, occurred_at
    ), noted as (
      insert into contact_events (contact_id, type, ref_type, ref_id, occurred_at, data)
      select c.contact_id, 'goal.reached', 'campaign', ${campaignId}::uuid, c.occurred_at, jsonb_build_object('name', g.name)
      from converted c join campaign_goals g on g.id = c.goal_id
    )
    select c.contact_id as "contactId", c.enrollment_id as "enrollmentId", g.action, g.target_campaign_id as "targetId"
    from converted c join campaign_goals g on g.id = c.goal_id`);
}
