import { type SQL, sql } from "drizzle-orm";
import { text } from "node:stream/consumers";
import { Readable } from "node:stream";
import { copyFrom } from "#db/copy";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { current, flat } from "./undo-plan.ts";

/*
 * What an import may touch, as COPY writes it, for tests.
 */

const change = sql`'{updated_at,version}'::text[]`;
const tables = {
  contacts: sql`select to_jsonb(c) - ${change} from contacts c order by c.email_normalized, c.id`,
  fields: sql`select to_jsonb(d) - ${change} from custom_field_definitions d order by d.field_name`,
  tags: sql`select to_jsonb(t) - ${change} from tags t order by t.name`,
  tagged: sql`select to_jsonb(ct) from contact_tags ct order by ct.contact_id, ct.tag_id`,
  lists: sql`select to_jsonb(s) - ${change} from segments s order by s.name`,
  members: sql`select to_jsonb(m) from segment_contacts m order by m.segment_id, m.contact_id`,
};
export type Table = keyof typeof tables;
export type Row = Record<string, unknown>;
/** Per table its rows in order, each whole: only the moment and the number of its last change are left out. */
export type Copied = Record<Table, Row[]>;

export const copyOf = (scope: Scope): Promise<Copied> => copyEach(scope, tables);

/** A contact, its version too, with its tags and memberships by the id of the tag or list. */
export type Held = {
  contact: Row;
  version: number;
  tagged: Record<string, Row>;
  members: Record<string, Row>;
};

/** What contacts hold, by their ids, as `copyOf` would write it. */
export async function heldBy(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Held>> {
  const rows = await tx.execute<Held & { id: string }>(sql`
    select c.id, to_jsonb(c) - ${change} as contact, c.version,
      (select count(*)::int from contact_events t where t.contact_id = c.id) as told,
      (select coalesce(jsonb_object_agg(ct.tag_id, to_jsonb(ct)), '{}') from contact_tags ct where ct.contact_id = c.id) as tagged,
      (select coalesce(jsonb_object_agg(m.segment_id, to_jsonb(m)), '{}') from segment_contacts m where m.contact_id = c.id) as members
    from contacts c where c.id = any (${sql.param([...ids])}::uuid[]) order by c.id`);
  return new Map(rows.map(({ id, ...held }) => [id, held]));
}

/** Of each row of an import what became of it: the fields on one level, as the contact holds them now if it is there. */
export type Fate = { id: string; type: string; was: Row | null; goal: Row; now: Row | null; outcome: string };

export const fatesOf = (scope: Scope, importId: string): Promise<Fate[]> =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<Fate>(sql`
      select e.contact_id as id, e.event_type as type, ${flat(sql`e.previous_data`)} - 'changed_at' as was,
        coalesce(${flat(sql`e.new_data`)}, '{}') as goal, coalesce(e.undo_outcome, 'none') as outcome,
        (select ${flat(current)} from contacts c where c.id = e.contact_id and c.deleted_at is null) as now
      from import_events e where e.import_job_id = ${importId}::uuid order by e.id`)),
  ]);

const ofPlace = sql`'{id,tenant_id,workspace_id,created_at,updated_at,first_source_import_id}'::text[]`;
const tagNames = (ids: SQL) => sql`array(select t.name from tags t where t.id = any (${ids}) order by 1)`;

/** COPY binds no values: which import it is about is a setting. */
const theImport = sql`current_setting('app.test_import')::uuid`;
/** The same of any workspace for the same doings: names in the place of ids, and nothing of when. */
const doings = {
  contacts: sql`select to_jsonb(c) - ${ofPlace} || jsonb_build_object('imported', c.first_source_import_id is not null)
    from contacts c order by c.email_normalized`,
  fields: sql`select to_jsonb(d) - ${ofPlace} from custom_field_definitions d order by d.field_name`,
  tagged: sql`select jsonb_build_array(c.email, t.name, ct.import_job_id = ${theImport}) from contact_tags ct
    join tags t on t.id = ct.tag_id join contacts c on c.id = ct.contact_id order by c.email_normalized, t.name`,
  names: sql`select jsonb_build_array(n.name, n.count) from (
    select name, null as count from tags union all select name, contact_count from segments) n order by n.name`,
  members: sql`select jsonb_build_array(c.email, s.name, m.added_via) from segment_contacts m
    join segments s on s.id = m.segment_id join contacts c on c.id = m.contact_id order by c.email_normalized, s.name`,
  events: sql`select jsonb_build_array(e.contact_email, e.row_no, e.event_type, e.previous_data, e.new_data, e.contact_version,
      ${tagNames(sql`e.tags_added`)}, cardinality(e.segments_added), e.undo_outcome)
    from import_events e where e.import_job_id = ${theImport} order by e.contact_email, e.row_no`,
  errors: sql`select to_jsonb(e) - ${ofPlace} - 'import_job_id' from import_row_errors e
    where e.import_job_id = ${theImport} order by e.row_no, e.code`,
  job: sql`select to_jsonb(counted) from (
    select status, total_rows, processed_rows, created_count, updated_count, imported_count, unchanged_count, skipped_count,
      error_count, warning_count, skip_reasons, problem, rollback_report, checkpoint_row, file_format -> 'forecast' as forecast,
      jsonb_array_length(import_options #> '{made,tags}') as tags_made,
      jsonb_array_length(import_options #> '{made,lists}') as lists_made
    from import_jobs where id = ${theImport}) counted`,
};

/** What an import, and its undo, has come to. */
export const doingsOf = (scope: Scope, importId: string) => copyEach(scope, doings, importId);

function copyEach<Name extends string>(
  scope: Scope,
  queries: Record<Name, SQL>,
  importId = "",
): Promise<Record<Name, Row[]>> {
  return withTenant(scope, async (tx) => {
    await tx.execute(sql`select set_config('app.test_import', ${importId}, true)`);
    const copied: Partial<Record<Name, Row[]>> = {};
    for (const name of Object.keys(queries) as Name[]) copied[name] = await rowsOf(tx, queries[name]);
    return copied as Record<Name, Row[]>;
  });
}

async function rowsOf(tx: TenantTx, query: SQL): Promise<Row[]> {
  const copied = await text(Readable.from(copyFrom(tx, sql`copy (${query}) to stdout`)));
  const lines = copied.split("\n").filter((line) => line !== "");
  return lines.map((line) => JSON.parse(line.replaceAll("\\\\", "\\")) as Row);
}
