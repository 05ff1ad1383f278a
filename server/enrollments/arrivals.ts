import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate } from "#server/campaigns/audience";
import { audience as audienceShape } from "#server/campaigns/schema";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { recordConversions } from "#server/goals/conversions";
import { admit, type Arrival, type OpenCampaign, openCampaign } from "./admit.ts";
import { exitEnrollments } from "./exits.ts";

/** Somebody in the queue. The role is null when the trigger that brought them is gone. */
type Queued = Arrival & { id: string; role: "enter" | "leave" | "goal" | null; at: Date };

export type Taken = { taken: number; enrolled: number; events: DriverEvent[] };

/**
 * Deals with the next of those who have arrived at a running campaign: enrolls who may come in, takes out who is to
 * leave, notes who has reached a goal, and takes each off the queue in the same transaction. Any number of runs may do
 * so at once; whoever is dealt with by one is passed over by the others. Who arrives at a campaign that is paused waits
 * there; of one that has ended, goals are still reached.
 */
export async function takeArrivals(
  tx: TenantTx,
  { scope, campaignId, size }: { scope: EventScope; campaignId: string; size: number },
): Promise<Taken> {
  const campaign = await openCampaign(tx, campaignId);
  if (!campaign) return takeGoals(tx, { scope, campaignId, size });
  const arrivals = await claimArrivals(tx, campaignId, size);
  const real = await withoutMachines(tx, arrivals);
  const entering = real.filter(({ role }) => role === "enter");
  const { admitted, events } = await admit(tx, { scope, campaignId, campaign, arrivals: entering });
  const reaching = real.filter(({ role }) => role === "goal");
  const goals = await recordConversions(tx, { scope, campaignId, reaching });
  const enrolled = admitted.filter(({ outcome }) => outcome === "enrolled").length;
  await letGo(tx, {
    campaignId,
    campaign,
    contactIds: real.filter(({ role }) => role === "leave").map(({ contactId }) => contactId),
  });
  return { taken: arrivals.length, enrolled, events: [...events, ...goals.events] };
}

/** People buy after the last email too: a campaign that has ended goes on counting who reaches its goals. */
async function takeGoals(
  tx: TenantTx,
  { scope, campaignId, size }: { scope: EventScope; campaignId: string; size: number },
): Promise<Taken> {
  const [ended] = await tx.execute(sql`
    select from campaigns where id = ${campaignId}::uuid and status = 'completed' and deleted_at is null`);
  if (!ended) return { taken: 0, enrolled: 0, events: [] };
  const only = sql`and trigger_id in (select t.id from campaign_triggers t where t.campaign_id = ${campaignId}::uuid and t.role = 'goal')`;
  const arrivals = await claimArrivals(tx, campaignId, size, only);
  const reaching = await withoutMachines(tx, arrivals);
  const { events } = await recordConversions(tx, { scope, campaignId, reaching });
  return { taken: arrivals.length, enrolled: 0, events };
}

/** Takes the longest waiting off the queue. */
async function claimArrivals(
  tx: TenantTx,
  campaignId: string,
  size: number,
  only = sql``,
): Promise<Queued[]> {
  return [
    ...(await tx.execute<Queued>(sql`
      with taken as (
        delete from campaign_arrivals where id in (
          select id from campaign_arrivals where campaign_id = ${campaignId}::uuid and due_at <= app_now() ${only}
          order by due_at, id limit ${size} for update skip locked)
        returning *
      )
      select a.id, a.trigger_id as "triggerId", case when a.trigger_id is null then 'enter' else t.role end as role,
        coalesce(t.trigger_type, 'manual') = 'manual' as "byHand", a.contact_id as "contactId", a.ref_id as "refId",
        a.actor_id as "actorId", a.created_at as at
      from taken a left join campaign_triggers t on t.id = a.trigger_id
      order by a.id`)),
  ];
}

/** A scanner that followed every link gives itself away after its clicks were noted: those bring nobody. */
async function withoutMachines(tx: TenantTx, arrivals: readonly Queued[]): Promise<Queued[]> {
  const refs = arrivals.flatMap(({ refId }) => refId ?? []);
  if (refs.length === 0) return [...arrivals];
  const rows = await tx.execute<{ id: string }>(sql`
    select id from email_events where id = any(${sql.param(refs)}::uuid[]) and is_machine`);
  const machines = new Set(rows.map(({ id }) => id));
  return arrivals.filter(({ refId }) => refId === null || !machines.has(refId));
}

/** Takes out who is in none of the audience's lists and segments any more. Who came back meanwhile stays. */
async function letGo(
  tx: TenantTx,
  { campaignId, campaign, contactIds }: { campaignId: string; campaign: OpenCampaign; contactIds: string[] },
): Promise<void> {
  if (contactIds.length === 0) return;
  const { everyone, include } = campaign.audience;
  const inside = await audiencePredicate(tx, audienceShape.parse({ everyone, include }));
  const rows = await tx.execute<{ id: string }>(sql`
    select e.id from campaign_contacts e
    where e.campaign_id = ${campaignId}::uuid and e.contact_id = any(${sql.param(contactIds)}::uuid[])
      and e.status in ('enrolled', 'active', 'paused')
      and not coalesce((select ${inside} from contacts c where c.id = e.contact_id), false)
    order by e.id`);
  await exitEnrollments(
    tx,
    rows.map(({ id }) => ({ enrollmentId: id, reason: "left_segment" })),
  );
}
