import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Target } from "./apply.ts";

/** Tags the contacts that `staged` holds, who are new. Their events name the tags already. */
export async function addTags(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    insert into contact_tags (contact_id, tag_id, import_job_id)
    select contact_id, tag_id, ${importId}::uuid from staged, unnest(tag_ids) tag_id`);
}

/** Puts the contacts that `staged` holds, who are new, on the list. Who counts its members does so at the end. */
export async function addToList(tx: TenantTx, listId: string, importId: string): Promise<void> {
  await tx.execute(sql`
    insert into segment_contacts (segment_id, contact_id, added_via, import_job_id)
    select ${listId}::uuid, contact_id, 'import', ${importId}::uuid from staged`);
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

/** Tags known contacts and puts them on the list; `touched` says what was new to them. */
export async function recordTagsAndLists(tx: TenantTx, { plan, tagIds, listId }: Target): Promise<void> {
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
  if (!listId) return;
  await tx.execute(sql`
    with added as (
      insert into segment_contacts (segment_id, contact_id, added_via, import_job_id)
      select ${listId}::uuid, contact_id, 'import', ${plan.importId}::uuid from touched where kind <> 'refused' order by contact_id
      on conflict do nothing returning contact_id)
    update touched t set listed = true from added a where a.contact_id = t.contact_id`);
}
