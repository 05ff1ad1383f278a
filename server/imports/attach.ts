import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Target } from "./apply.ts";

/** Tags the contacts that `staged` holds, who are new. Their events name the tags already. */
export async function addTags(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    insert into contact_tags (contact_id, tag_id, import_job_id)
    select contact_id, tag_id, ${importId}::uuid from staged, unnest(tag_ids) tag_id`);
}

/** By how much a list has grown, or shrunk. */
export type ListCount = { id: string; count: number };

/** Puts the contacts that `staged` holds, who are new, on their lists. Who counts the members does so at the end. */
export async function addToLists(tx: TenantTx, importId: string): Promise<ListCount[]> {
  return [
    ...(await tx.execute<ListCount>(sql`
      with added as (
        insert into segment_contacts (segment_id, contact_id, added_via, import_job_id)
        select list_id, contact_id, 'import', ${importId}::uuid from staged, unnest(list_ids) list_id returning segment_id)
      select segment_id as id, count(*)::int as count from added group by segment_id`)),
  ];
}

/** A row that another one replaces may have brought tags that the other one does not. */
export async function takeEarlierTags(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    with earlier as materialized (
      select e.contact_id, unnest(e.tags_added) as tag_id from import_events e
      where e.id = any (array(select event_id from touched where event_id is not null)))
    delete from contact_tags ct using earlier
    where ct.contact_id = earlier.contact_id and ct.tag_id = earlier.tag_id and ct.import_job_id = ${importId}::uuid
      and ct.contact_id = any (array(select contact_id from touched where event_id is not null))`);
}

/** Nor need it name the lists that the other one did: those that it names too are not left for a moment. */
export async function takeEarlierLists(tx: TenantTx, importId: string): Promise<ListCount[]> {
  return [
    ...(await tx.execute<ListCount>(sql`
      with earlier as materialized (
        select t.contact_id, t.row_no, unnest(e.segments_added) as list_id from touched t join import_events e on e.id = t.event_id
        where e.id = any (array(select event_id from touched where event_id is not null))),
      gone as (
        delete from segment_contacts m using earlier
        where m.contact_id = earlier.contact_id and m.segment_id = earlier.list_id and m.import_job_id = ${importId}::uuid
          and m.contact_id = any (array(select contact_id from touched where event_id is not null))
          and not exists (select from known k where k.row_no = earlier.row_no and earlier.list_id = any (k.list_ids))
        returning m.segment_id)
      select segment_id as id, -count(*)::int as count from gone group by segment_id`)),
  ];
}

/** Tags known contacts; `touched` says which were new to them. */
export async function recordTags(tx: TenantTx, { plan, tagIds }: Target): Promise<void> {
  const wanted =
    plan.tags === "keep_existing" && plan.strategy === "merge"
      ? sql`case when t.earlier = 'created' then k.tag_ids else ${sql.param([...tagIds])}::uuid[] end`
      : sql`k.tag_ids`;
  await tx.execute(sql`
    with wanted as (
      select t.contact_id, unnest(${wanted}) as tag_id from touched t join known k on k.row_no = t.row_no where t.kind <> 'refused'),
    added as (
      insert into contact_tags (contact_id, tag_id, import_job_id) select contact_id, tag_id, ${plan.importId}::uuid from wanted
      order by contact_id, tag_id on conflict do nothing returning contact_id, tag_id),
    gathered as (select contact_id, array_agg(tag_id) as tag_ids from added group by contact_id)
    update touched t set tags_added = g.tag_ids from gathered g where g.contact_id = t.contact_id`);
}

/** Puts known contacts on their lists; `touched` says on which this import has put them, with this row or one that it replaces. */
export async function recordLists(tx: TenantTx, importId: string): Promise<ListCount[]> {
  return [
    ...(await tx.execute<ListCount>(sql`
      with wanted as materialized (
        select t.contact_id, t.event_id, unnest(k.list_ids) as list_id
        from touched t join known k on k.row_no = t.row_no where t.kind <> 'refused'),
      added as (
        insert into segment_contacts (segment_id, contact_id, added_via, import_job_id)
        select list_id, contact_id, 'import', ${importId}::uuid from wanted order by contact_id, list_id
        on conflict do nothing returning contact_id, segment_id),
      stays as (
        select w.contact_id, w.list_id from wanted w join import_events e on e.id = w.event_id and w.list_id = any (e.segments_added)
        where e.id = any (array(select event_id from touched where event_id is not null))),
      gathered as (
        select contact_id, array_agg(list_id) as list_ids
        from (select contact_id, segment_id as list_id from added union select contact_id, list_id from stays) lists group by contact_id),
      noted as (
        update touched t set lists_added = g.list_ids from gathered g where g.contact_id = t.contact_id)
      select segment_id as id, count(*)::int as count from added group by segment_id`)),
  ];
}

/** Lists know how many they are; many slices and imports count on the same ones, in one order. */
export async function countOnLists(tx: TenantTx, listed: readonly ListCount[]): Promise<void> {
  if (listed.length === 0) return;
  await tx.execute(sql`
    with grown as (
      select id, sum(count)::int as count from jsonb_to_recordset(${JSON.stringify(listed)}::jsonb) as l(id uuid, count int) group by id),
    locked as materialized (
      select s.id from segments s where s.id in (select id from grown) order by s.id for no key update)
    update segments s set contact_count = greatest(0, s.contact_count + g.count), updated_at = app_now()
    from grown g join locked l using (id) where s.id = g.id and g.count <> 0`);
}
