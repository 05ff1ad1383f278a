import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { countOnLists, type ListCount } from "./attach.ts";
import { asStored, asText, column, contactFields } from "./contact-fields.ts";
import { leaveCampaigns } from "./undo-campaigns.ts";
import { holdPlaces, leavePlaces } from "./undo-doors.ts";
import { flat, judged } from "./undo-plan.ts";

/**
 * Takes back what the import did to the contacts of its open events `e` among `which`, and marks the events. Returns how
 * many there were.
 */
export async function takeBack(tx: TenantTx, importId: string, which: SQL): Promise<number> {
  await leaveCampaigns(tx, importId, which);
  const doors = await holdPlaces(tx, importId, which);
  await plan(tx, importId, which);
  await rebaseLater(tx, importId);
  await restoreFields(tx);
  const left = await takeTagsAndLists(tx, importId);
  await leavePlaces(tx, doors);
  await tx.execute(
    sql`delete from contacts where id = any (array(select contact_id from undoing where outcome = 'delete'))`,
  );
  const [marked] = await tx.execute<{ count: number }>(sql`
    with marked as (
      update import_events e set undone_at = app_now(), undo_outcome = p.outcome
        || case when p.reason is null then '' else ':' || p.reason end
        || case when cardinality(p.fields) = 0 then '' else ':' || array_to_string(p.fields, ',') end
      from undoing p where p.event_id = e.id and e.undone_at is null and e.id = any (array(select event_id from undoing))
      returning 1)
    select count(*)::int as count from marked`);
  // Last, since the slice beside it waits for the rows of the lists.
  await countOnLists(tx, left);
  return marked?.count ?? 0;
}

/** Judges the contacts, into `undoing`. They are locked first, so that nobody mails or edits one in between. */
async function plan(tx: TenantTx, importId: string, which: SQL): Promise<void> {
  await tx.execute(sql`create temporary table undoing (
    event_id uuid primary key, contact_id uuid, event_type text not null, fields text[] not null, tags_added uuid[] not null,
    segments_added uuid[] not null, was jsonb, goal jsonb, outcome text not null, reason text) on commit drop`);
  await tx.execute(sql`
    select count(*) from (
      select c.id from contacts c where c.id = any (array(
        select e.contact_id from import_events e where e.import_job_id = ${importId}::uuid and e.undone_at is null and ${which}))
      order by c.id for update) locked`);
  await tx.execute(sql`
    with ${judged(importId, sql`and ${which}`)}
    insert into undoing select event_id, contact_id, event_type, fields, tags_added, segments_added, was, goal, outcome, reason from plan`);
  await tx.execute(sql`analyze undoing (event_id, contact_id, event_type, outcome)`);
}

/**
 * A later import that found what this one wrote would one day give that back: from now on it gives back what was there
 * before this one. So imports can be undone in any order, and the end is the same.
 */
async function rebaseLater(tx: TenantTx, importId: string): Promise<void> {
  const [later] = await tx.execute(
    sql`select 1 from import_jobs where id <> ${importId}::uuid
      and started_at >= (select started_at from import_jobs where id = ${importId}::uuid) limit 1`,
  );
  if (!later) return;
  await tx.execute(sql`
    update import_events x set previous_data = (
      select coalesce(jsonb_object_agg(v.key, v.value) filter (where not starts_with(v.key, 'custom.')), '{}'::jsonb)
        || case when jsonb_exists(x.previous_data, 'custom_fields') then jsonb_build_object('custom_fields', coalesce(
          jsonb_object_agg(substr(v.key, 8), v.value) filter (where starts_with(v.key, 'custom.')), '{}'::jsonb)) else '{}'::jsonb end
      from (select ${flat(sql`x.previous_data`)} as then, ${flat(sql`p.goal`)} as wrote, ${flat(sql`p.was`)} as before) f,
        lateral (
          select k.key, case when f.then -> k.key is not distinct from f.wrote -> k.key then f.before -> k.key else f.then -> k.key end as value
          from jsonb_object_keys(f.then) k(key)) v
      where v.value is not null)
    from undoing p
    where x.contact_id = p.contact_id and p.event_type = 'updated' and x.import_job_id <> ${importId}::uuid and x.undone_at is null
      and x.previous_data is not null and x.id > p.event_id
      and x.contact_id = any (array(select contact_id from undoing where event_type = 'updated'))`);
}

/** Gives back each field that still holds what the import wrote. */
async function restoreFields(tx: TenantTx): Promise<void> {
  const known = await tx.execute<{ name: string }>(sql`
    select distinct k.name from undoing p, jsonb_object_keys(p.goal || coalesce(p.was, '{}')) k(name) where p.outcome = 'restore'`);
  if (known.length === 0) return;
  // Of the many fields there are, an import writes a few: each one named costs every row.
  const names = new Set(known.map(({ name }) => name));
  const standard = contactFields
    .filter(({ name }) => names.has(name))
    .map(
      (
        field,
      ) => sql`${column(field)} = case when p.goal -> ${field.name}::text is distinct from p.was -> ${field.name}::text
        and ${asText(field, "c")} is not distinct from p.goal ->> ${field.name}::text
        then ${asStored(field, sql`p.was ->> ${field.name}::text`)} else c.${column(field)} end`,
    );
  const custom = sql`custom_fields = coalesce((
    select jsonb_object_agg(v.key, v.value) from (
      select f.key, case when p.goal -> 'custom_fields' -> f.key is distinct from p.was -> 'custom_fields' -> f.key
        and f.value is not distinct from p.goal -> 'custom_fields' -> f.key then p.was -> 'custom_fields' -> f.key else f.value end as value
      from jsonb_each(c.custom_fields) f) v
    where v.value is not null), '{}'::jsonb)`;
  const sets = [
    ...standard,
    ...(names.has("custom_fields") ? [custom] : []),
    sql`version = c.version + 1`,
    sql`updated_at = app_now()`,
  ];
  await tx.execute(sql`
    update contacts c set ${sql.join(sets, sql`, `)}
    from undoing p where p.contact_id = c.id and p.outcome = 'restore'
      and c.id = any (array(select contact_id from undoing where outcome = 'restore'))`);
}

/** Returns how many left each list, as negative counts. */
async function takeTagsAndLists(tx: TenantTx, importId: string): Promise<ListCount[]> {
  await tx.execute(sql`
    delete from contact_tags ct using undoing p where ct.contact_id = p.contact_id and ct.tag_id = any (p.tags_added)
      and ct.import_job_id = ${importId}::uuid and ct.contact_id = any (array(select contact_id from undoing))`);
  return [
    ...(await tx.execute<ListCount>(sql`
      with gone as (
        delete from segment_contacts sc using undoing p
        where sc.contact_id = p.contact_id and sc.segment_id = any (p.segments_added) and sc.import_job_id = ${importId}::uuid
          and sc.contact_id = any (array(select contact_id from undoing))
        returning sc.segment_id)
      select segment_id as id, -count(*)::int as count from gone group by segment_id`)),
  ];
}
