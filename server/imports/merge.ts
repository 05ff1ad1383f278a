import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { asStored, asText, column, stateOf, statusFields, statusOrder } from "./contact-fields.ts";
import type { Plan, PlannedField } from "./plan.ts";
import type { MergeRule } from "./schema.ts";

/** `was` and `goal`: the written fields before this import and after it. `changes`: the row must be written. */
export const openTouched = (tx: TenantTx) =>
  tx.execute(sql`create temporary table touched (
    contact_id uuid primary key, row_no int not null, kind text not null, event_id uuid, earlier text, earlier_row int,
    was jsonb, goal jsonb not null, changes boolean not null, version int,
    tags_added uuid[] not null default '{}', lists_added uuid[] not null default '{}') on commit drop`);

/** The row takes the place of one that made this contact: what it says counts, whatever the rules. */
const replaces = sql`l.event_type is not distinct from 'created'`;
/** The row is newer than the contact, by its own account. */
const isNewer = sql`w.changed_at::timestamptz > l.changed`;

/**
 * Compares rows of `known` with the contacts that are there, into `touched`. Where an earlier slice of this import
 * touched a contact, its fields are first taken back in thought, unless somebody changed them since: the last row of
 * the file decides.
 */
export async function compareKnown(tx: TenantTx, plan: Plan, { lock }: { lock: boolean }): Promise<void> {
  const { fields, importId, writesCustom: hasCustom } = plan;
  const base = fields.map(
    (field) => sql`, case
    when e.new_data is not null and ${asText(field, "c")} is not distinct from e.new_data ->> ${field.name}::text
    then e.previous_data ->> ${field.name}::text else ${asText(field, "c")} end as ${column(field)}`,
  );
  const goals = fields.map((field) => sql`, ${goalOf(field)} as ${column(field)}`);
  const custom = (value: SQL) => (hasCustom ? sql`, ${value} as custom` : sql``);
  const state = (alias: string) =>
    stateOf(fields, (field) => column(field, alias), hasCustom ? sql`${sql.identifier(alias)}.custom` : null);
  const was = plan.comparesTime ? sql`g.was || jsonb_build_object('changed_at', g.changed)` : sql`g.was`;
  const refuses =
    plan.strategy === "error" ? sql`when event_type is distinct from 'created' then 'refused'` : sql``;
  // An import finds its own event by contact alone: "is not distinct" keeps the index of the import's events out of it.
  await tx.execute(sql`
    with base as materialized (
      select c.id, w.row_no, c.version, c.status as standing, e.id as event_id, e.event_type, e.row_no as earlier_row,
        ${stateOf(fields, (field) => asText(field, "c"), hasCustom ? sql`c.custom_fields` : null)} as current,
        ${plan.comparesTime ? sql`coalesce((e.previous_data ->> 'changed_at')::timestamptz, c.updated_at)` : sql`c.updated_at`} as changed
        ${sql.join(base, sql``)} ${custom(sql`case when e.new_data is null then c.custom_fields else ${revertedCustom} end`)}
      from (select contact_id, row_no from known where contact_id is not null order by contact_id) w
        cross join lateral (
          select * from contacts c where c.id = w.contact_id and c.deleted_at is null ${lock ? sql`for no key update` : sql``}) c
        left join lateral (
          select * from import_events e where e.contact_id = w.contact_id
            and e.import_job_id is not distinct from ${importId}::uuid limit 1) e on true),
    goals as (
      select l.id, l.version, l.event_id, l.event_type, l.earlier_row, l.current, l.changed, w.row_no, ${state("l")} as was
        ${sql.join(goals, sql``)} ${custom(customGoal(plan))}
      from base l join known w on w.row_no = l.row_no),
    states as (select g.*, ${state("g")} as goal from goals g)
    insert into touched (contact_id, row_no, kind, event_id, earlier, earlier_row, was, goal, changes, version)
    select id, row_no, case ${refuses} when event_type = 'created' then 'created' when goal <> was then 'updated' else 'skipped' end,
      event_id, event_type, earlier_row, ${was}, goal, goal <> current, version
    from states g`);
  await tx.execute(sql`analyze touched (contact_id, row_no, event_id)`);
}

