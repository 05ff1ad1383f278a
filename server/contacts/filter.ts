import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type CustomField, fieldNamed, listCustomFields } from "#server/custom-fields/queries";
import { readCustomValue } from "#server/custom-fields/values";
import { AppError } from "#server/errors";
import { dayBounds } from "#server/segments/periods";
import { inSegment } from "#server/segments/queries";
import type { ContactFilter, ContactSelection } from "./schema.ts";

/**
 * A filter as SQL. `predicate` is over `contacts c` and holds everything. Each source selects the ids (`id`) that one
 * part lets through, the newest first, by an index: the smallest of them is where to begin on a big table.
 */
export type CompiledFilter = {
  predicate: SQL;
  sources: SQL[];
  /** The only source selects just whom the predicate lets through. */
  exact: boolean;
};

/** Throws `not_found` for a list or segment that is not there, `invalid` for a field or a value that cannot be. */
export async function compileFilter(tx: TenantTx, filter: ContactFilter): Promise<CompiledFilter> {
  const parts: SQL[] = [sql`c.deleted_at is null`];
  const sources: SQL[] = [];
  byState(filter, parts, sources);
  await byTags(tx, filter, parts, sources);
  for (const id of [filter.list, filter.segment]) {
    if (!id) continue;
    parts.push(await inSegment(tx, id));
    const [list] = await tx.execute(
      sql`select 1 from segments where id = ${id}::uuid and segment_type = 'static'`,
    );
    if (list) {
      sources.push(
        sql`select contact_id as id from segment_contacts where segment_id = ${id}::uuid order by contact_id desc`,
      );
    }
  }
  await byDays(tx, filter, parts, sources);
  await byContent(tx, filter, parts, sources);
  // Tags and lists still name contacts that were deleted.
  const exact = sources.length === 1 && parts.length === 2 && !filter.tag && !filter.list && !filter.segment;
  return { predicate: sql`(${sql.join(parts, sql` and `)})`, sources, exact };
}

/** The predicate over `contacts c` of picked contacts, or of everybody a filter lets through. */
export async function selectionPredicate(tx: TenantTx, selection: ContactSelection): Promise<SQL> {
  if ("ids" in selection)
    return sql`(c.deleted_at is null and c.id = any(${sql.param(selection.ids)}::uuid[]))`;
  return (await compileFilter(tx, selection.filter)).predicate;
}

function byState({ status, stage, scoreMin, scoreMax }: ContactFilter, parts: SQL[], sources: SQL[]): void {
  const among = (column: SQL, values: readonly string[] | undefined, usual: string, unusual: SQL) => {
    if (!values || values.length === 0) return;
    // One value is an equation, which an index answers in the order of the ids.
    const match =
      values.length === 1
        ? sql`${column} = ${values[0]}::text`
        : sql`${column} = any(${sql.param([...values])}::text[])`;
    parts.push(match);
    // Nearly everybody has the usual state; the indexes leave it out.
    if (values.includes(usual)) return;
    sources.push(newest(sql`${unusual} and ${match}`));
  };
  among(sql`c.status`, status, "active", sql`c.status <> 'active'`);
  among(sql`c.lifecycle_stage`, stage, "new", sql`c.lifecycle_stage <> 'new'`);
  if (scoreMin === undefined && scoreMax === undefined) return;
  const between = sql`c.lead_score between ${scoreMin ?? 0}::int and ${scoreMax ?? 100}::int`;
  parts.push(between);
  sources.push(newest(between));
}

const newest = (match: SQL) =>
  sql`select c.id from contacts c where c.deleted_at is null and ${match} order by c.id desc`;

async function byTags(tx: TenantTx, { tag }: ContactFilter, parts: SQL[], sources: SQL[]): Promise<void> {
  if (!tag || tag.length === 0) return;
  const names = [...new Set(tag.map((name) => name.toLowerCase()))];
  const known = await tx.execute<{ id: string }>(
    sql`select id from tags where lower(name) = any(${sql.param(names)}::text[])`,
  );
  if (known.length < names.length) parts.push(sql`false`);
  for (const { id } of known) {
    parts.push(sql`coalesce((select true from contact_tags ct
      where ct.tenant_id = c.tenant_id and ct.contact_id = c.id and ct.tag_id = ${id}::uuid limit 1), false)`);
    sources.push(
      sql`select contact_id as id from contact_tags where tag_id = ${id}::uuid order by contact_id desc`,
    );
  }
}

