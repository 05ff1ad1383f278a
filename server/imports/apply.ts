import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DuplicateStrategy } from "./schema.ts";
import { byIndexOrder, contactOf, openStaging, pickWinners, stageRows, writtenFields } from "./staging.ts";
import type { Candidate } from "./validate.ts";

/** What a slice of rows did, or would do. `repeated` counts rows that a later row of the file replaces. */
export type Outcome = {
  created: number;
  updated: number;
  unchanged: number;
  existing: number;
  repeated: number;
};

export type Target = {
  importId: string;
  duplicates: DuplicateStrategy;
  /** Whether this import adds tags at all, on this slice or another. */
  tagged: boolean;
  /** Tags for every row. */
  tagIds: string[];
  /** Ids of the tags that rows bring themselves, by name. */
  rowTags: ReadonlyMap<string, string>;
  listId: string | null;
};

const field = (name: string) => sql.identifier(name);

/**
 * Writes candidates: new contacts, changed ones, tags, list members and the events that undo them. Runs in the
 * transaction that moves the checkpoint. A row whose address an earlier slice has had takes that row's place, as
 * if the earlier one had not been there.
 */
export async function applyRows(
  tx: TenantTx,
  candidates: readonly Candidate[],
  target: Target,
): Promise<Outcome> {
  await openStaging(tx);
  await stageRows(tx, candidates);
  const doubles = await pickWinners(tx);
  await openTouched(tx);
  await createMissing(tx, target.importId);
  await compareExisting(tx, target, true);
  const outcome = await countOutcome(tx, target.duplicates);
  await writeChanges(tx);
  if (outcome.repeated > 0 && target.tagged) await takeEarlierTags(tx);
  if (target.tagged) await addTags(tx, target);
  await addToList(tx, target);
  await recordEvents(tx, target.importId);
  if (outcome.repeated > 0) await correctEvents(tx, target.importId);
  return { ...outcome, repeated: outcome.repeated + doubles };
}