/** What the field of a contact `l` becomes through a row `w`. A blank cell never erases a value. */
function goalOf(field: PlannedField): SQL {
  const has = column(field, "l");
  const brings = column(field, "w");
  const by = (rule: MergeRule): SQL => {
    if (field.name.startsWith("consent_")) return rule === "keep_existing" ? has : consentGoal(field);
    if (stops(field)) return rule === "keep_existing" ? has : stopGoal(field);
    if (rule === "overwrite") return sql`coalesce(${brings}, ${has})`;
    if (rule === "fill_if_blank") return sql`coalesce(nullif(${has}, ''), ${brings})`;
    if (rule === "newest")
      return sql`case when ${isNewer} then coalesce(${brings}, ${has}) else coalesce(nullif(${has}, ''), ${brings}) end`;
    if (rule === "keep_higher") return sql`greatest((${has})::int, (${brings})::int)::text`;
    return has;
  };
  const replaced = () => {
    if (field.name.startsWith("consent_")) return consentGoal(field);
    return stops(field) ? stopGoal(field) : sql`coalesce(${brings}, ${has})`;
  };
  return sql`case when ${replaces} then ${replaced()} else ${by(field.rule)} end`;
}

const stops = ({ name }: PlannedField) => statusFields.some((field) => field.name === name);

/**
 * What an earlier row of the file said of somebody who wants no mail holds, unlike its other values: it is not taken
 * back in thought. A moment is kept from the first time, and stands whatever becomes of the status.
 */
function stopGoal(field: PlannedField): SQL {
  const stands = sql`l.current ->> ${field.name}::text`;
  const brings = column(field, "w");
  return field.kind === "status" ? stricter(sql`(${stands})`, brings) : sql`coalesce(${stands}, ${brings})`;
}

/** As `stricterStatus`. */
const stricter = (has: SQL, brings: SQL) => {
  const rank = (value: SQL) =>
    sql`coalesce(array_position(${sql.param([...statusOrder])}::text[], ${value}), 0)`;
  return sql`case when ${rank(brings)} > ${rank(has)} and (${has} is null or ${brings} <> 'archived') then ${brings} else ${has} end`;
};

/** Consent is written where none is known, and of nobody who said stop. */
const consentGoal = (field: PlannedField) =>
  sql`case when l.consent_basis is null and l.standing = 'active' then ${column(field, "w")} else ${column(field, "l")} end`;

/** Custom fields after the import: all by one rule in one go, else field by field. */
function customGoal({ custom, defaults }: Plan): SQL {
  const rules = new Set(custom.values());
  const [only] = rules;
  const byRule = (): SQL => {
    if (rules.size === 1 && only === "overwrite") return sql`l.custom || w.custom`;
    if (rules.size === 1 && only === "fill_if_blank") return sql`w.custom || l.custom`;
    if (rules.size === 0 || (rules.size === 1 && only === "keep_existing")) return sql`l.custom`;
    const values = [...custom].map(
      ([name, rule]) => sql`jsonb_build_object(${name}::text, ${customValue(name, rule)})`,
    );
    return sql`l.custom || jsonb_strip_nulls(${sql.join(values, sql` || `)})`;
  };
  const anew = sql`${JSON.stringify(defaults)}::jsonb || l.custom || w.custom`;
  return sql`case when ${replaces} then ${anew} else ${byRule()} end`;
}

