import { type SQL, sql } from "drizzle-orm";
import { asText, contactFields, stateOf } from "./contact-fields.ts";
import type { UndoReport } from "./schema.ts";

/** The fields of a state (`{first_name, …, custom_fields}`) on one level, custom ones as `custom.<name>`. */
export const flat = (state: SQL) => sql`((${state} - 'custom_fields') || coalesce((
  select jsonb_object_agg('custom.' || f.key, f.value) from jsonb_each(${state} -> 'custom_fields') f), '{}'::jsonb))`;

/** The score is the engine's to change: that alone says nothing about who touched a contact. */
export const current = stateOf(contactFields, (field) => asText(field, "c"), sql`c.custom_fields`);
const differs = sql`(holds - 'lead_score') <> (goal - 'lead_score')`;

/** True when some field that the import changed still holds what it wrote. */
const someHolds = sql`exists (
  select 1 from jsonb_each(${flat(sql`v.goal`)}) g
  where g.value is distinct from ${flat(sql`v.was`)} -> g.key and ${flat(sql`v.holds`)} -> g.key is not distinct from g.value)`;

/**
 * The contacts among `picked` that a table knows, gathered in one look: a look per contact is planned without knowing
 * how many messages or events a tenant has, and may read all of them each time.
 */
const knownTo = (name: string, table: SQL) => sql`${sql.identifier(name)} as materialized (
    select distinct x.contact_id from ${table} x
    where x.contact_id = any (array(select contact_id from picked)))`;
/** As a hashed set, whatever the planner expects; `exists` may walk the whole set for each contact. */
const isIn = (name: string) => sql`contact_id in (select x.contact_id from ${sql.identifier(name)} x)`;

/** Of a contact that an import made: every field that is not as it was made, whether the file filled it or not. */
const changedSince = sql`coalesce((
  select array_agg(coalesce(n.key, g.key) order by coalesce(n.key, g.key))
  from jsonb_each(${flat(sql`s.holds`)} - 'lead_score') n full join jsonb_each(${flat(sql`s.goal`)} - 'lead_score') g on g.key = n.key
  where n.value is distinct from g.value), '{}')`;

/** The contacts among `picked` with a tag, or on a list, that this import did not bring. */
const othersOf = (name: string, table: SQL, importId: string) => sql`${sql.identifier(name)} as materialized (
    select distinct x.contact_id from ${table} x
    where x.contact_id = any (array(select contact_id from picked)) and x.import_job_id is distinct from ${importId}::uuid)`;

/**
 * The contact is as the import left it: the transaction that wrote its row wrote the event too, and nobody counted its
 * version up. Either alone could deceive: a dump restored as a whole is one transaction, and a version may be forgotten.
 */
const untouched = sql`coalesce(c.written_by = e.written_by and c.version = e.contact_version, false)`;

/** Somebody was merged into this contact. Scalar, so that it is one probe for each that is asked about. */
export const isMergedInto = (id: SQL) =>
  sql`coalesce((select true from contacts m where m.merged_into_id = ${id} limit 1), false)`;

/**
 * What is to happen to the contact of each event, as `outcome`: `delete`, `restore`, `untag` (only tags and list
 * membership go), `leave` (the import did nothing to it) or `keep`, with a `reason`: what somebody did to the contact since. `fields` are those that somebody
 * changed since: of a contact that the import made all of them, of another those that the import changed, which stay.
 */
