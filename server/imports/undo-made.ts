import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { usesNaming } from "#server/segments/queries";
import type { Made } from "./queries.ts";

/** What an import made and its undo leaves, by name: somebody edited it since, uses it, or put contacts on it. */
export type Stays = { fields: string[]; lists: string[]; tags: string[] };
const namedMax = 50;

const listsOf = (made: Made) => [...(made.listId ? [made.listId] : []), ...(made.lists ?? [])];
const anyOf = (ids: readonly string[]) => sql`any (${sql.param([...ids])}::uuid[])`;

/**
 * Takes away the tags, custom fields and lists that an import made, unless contacts carry them still, somebody edited
 * them since, or something that somebody built names them: a segment, a campaign, a template, the scoring, a scheduled
 * import, or an import at work. Returns those that stay.
 */
export async function removeMade(tx: TenantTx, importId: string, made: Made): Promise<Stays> {
  if (made.tags.length > 0)
    await tx.execute(sql`
      delete from tags t where t.id = ${anyOf(made.tags)} and not ${tagIsUsed(importId)}
        and not exists (select 1 from contact_tags ct where ct.tag_id = t.id)`);
  if (made.fields.length > 0)
    await tx.execute(sql`
      delete from custom_field_definitions d where d.id = ${anyOf(made.fields)} and not ${fieldIsUsed(importId)}
        and not exists (select 1 from contacts c where jsonb_exists(c.custom_fields, d.field_name))`);
  const lists = listsOf(made);
  if (lists.length > 0)
    await tx.execute(sql`
      delete from segments made where made.id = ${anyOf(lists)} and not ${listIsUsed(importId)}
        and not exists (select 1 from segment_contacts sc where sc.segment_id = made.id)`);
  return namesOf(tx, made);
}

/**
 * What an undo would leave of what the import made, if it began now: what is used, edited since, or given to contacts by
 * somebody else. A field that only contacts hold whom the undo will keep shows when it has ended.
 */
export const foreseeStays = (tx: TenantTx, importId: string, made: Made): Promise<Stays> =>
  namesOf(tx, made, {
    tags: sql`and (${tagIsUsed(importId)} or exists (
      select from contact_tags ct where ct.tag_id = t.id and ct.import_job_id is distinct from ${importId}::uuid))`,
    fields: sql`and ${fieldIsUsed(importId)}`,
    lists: sql`and (${listIsUsed(importId)} or exists (
      select from segment_contacts sc where sc.segment_id = made.id and sc.import_job_id is distinct from ${importId}::uuid))`,
  });

/** Those of the made that are there, and `only` those. */
async function namesOf(
  tx: TenantTx,
  made: Made,
  only: { tags: SQL; fields: SQL; lists: SQL } = { tags: sql``, fields: sql``, lists: sql`` },
): Promise<Stays> {
  const [stays] = await tx.execute<Stays>(sql`
    select array(select label from custom_field_definitions d where d.id = ${anyOf(made.fields)} ${only.fields}
        order by label limit ${namedMax}) as fields,
      array(select name::text from segments made where made.id = ${anyOf(listsOf(made))} ${only.lists}
        order by name limit ${namedMax}) as lists,
      array(select name::text from tags t where t.id = ${anyOf(made.tags)} ${only.tags} order by name limit ${namedMax}) as tags`);
  return stays ?? { fields: [], lists: [], tags: [] };
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

/** Of a field `d` */
const fieldIsUsed = (importId: string) => sql`(${edited("custom_field", sql`d.id`)}
  or exists (
    select 1 from (${placesOfFields}) used(value)
    where used.value ~ ('\\mcustom(\\.|\\[[^a-z0-9_]{1,2})' || d.field_name || '\\M'))
  or exists (select 1 from import_jobs j where j.id <> ${importId}::uuid and ${isAtWork}
    and j.field_mapping @> jsonb_build_array(jsonb_build_object('target', 'custom.' || d.field_name))))`;

/** Of a list `made` */
const listIsUsed = (importId: string) => sql`(${edited("list", sql`made.id`)}
  or exists (select from (${usesNaming(sql`made.id`)}) used)
  or exists (select 1 from campaigns k where k.segment_id = made.id or strpos(k.audience::text, made.id::text) > 0)
  or exists (select 1 from import_schedules i where i.import_options ->> 'listId' = made.id::text)
  or exists (select 1 from import_jobs j where j.id <> ${importId}::uuid and (j.segment_id = made.id and j.status = 'processing'
    or j.import_options ->> 'listId' = made.id::text and j.status in ('validating', 'awaiting_confirmation'))))`;

/** Every place where somebody may name a tag: in a rule about tags, as what an action or a trigger is about, as an import's. */
const placesOfTags = (importId: string) => sql`
  select rules from segments where segment_type = 'dynamic'
  union all select rules from lead_scoring_models
  union all select import_options from import_schedules
  union all select g.event_config from campaign_goals g
  union all select jsonb_build_object('tag', t.match) from campaign_triggers t
    join campaigns k on k.id = t.campaign_id where t.trigger_type = 'tag_added' and k.deleted_at is null
  union all select v.place from campaign_steps s join campaigns k on k.id = s.campaign_id,
    lateral (values (s.condition_rules), (s.action_config), (s.wait_duration), (s.wait_up_to)) v(place)
    where s.is_active and k.deleted_at is null
  union all select c.structure from campaign_templates c
  union all select j.import_options - 'made' from import_jobs j where j.id <> ${importId}::uuid and ${isAtWork}`;

/** Of a tag `t`; in what case it is named makes no difference. */
const tagIsUsed = (importId: string) => sql`(t.do_not_disturb or exists (
  select from (${placesOfTags(importId)}) used(place)
  where jsonb_path_exists(lower(used.place::text)::jsonb,
    '$.** ? (@.field == "tags" && @.value[*] == $tag || @.tag == $tag || @.tags[*] == $tag)',
    jsonb_build_object('tag', lower(t.name::text collate "default")))))`;