async function byDays(tx: TenantTx, filter: ContactFilter, parts: SQL[], sources: SQL[]): Promise<void> {
  const { addedFrom, addedTo, activeFrom, activeTo } = filter;
  if (!addedFrom && !addedTo && !activeFrom && !activeTo) return;
  const [workspace] = await tx.execute<{ timezone: string }>(
    sql`select timezone from workspaces where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`,
  );
  const zone = workspace?.timezone ?? "UTC";
  const within = (column: SQL, first: string | undefined, last: string | undefined) => {
    const bounds: SQL[] = [];
    if (first) bounds.push(sql`${column} >= ${dayBounds(first, zone).from.toISOString()}::timestamptz`);
    if (last) bounds.push(sql`${column} < ${dayBounds(last, zone).until.toISOString()}::timestamptz`);
    return bounds.length > 0 ? sql.join(bounds, sql` and `) : null;
  };
  for (const match of [
    within(sql`c.created_at`, addedFrom, addedTo),
    within(sql`c.last_activity_at`, activeFrom, activeTo),
  ]) {
    if (!match) continue;
    parts.push(match);
    sources.push(newest(match));
  }
}

/**
 * Words and custom fields, found by one function. Equal values are a containment, which an index answers; a range is
 * asked of each contact.
 */
async function byContent(
  tx: TenantTx,
  { q, custom }: ContactFilter,
  parts: SQL[],
  sources: SQL[],
): Promise<void> {
  const { equal, ranges } = await customParts(tx, Object.entries(custom ?? {}));
  const contained = Object.keys(equal).length > 0 ? sql`${JSON.stringify(equal)}::jsonb` : sql`null::jsonb`;
  const within = ranges.length > 0 ? sql`${ranges.join(" && ")}::jsonpath` : sql`null::jsonpath`;
  if (Object.keys(equal).length > 0) parts.push(sql`c.custom_fields @> ${contained}`);
  if (ranges.length > 0) parts.push(sql`coalesce(c.custom_fields @@ ${within}, false)`);
  if (q !== undefined) {
    const pattern = `%${q.toLowerCase().replace(/[\\%_]/g, "\\$&")}%`;
    parts.push(
      sql`contact_search_text(c.email_normalized, c.name, c.first_name, c.last_name, c.company) like ${pattern}`,
    );
  } else if (Object.keys(equal).length === 0 && ranges.length === 0) return;
  sources.push(sql`select find_contacts(${q ?? null}, ${contained}, ${within}) as id`);
}

async function customParts(
  tx: TenantTx,
  wanted: readonly [name: string, typed: string][],
): Promise<{ equal: Record<string, unknown>; ranges: string[] }> {
  const equal: Record<string, unknown> = {};
  const ranges: string[] = [];
  if (wanted.length === 0) return { equal, ranges };
  const fields = await listCustomFields(tx, { archived: true });
  for (const [name, typed] of wanted) {
    const field = fieldNamed(fields, name);
    const range = /^(.*)\.\.(.*)$/.exec(typed);
    if (range && (field.type === "number" || field.type === "date")) {
      if (range[1]) ranges.push(`$.${name} >= ${literal(field, range[1])}`);
      if (range[2]) ranges.push(`$.${name} <= ${literal(field, range[2])}`);
    } else {
      const read = readCustomValue(field, typed);
      if ("problem" in read) throw new AppError("invalid", `${field.label}: ${read.problem}`);
      equal[name] = read.value;
    }
  }
  return { equal, ranges };
}

/** A number or a day as a path expression holds it: only what was read as one gets there. */
function literal(field: CustomField, typed: string): string {
  const read = readCustomValue(field, typed);
  if ("problem" in read) throw new AppError("invalid", `${field.label}: ${read.problem}`);
  return JSON.stringify(read.value);
}