export const judged = (importId: string, events: SQL) => sql`
  picked as materialized (
    select e.*, e.xmin as written_by from import_events e
    where e.import_job_id = ${importId}::uuid and e.undone_at is null ${events}),
  seen as materialized (
    select e.id as event_id, e.contact_id, e.event_type, e.tags_added, e.segments_added, c.id is not null as there,
      c.deleted_at, c.merged_into_id, e.previous_data as was, ${untouched} as untouched,
      case when e.event_type <> 'created' or not ${untouched} then e.new_data end as goal,
      case when not ${untouched} then ${current} end as holds, c.email_normalized <> e.contact_email as moved
    from picked e left join lateral (
      select c.*, c.xmin as written_by from contacts c where c.id = e.contact_id limit 1) c on true),
  -- Most contacts hold just what the import left: only the others are taken apart field by field.
  weighed as materialized (
    select s.*, case when not there or deleted_at is not null then '{}'
      when event_type = 'created' then case when moved then array['email'] else '{}' end || case when untouched then '{}' else ${changedSince} end
      when untouched or holds @> goal then '{}' else coalesce((
      select array_agg(g.key order by g.key)
      from (select ${flat(sql`s.holds`)} as now, coalesce(${flat(sql`s.was`)}, '{}'::jsonb) as before) v, jsonb_each(${flat(sql`s.goal`)}) g
      where g.value is distinct from v.before -> g.key and v.now -> g.key is distinct from g.value
        and v.now -> g.key is distinct from v.before -> g.key), '{}') end as fields
    from seen s),
  ${knownTo("enrolled", sql`campaign_contacts`)},
  ${knownTo("mailed", sql`content.email_messages`)},
  -- Being what a segment looks for, or not any more, is nobody's doing.
  ${knownTo("acted_on", sql`(select contact_id from contact_events where type not in ('segment.entered', 'segment.left'))`)},
  -- "is distinct" keeps the index of this import's events out of it.
  imported as materialized (
    select x.contact_id, x.id from import_events x
    where x.contact_id = any (array(select contact_id from picked)) and x.import_job_id is distinct from ${importId}::uuid
      and x.undone_at is null),
  reimported as materialized (
    select contact_id from (
      select contact_id, null as own, id::text as other from imported
      union all select contact_id, id::text, null from picked where exists (select 1 from imported)) both_of
    group by contact_id having max(other collate "C") > max(own collate "C")),
  ${othersOf("tagged", sql`contact_tags`, importId)},
  ${othersOf("listed", sql`(select contact_id, import_job_id from segment_contacts where added_via <> 'rule_match')`, importId)},
  verdicts as materialized (
    select w.*, case
      when not there then 'gone'
      when merged_into_id is not null then 'merged'
      when deleted_at is not null then 'deleted_since'
      when event_type <> 'created' then null
      when not untouched and ${isMergedInto(sql`w.contact_id`)} then 'merged'
      when moved or not untouched and ${differs} then 'edited'
      when ${isIn("enrolled")} then 'enrolled'
      when ${isIn("mailed")} then 'mailed'
      when ${isIn("acted_on")} then 'edited'
      when ${isIn("tagged")} then 'tagged'
      when ${isIn("listed")} then 'listed'
      when ${isIn("reimported")} then 'reimported'
      end as reason
    from weighed w),
  plan as (
    select event_id, contact_id, event_type, fields, tags_added, segments_added, was, goal,
      case when reason is not null then 'keep' when event_type = 'created' then 'delete'
        when event_type = 'updated' and (untouched or holds @> goal or ${someHolds}) then 'restore'
        when event_type = 'updated' and cardinality(fields) > 0 then 'keep'
        when cardinality(tags_added) + cardinality(segments_added) > 0 then 'untag' else 'leave' end as outcome,
      coalesce(reason, case when cardinality(fields) = 0 then null when ${isIn("reimported")} then 'reimported' else 'edited' end) as reason
    from verdicts v)`;

/** Counts by outcome. A contact that got back some fields while others stay counts as restored, with its reason. */
export function reportOf(
  rows: readonly { outcome: string; reason: string | null; count: number }[],
): UndoReport {
  const report: UndoReport = {
    deleted: 0,
    restored: 0,
    untagged: 0,
    untouched: 0,
    kept: 0,
    failed: 0,
    reasons: {},
  };
  const names = {
    delete: "deleted",
    restore: "restored",
    untag: "untagged",
    leave: "untouched",
    keep: "kept",
    fail: "failed",
  } as const;
  for (const { outcome, reason, count } of rows) {
    const name = names[outcome as keyof typeof names];
    report[name] = (report[name] ?? 0) + count;
    const told =
      outcome === "restore" && reason
        ? "partly_edited"
        : outcome === "keep" || outcome === "fail"
          ? reason
          : null;
    if (told) report.reasons[told] = (report.reasons[told] ?? 0) + count;
  }
  return report;
}