function customValue(name: string, rule: MergeRule): SQL {
  const has = sql`(l.custom -> ${name}::text)`;
  const brings = sql`(w.custom -> ${name}::text)`;
  const filled = sql`coalesce(nullif(${has}, '""'::jsonb), ${brings})`;
  if (rule === "overwrite") return sql`coalesce(${brings}, ${has})`;
  if (rule === "keep_existing") return has;
  if (rule === "newest") return sql`case when ${isNewer} then coalesce(${brings}, ${has}) else ${filled} end`;
  if (rule === "keep_higher")
    return sql`case when jsonb_typeof(${has}) = 'number' and jsonb_typeof(${brings}) = 'number'
      then greatest(${has}, ${brings}) else ${filled} end`;
  if (rule === "append_unique")
    return sql`case when jsonb_typeof(${has}) = 'array' and jsonb_typeof(${brings}) = 'array' then ${has} || coalesce((
      select jsonb_agg(item.value order by item.place) from jsonb_array_elements(${brings}) with ordinality item(value, place)
      where not ${has} @> item.value), '[]'::jsonb) else ${filled} end`;
  return filled;
}

/** Custom fields with the values an earlier slice wrote taken back, where they still stand. */
const revertedCustom = sql`coalesce((
  select jsonb_object_agg(kept.key, kept.value) from (
    select f.key, case when f.value is not distinct from e.new_data -> 'custom_fields' -> f.key
      then e.previous_data -> 'custom_fields' -> f.key else f.value end as value
    from jsonb_each(c.custom_fields) f) kept
  where kept.value is not null), '{}'::jsonb)`;

// The array beside a join names the few rows it is about: an index finds them even when statistics are old.
export async function writeChanges(tx: TenantTx, { fields, writesCustom }: Plan): Promise<void> {
  const sets = [
    ...fields.map((field) => sql`${column(field)} = ${asStored(field, sql`t.goal ->> ${field.name}::text`)}`),
    ...(writesCustom ? [sql`custom_fields = t.goal -> 'custom_fields'`] : []),
    sql`version = c.version + 1`,
    sql`updated_at = app_now()`,
  ];
  await tx.execute(sql`
    update contacts c set ${sql.join(sets, sql`, `)}
    from touched t where t.contact_id = c.id and t.changes
      and c.id = any (array(select contact_id from touched where changes))`);
  await tx.execute(sql`update touched set version = version + 1 where changes`);
}

/** Writes the events of known rows, and corrects those of rows that others took the place of. */
export async function correctEvents(tx: TenantTx, { importId }: Plan): Promise<void> {
  const type = sql`case when t.kind = 'refused' then 'skipped' else t.kind end`;
  const before = sql`case when t.kind = 'updated' then t.was end`;
  const after = sql`case when t.kind = 'updated' then t.goal when t.kind = 'created' then '{"custom_fields": {}}'::jsonb || t.goal end`;
  await tx.execute(sql`
    insert into import_events (import_job_id, contact_id, contact_email, row_no, event_type, previous_data, new_data,
      contact_version, tags_added, segments_added)
    select ${importId}::uuid, t.contact_id, k.email_normalized, t.row_no, ${type}, ${before}, ${after}, t.version, t.tags_added, t.lists_added
    from touched t join known k on k.row_no = t.row_no
    where t.event_id is null`);
  await tx.execute(sql`
    update contacts c set email = k.email from touched t join known k on k.row_no = t.row_no
    where t.contact_id = c.id and t.earlier = 'created' and c.email <> k.email
      and c.id = any (array(select contact_id from touched where earlier = 'created'))`);
  await tx.execute(sql`
    update import_events e set row_no = t.row_no, event_type = ${type}, contact_version = t.version,
      previous_data = ${before}, new_data = ${after}, tags_added = t.tags_added,
      segments_added = t.lists_added
    from touched t
    where e.id = t.event_id and e.id = any (array(select event_id from touched where event_id is not null))`);
}

/** A refused row that a later row of the file replaces is no error any more: that one is. */
export async function dropEarlierRefusals(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    delete from import_row_errors where import_job_id = ${importId}::uuid and code = 'exists'
      and row_no = any (array(select earlier_row from touched where earlier = 'skipped'))`);
}
