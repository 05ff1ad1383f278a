import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { exitEnrollments } from "#server/enrollments/exits";
import { current, flat, isMergedInto } from "./undo-plan.ts";

/**
 * Nobody is written to because of an import that never should have been: whoever stands at a campaign's door because of
 * it is sent away, and whoever came in that way, or was brought to us by it, leaves. With whom somebody else was merged
 * goes on. What is taken back from here to the end of the transaction brings nobody to a door either. Before contacts are
 * locked, as everywhere; arrivals first, so that nobody comes in between.
 */
export async function leaveCampaigns(tx: TenantTx, importId: string, which: SQL): Promise<void> {
  await tx.execute(sql`select set_config('app.silent_arrivals', 'on', true)`);
  const events = sql`e.import_job_id = ${importId}::uuid and e.undone_at is null and ${which}`;
  const since = sql`(select j.started_at from import_jobs j where j.id = ${importId}::uuid)`;
  await tx.execute(sql`
    delete from campaign_arrivals a using campaign_triggers t, import_events e
    where t.role <> 'leave' and a.campaign_id = t.campaign_id and a.trigger_id = t.id and a.created_at >= ${since}
      and a.contact_id = any (array(select e.contact_id from import_events e where ${events}))
      and e.contact_id = a.contact_id and ${events} and ${brought(importId)}`);
  const rows = await tx.execute<{ id: string }>(sql`
    select k.id from campaign_contacts k
    where k.status in ('enrolled', 'active', 'paused')
      and k.contact_id = any (array(select e.contact_id from import_events e where ${events}))
      and not ${isMergedInto(sql`k.contact_id`)}
      and exists (
        select from import_events e where e.contact_id = k.contact_id and ${events} and (
          e.event_type = 'created' or k.enrolled_at >= ${since} and exists (
            select from campaign_triggers t
            where t.id = (k.context ->> 'triggerId')::uuid and ${brought(importId)})))
    order by k.id`);
  await exitEnrollments(
    tx,
    rows.map(({ id }) => ({ enrollmentId: id, reason: "import_rolled_back" })),
  );
}

/** What the trigger `t` listens to is what the import did, by its event `e`, and nobody did it again since. */
const brought = (importId: string) => sql`case t.trigger_type
  when 'segment_entered' then t.segment_id = any (e.segments_added) and not exists (
      select from segment_contacts m
      where m.segment_id = t.segment_id and m.contact_id = e.contact_id and m.import_job_id is distinct from ${importId}::uuid)
    or e.event_type = 'created' and exists (select from segments s where s.id = t.segment_id and s.segment_type = 'dynamic')
  when 'tag_added' then exists (
    select from tags g where g.id = any (e.tags_added) and lower(g.name) = t.match and not exists (
      select from contact_tags m
      where m.tag_id = g.id and m.contact_id = e.contact_id and m.import_job_id is distinct from ${importId}::uuid))
  when 'field_changed' then e.event_type = 'updated' and exists (
    select from (
      select ${flat(sql`e.new_data`)} ->> t.match as wrote, ${flat(sql`e.previous_data`)} ->> t.match as was, (
        select ${flat(current)} ->> t.match from contacts c where c.id = e.contact_id) as holds) f
    where f.wrote is distinct from f.was and f.holds is not distinct from f.wrote
      and (t.value is null or lower(f.wrote) = lower(t.value)))
  else false end`;
