import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { usesOf } from "#server/segments/queries";
import type { Made } from "./queries.ts";

/**
 * Takes away the tags, custom fields and lists that an import made, unless contacts carry them still, or something
 * that somebody built since names them: a segment, a campaign, the scoring, a scheduled import, or an import at work.
 */
export async function removeMade(tx: TenantTx, importId: string, made: Made): Promise<void> {
  await tx.execute(sql`
    delete from tags t where t.id = any (${sql.param(made.tags)}::uuid[])
      and not exists (select 1 from contact_tags ct where ct.tag_id = t.id)`);
  await removeFields(tx, made.fields);
  for (const listId of [...(made.listId ? [made.listId] : []), ...(made.lists ?? [])])
    await removeList(tx, importId, listId);
}

async function removeFields(tx: TenantTx, fields: readonly string[]): Promise<void> {
  await tx.execute(sql`
    delete from custom_field_definitions d where d.id = any (${sql.param([...fields])}::uuid[])
      and not exists (select 1 from contacts c where jsonb_exists(c.custom_fields, d.field_name))
      and not exists (
        select 1 from (
          select rules from segments where segment_type = 'dynamic'
          union all select rules from lead_scoring_models
          union all select field_mapping from import_schedules
          union all select s.condition_rules from campaign_steps s where s.is_active
          union all select s.action_config from campaign_steps s where s.is_active
          union all select k.audience from campaigns k where k.deleted_at is null) used(value)
        where strpos(used.value::text, '"custom.' || d.field_name || '"') > 0)`);
}

async function removeList(tx: TenantTx, importId: string, listId: string): Promise<void> {
  if ((await usesOf(tx, listId)).length > 0) return;
  await tx.execute(sql`
    delete from segments s where s.id = ${listId}::uuid
      and not exists (select 1 from segment_contacts sc where sc.segment_id = s.id)
      and not exists (select 1 from campaigns k where k.segment_id = s.id or strpos(k.audience::text, s.id::text) > 0)
      and not exists (select 1 from import_schedules i where i.import_options ->> 'listId' = s.id::text)
      and not exists (select 1 from import_jobs j where j.id <> ${importId}::uuid and (j.segment_id = s.id and j.status = 'processing'
        or j.import_options ->> 'listId' = s.id::text and j.status in ('validating', 'awaiting_confirmation')))`);
}
