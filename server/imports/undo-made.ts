import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { usesNaming } from "#server/segments/queries";
import type { Made } from "./queries.ts";

/** What an import made and its undo left, by name: somebody edited it since, uses it, or put contacts on it. */
export type Stays = { fields: string[]; lists: string[] };
const namedMax = 50;

/**
 * Takes away the tags, custom fields and lists that an import made, unless contacts carry them still, somebody edited
 * them since, or something that somebody built names them: a segment, a campaign, a template, the scoring, a scheduled
 * import, or an import at work. Returns those that stay.
 */
export async function removeMade(tx: TenantTx, importId: string, made: Made): Promise<Stays> {
  await tx.execute(sql`
    delete from tags t where t.id = any (${sql.param(made.tags)}::uuid[])
      and not exists (select 1 from contact_tags ct where ct.tag_id = t.id)`);
  await removeFields(tx, importId, made.fields);
  const listIds = [...(made.listId ? [made.listId] : []), ...(made.lists ?? [])];
  await removeLists(tx, importId, listIds);
  const [stays] = await tx.execute<Stays>(sql`
    select array(select label from custom_field_definitions where id = any (${sql.param(made.fields)}::uuid[])
        order by label limit ${namedMax}) as fields,
      array(select name::text from segments where id = any (${sql.param(listIds)}::uuid[]) order by name limit ${namedMax}) as lists`);
  return stays ?? { fields: [], lists: [] };
}

/** Somebody changed what `id` is: its name, its options, and so on. Contacts that come and go are not noted so. */
const edited = (type: "list" | "custom_field", id: SQL) => sql`exists (
  select 1 from audit_log l where l.resource_type = ${type} and l.resource_id = ${id})`;

/** Every place where somebody may name a custom field, as text: `custom.plan` or `custom["plan"]`. */
const placesOfFields = sql`
  select rules::text from segments where segment_type = 'dynamic'
  union all select rules::text from lead_scoring_models
  union all select field_mapping::text from import_schedules
  union all select k.audience::text from campaigns k where k.deleted_at is null
  union all select t.match from campaign_triggers t
  union all select g.event_config::text from campaign_goals g
  union all select concat_ws(' ', s.subject_line, s.preview_text, s.email_content, s.email_text, s.wait_duration, s.wait_up_to,
    s.condition_rules, s.action_config, s.draft_review) from campaign_steps s where s.is_active
  union all select v.changes::text from ab_test_variants v
  union all select c.structure::text from campaign_templates c
  union all select concat_ws(' ', t.subject, t.preview_text, t.html, t.text, t.design) from templates t`;

/** Of an import: it writes by what was mapped and chosen, or will, however far its first row is. */
const isAtWork = sql`j.status in ('validating', 'awaiting_confirmation', 'processing')`;

async function removeFields(tx: TenantTx, importId: string, fields: readonly string[]): Promise<void> {
  if (fields.length === 0) return;
  await tx.execute(sql`
    delete from custom_field_definitions d where d.id = any (${sql.param([...fields])}::uuid[])
      and not ${edited("custom_field", sql`d.id`)}
      and not exists (select 1 from contacts c where jsonb_exists(c.custom_fields, d.field_name))
      and not exists (
        select 1 from (${placesOfFields}) used(value)
        where used.value ~ ('\\mcustom(\\.|\\[[^a-z0-9_]{1,2})' || d.field_name || '\\M'))
      and not exists (select 1 from import_jobs j where j.id <> ${importId}::uuid and ${isAtWork}
        and j.field_mapping @> jsonb_build_array(jsonb_build_object('target', 'custom.' || d.field_name)))`);
}

async function removeLists(tx: TenantTx, importId: string, listIds: readonly string[]): Promise<void> {
  if (listIds.length === 0) return;
  await tx.execute(sql`
    delete from segments made where made.id = any (${sql.param([...listIds])}::uuid[]) and not ${edited("list", sql`made.id`)}
      and not exists (select from (${usesNaming(sql`made.id`)}) used)
      and not exists (select 1 from segment_contacts sc where sc.segment_id = made.id)
      and not exists (select 1 from campaigns k where k.segment_id = made.id or strpos(k.audience::text, made.id::text) > 0)
      and not exists (select 1 from import_schedules i where i.import_options ->> 'listId' = made.id::text)
      and not exists (select 1 from import_jobs j where j.id <> ${importId}::uuid and (j.segment_id = made.id and j.status = 'processing'
        or j.import_options ->> 'listId' = made.id::text and j.status in ('validating', 'awaiting_confirmation')))`);
}