/** What applying everything in `staged` would do; writes nothing but temporary tables. */
export async function foreseeRows(
  tx: TenantTx,
  target: Pick<Target, "importId" | "duplicates">,
): Promise<Outcome> {
  const doubles = await pickWinners(tx);
  await openTouched(tx);
  await compareExisting(tx, target, false);
  const outcome = await countOutcome(tx, target.duplicates);
  const [fresh] = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from winners where contact_id is null`,
  );
  return { ...outcome, created: fresh?.count ?? 0, repeated: doubles };
}

/** `was` and `goal`: the written fields before this import and after it. `changes`: the row must be written. */
const openTouched = (tx: TenantTx) =>
  tx.execute(sql`create temporary table touched (
    contact_id uuid primary key, row_no int not null, kind text not null, event_id uuid, earlier text,
    was jsonb, goal jsonb not null, changes boolean not null, version int,
    tags_added uuid[] not null default '{}', listed boolean not null default false) on commit drop`);

async function createMissing(tx: TenantTx, importId: string): Promise<void> {
  const columns = sql.join(writtenFields.map(field), sql`, `);
  const values = sql.join(
    writtenFields.map((name) => sql`w.${field(name)}`),
    sql`, `,
  );
  await tx.execute(sql`
    with made as (
      insert into contacts (email, email_normalized, ${columns}, custom_fields, first_source_import_id)
      select w.email, w.email_normalized, ${values}, w.custom, ${importId}::uuid
      from winners w where w.contact_id is null order by w.email_normalized
      on conflict (tenant_id, workspace_id, email_normalized) where deleted_at is null do nothing
      returning id, email_normalized, version)
    insert into touched (contact_id, row_no, kind, goal, changes, version)
    select made.id, w.row_no, 'created', ${stateOf("w", sql`w.custom`)}, false, made.version
    from made join winners w on w.email_normalized = made.email_normalized`);
  // Somebody else may have added the same address meanwhile: then it is there now.
  await byIndexOrder(
    tx,
    sql`
    update winners last set contact_id = ${contactOf}
    where contact_id is null and not exists (select 1 from touched t where t.row_no = last.row_no)`,
  );
}

/** The written fields of a row as one object, without the empty ones. */
const stateOf = (alias: string, custom: SQL) =>
  sql`jsonb_strip_nulls(jsonb_build_object(${sql.join(
    writtenFields.map((name) => sql`${name}::text, ${sql.identifier(alias)}.${field(name)}`),
    sql`, `,
  )})) || jsonb_build_object('custom_fields', ${custom})`;

/**
 * Compares rows with the contacts that are there. Where an earlier slice of this import touched a contact, its
 * fields are first taken back in thought, unless somebody changed them since: the last row of the file decides.
 */
async function compareExisting(
  tx: TenantTx,
  { importId, duplicates }: Pick<Target, "importId" | "duplicates">,
  lock: boolean,
): Promise<void> {
  const base = writtenFields.map(
    (name) => sql`case
    when e.id is not null and e.new_data is not null and c.${field(name)} is not distinct from e.new_data ->> ${name}::text
    then e.previous_data ->> ${name}::text else c.${field(name)} end as ${field(name)}`,
  );
  const overwrites = sql`(${duplicates === "overwrite"} or l.event_type is not distinct from 'created')`;
  const goal = writtenFields.map(
    (name) => sql`case
    when ${overwrites} then coalesce(w.${field(name)}, l.${field(name)})
    when ${duplicates === "fill_blanks"} then coalesce(nullif(l.${field(name)}, ''), w.${field(name)})
    else l.${field(name)} end as ${field(name)}`,
  );
  await tx.execute(sql`
    with base as materialized (
      select c.id, w.row_no, c.version, e.id as event_id, e.event_type, ${sql.join(base, sql`, `)},
        ${stateOf("c", sql`c.custom_fields`)} as current,
        case when e.new_data is null then c.custom_fields else ${revertedCustom} end as custom
      from (select contact_id, row_no from winners where contact_id is not null order by contact_id) w
        cross join lateral (select * from contacts c where c.id = w.contact_id and c.deleted_at is null ${lock ? sql`for no key update` : sql``}) c
        left join lateral (
          select * from import_events e where e.contact_id = w.contact_id
            and e.import_job_id is not distinct from ${importId}::uuid limit 1) e on true),
    goals as (
      select l.id, l.version, l.event_id, l.event_type, l.current, w.row_no, ${stateOf("l", sql`l.custom`)} as was,
        ${sql.join(goal, sql`, `)},
        case when ${overwrites} then l.custom || w.custom when ${duplicates === "fill_blanks"} then w.custom || l.custom
          else l.custom end as custom
      from base l join winners w on w.row_no = l.row_no),
    states as (select g.*, ${stateOf("g", sql`g.custom`)} as goal from goals g)
    insert into touched (contact_id, row_no, kind, event_id, earlier, was, goal, changes, version)
    select id, row_no, case when event_type = 'created' then 'created' when goal <> was then 'updated' else 'skipped' end,
      event_id, event_type, was, goal, goal <> current, version
    from states`);
  await tx.execute(sql`analyze touched`);
}

/** Custom fields with the values an earlier slice wrote taken back, where they still stand. */
const revertedCustom = sql`coalesce((
  select jsonb_object_agg(kept.key, kept.value) from (
    select f.key, case when f.value is not distinct from e.new_data -> 'custom_fields' -> f.key
      then e.previous_data -> 'custom_fields' -> f.key else f.value end as value
    from jsonb_each(c.custom_fields) f) kept
  where kept.value is not null), '{}'::jsonb)`;

// The array beside a join names the few rows it is about: an index finds them even when statistics are old.
async function writeChanges(tx: TenantTx): Promise<void> {
  await tx.execute(sql`
    update contacts c set ${sql.join(
      writtenFields.map((name) => sql`${field(name)} = t.goal ->> ${name}::text`),
      sql`, `,
    )},
      custom_fields = t.goal -> 'custom_fields', version = c.version + 1, updated_at = app_now()
    from touched t where t.contact_id = c.id and t.changes
      and c.id = any (array(select contact_id from touched where changes))`);
  await tx.execute(sql`update touched set version = version + 1 where changes`);
}

/** A row that another one replaces may have brought tags that the other one does not. */
async function takeEarlierTags(tx: TenantTx): Promise<void> {
  await tx.execute(sql`
    with earlier as materialized (
      select e.contact_id, unnest(e.tags_added) as tag_id from import_events e
      where e.id = any (array(select event_id from touched where event_id is not null)))
    delete from contact_tags ct using earlier
    where ct.contact_id = earlier.contact_id and ct.tag_id = earlier.tag_id
      and ct.contact_id = any (array(select contact_id from touched where event_id is not null))`);
}

async function addTags(tx: TenantTx, { tagIds, rowTags }: Target): Promise<void> {
  const names = JSON.stringify(Object.fromEntries(rowTags));
  await tx.execute(sql`
    with wanted as (
      select t.contact_id, unnest(${sql.param(tagIds)}::uuid[]) as tag_id from touched t
      union
      select t.contact_id, (${names}::jsonb ->> tag.name)::uuid
      from touched t join winners w on w.row_no = t.row_no, jsonb_array_elements_text(w.tags) as tag(name)),
    added as (
      insert into contact_tags (contact_id, tag_id) select contact_id, tag_id from wanted where tag_id is not null
      order by contact_id, tag_id on conflict do nothing returning contact_id, tag_id),
    gathered as (select contact_id, array_agg(tag_id) as tag_ids from added group by contact_id)
    update touched t set tags_added = g.tag_ids from gathered g where g.contact_id = t.contact_id`);
}

async function addToList(tx: TenantTx, { importId, listId }: Target): Promise<void> {
  if (!listId) return;
  await tx.execute(sql`
    with added as (
      insert into segment_contacts (segment_id, contact_id, added_via, import_job_id)
      select ${listId}::uuid, contact_id, 'import', ${importId}::uuid from touched order by contact_id
      on conflict do nothing returning contact_id)
    update touched t set listed = true from added a where a.contact_id = t.contact_id`);
  await tx.execute(sql`
    update segments set contact_count = contact_count + (select count(*) from touched where listed),
      updated_at = app_now() where id = ${listId}::uuid`);
}

/** Counts rows; one that replaces a row of an earlier slice takes over its count, and the earlier one is repeated. */
async function countOutcome(tx: TenantTx, duplicates: DuplicateStrategy): Promise<Outcome> {
  const [row] = await tx.execute<{ created: number; updated: number; rest: number; repeated: number }>(sql`
    select count(*) filter (where kind = 'created') - count(*) filter (where earlier = 'created') as created,
      count(*) filter (where kind = 'updated') - count(*) filter (where earlier = 'updated') as updated,
      count(*) filter (where kind = 'skipped') - count(*) filter (where earlier = 'skipped') as rest,
      count(event_id) as repeated
    from touched`);
  const { created = 0, updated = 0, rest = 0, repeated = 0 } = row ?? {};
  const skips = duplicates === "skip";
  return { created, updated, unchanged: skips ? 0 : rest, existing: skips ? rest : 0, repeated };
}

async function recordEvents(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    insert into import_events (import_job_id, contact_id, contact_email, row_no, event_type, previous_data, new_data,
      contact_version, tags_added, segments_added)
    select ${importId}::uuid, t.contact_id, w.email_normalized, t.row_no, t.kind,
      case when t.kind = 'updated' then t.was end, case when t.kind <> 'skipped' then t.goal end, t.version, t.tags_added,
      case when t.listed then array[j.segment_id] else '{}' end
    from touched t join winners w on w.row_no = t.row_no join import_jobs j on j.id = ${importId}::uuid
    where t.event_id is null`);
}

/** The events of rows that took the place of earlier ones, and the address as the last of them spells it. */
async function correctEvents(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(sql`
    update contacts c set email = w.email from touched t join winners w on w.row_no = t.row_no
    where t.contact_id = c.id and t.earlier = 'created' and c.email <> w.email
      and c.id = any (array(select contact_id from touched where earlier = 'created'))`);
  await tx.execute(sql`
    update import_events e set row_no = t.row_no, event_type = t.kind, contact_version = t.version,
      previous_data = case when t.kind = 'updated' then t.was end, new_data = case when t.kind <> 'skipped' then t.goal end,
      tags_added = t.tags_added,
      segments_added = case when t.listed then array[j.segment_id] else e.segments_added end
    from touched t join import_jobs j on j.id = ${importId}::uuid
    where e.id = t.event_id and e.id = any (array(select event_id from touched where event_id is not null))`);
}
