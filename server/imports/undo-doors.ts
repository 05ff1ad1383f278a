import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate } from "#server/campaigns/audience";
import { audience as audienceShape } from "#server/campaigns/schema";
import { exitEnrollments } from "#server/enrollments/exits";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { inSegment } from "#server/segments/queries";

/*
 * Known people whom a campaign took in, or has at its door, because of what they are: rules fit them, or none do any
 * more, or they are in its audience. Whether the import is why shows when it is taken back.
 */

type Standing = {
  id: string;
  contactId: string;
  /** In the campaign, or at its door. */
  is: "in" | "at";
  campaignId: string;
  /** Null where the audience brought them at the launch. */
  segmentId: string | null;
  /** They came because they left the segment. */
  left: boolean;
};
type Door = { fits: SQL; left: boolean; people: Standing[] };

/**
 * Locks the places of those who came in since the import, and finds out whose door suits them as they are now, before
 * the import is taken back. Before contacts are locked, as everywhere.
 */
export async function holdPlaces(tx: TenantTx, importId: string, which: SQL): Promise<Door[]> {
  const known = sql`array(select e.contact_id from import_events e
    where e.import_job_id = ${importId}::uuid and e.undone_at is null and e.event_type <> 'created' and ${which})`;
  const since = sql`(select j.started_at from import_jobs j where j.id = ${importId}::uuid)`;
  const rows = await tx.execute<Standing>(sql`
    with at_doors as materialized (
      select a.* from campaign_triggers t join campaign_arrivals a on a.campaign_id = t.campaign_id and a.trigger_id = t.id
      where t.role = 'enter' and t.trigger_type in ('segment_entered', 'segment_left')
        and a.contact_id = any (${known}) and a.created_at >= ${since} order by a.id for update of a
    ), places as materialized (
      select k.* from campaign_contacts k
      where k.contact_id = any (${known}) and k.status in ('enrolled', 'active', 'paused') and k.enrolled_at >= ${since}
      order by k.id for no key update
    ), standing as (
      select id, contact_id, 'at' as is, campaign_id, trigger_id, false as launched from at_doors
      union all
      select id, contact_id, 'in', campaign_id, (context ->> 'triggerId')::uuid,
        not context ?| array['triggerId', 'refId', 'addedBy'] from places
    )
    select p.id, p.contact_id as "contactId", p.is, p.campaign_id as "campaignId", s.id as "segmentId",
      coalesce(t.trigger_type = 'segment_left', false) as left
    from standing p left join campaign_triggers t on t.id = p.trigger_id and t.role = 'enter'
      and t.trigger_type in ('segment_entered', 'segment_left')
    left join segments s on s.id = t.segment_id and s.segment_type = 'dynamic'
    where p.launched or s.id is not null order by p.id`);
  const byDoor = Map.groupBy(rows, ({ segmentId, left, campaignId }) =>
    segmentId ? `${segmentId} ${left}` : campaignId,
  );
  const doors: Door[] = [];
  for (const people of byDoor.values()) {
    const fits = await ruleOf(tx, people);
    if (!fits) continue;
    const left = people[0]?.left ?? false;
    const suited = await whoFits(tx, fits, people, !left);
    if (suited.length > 0) doors.push({ fits, left, people: suited });
  }
  return doors;
}

/** Whom taking the import back made what the door is not for leaves. */
export async function leavePlaces(tx: TenantTx, doors: readonly Door[]): Promise<void> {
  const gone: Standing[] = [];
  for (const { fits, left, people } of doors) gone.push(...(await whoFits(tx, fits, people, left)));
  const at = gone.filter((each) => each.is === "at").map(({ id }) => id);
  if (at.length > 0)
    await tx.execute(sql`delete from campaign_arrivals where id = any (${sql.param(at)}::uuid[])`);
  await exitEnrollments(
    tx,
    gone.flatMap((each) =>
      each.is === "in" ? [{ enrollmentId: each.id, reason: "import_rolled_back" as const }] : [],
    ),
  );
}

/** Null where it cannot be said whom the door is for: whoever came through it stays. */
async function ruleOf(tx: TenantTx, [one]: readonly Standing[]): Promise<SQL | null> {
  if (!one) return null;
  if (one.segmentId) return inSegment(tx, one.segmentId).catch(notUnderstood(one.segmentId));
  const [row] = await tx.execute<{ audience: unknown }>(
    sql`select audience from campaigns where id = ${one.campaignId}::uuid and campaign_type <> 'triggered'`,
  );
  if (!row) return null;
  const { everyone, include } = audienceShape.parse(row.audience);
  return audiencePredicate(tx, audienceShape.parse({ everyone, include })).catch(
    notUnderstood(one.campaignId),
  );
}

const notUnderstood =
  (id: string) =>
  (error: unknown): null => {
    if (!(error instanceof AppError)) throw error;
    log.warn({ id, err: error }, "an undo cannot tell whom a campaign is for");
    return null;
  };

async function whoFits(
  tx: TenantTx,
  fits: SQL,
  people: readonly Standing[],
  wanted: boolean,
): Promise<Standing[]> {
  const ids = people.map(({ contactId }) => contactId);
  const rows = await tx.execute<{ id: string }>(sql`
    select c.id from contacts c where c.id = any (${sql.param(ids)}::uuid[]) and coalesce(${fits}, false)`);
  const fitting = new Set(rows.map(({ id }) => id));
  return people.filter(({ contactId }) => fitting.has(contactId) === wanted);
}
