import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type CustomField, fieldNamed, listCustomFields } from "#server/custom-fields/queries";
import { readCustomValue } from "#server/custom-fields/values";
import { AppError } from "#server/errors";
import { dayBounds, instantText } from "#server/segments/periods";
import { inSegment } from "#server/segments/queries";
import type { ContactFilter, ContactSelection } from "./schema.ts";

/** What `match_contacts` is asked for; a part that is not there lets everybody through. */
type Asked = {
  q?: string;
  status?: readonly string[];
  stage?: readonly string[];
  /** Lowest and highest, both included. */
  score?: [number, number];
  /** From, and until but not with; instants. */
  added?: [string | null, string | null];
  active?: [string | null, string | null];
  tags?: string[];
  lists?: string[];
  /** Custom fields that hold exactly this, and those between two values of one type. */
  equal?: Record<string, unknown>;
  ranges?: Record<string, [unknown, unknown]>;
};

/** A filter as SQL knows it: what the search function answers, and the rules of segments over `contacts c`. */
export type CompiledFilter = { asked: Asked | null; rules: SQL | null };

/** More than a table holds. */
const all = 2_147_483_647;
const nobody = "00000000-0000-0000-0000-000000000000";

/** Throws `not_found` for a list or segment that is not there, `invalid` for a field or a value that cannot be. */
export async function compileFilter(tx: TenantTx, filter: ContactFilter): Promise<CompiledFilter> {
  const { q, status, stage, scoreMin, scoreMax, tag } = filter;
  const { lists, rules } = await membership(tx, filter);
  const asked: Asked = {
    ...(q !== undefined && { q }),
    ...(status?.length && { status }),
    ...(stage?.length && { stage }),
    ...((scoreMin ?? scoreMax) !== undefined && { score: [scoreMin ?? 0, scoreMax ?? 100] }),
    ...(tag?.length && { tags: await tagIds(tx, tag) }),
    ...(lists.length > 0 && { lists }),
    ...(await days(tx, filter)),
    ...customOrInvalid(await readCustom(tx, filter.custom)),
  };
  return { asked: Object.keys(asked).length > 0 ? asked : null, rules };
}

/**
 * The ids (`id`) of contacts that a filter lets through, as a query: at most so many, the newest where many match. With
 * `behind` they come in the order of their ids, those up to that one and those after `upto` left out.
 */
export function matchingIds(
  { asked, rules }: CompiledFilter,
  { atMost = all, behind, upto }: { atMost?: number; behind?: string; upto?: string | null } = {},
): SQL {
  const from = behind === undefined ? sql`null` : sql`${behind}`;
  const to = upto === undefined || upto === null ? sql`null` : sql`${upto}`;
  const found = (limit: number) =>
    sql`select match_contacts(${JSON.stringify(asked)}::jsonb, ${limit}, ${from}::uuid, ${to}::uuid) as id`;
  if (asked && !rules) return found(atMost);
  return sql`select c.id from ${asked ? sql`(${found(all)}) f join contacts c on c.id = f.id` : sql`contacts c`}
    where c.deleted_at is null ${rules ? sql`and ${rules}` : sql``}
      ${behind === undefined ? sql`` : sql`and c.id > ${behind}::uuid and c.id <= coalesce(${to}::uuid, c.id) order by c.id`}
    limit ${atMost}`;
}

/** The predicate over `contacts c` of picked contacts, or of everybody a filter lets through. */
export async function selectionPredicate(tx: TenantTx, selection: ContactSelection): Promise<SQL> {
  if ("ids" in selection)
    return sql`(c.deleted_at is null and c.id = any(${sql.param(selection.ids)}::uuid[]))`;
  const { asked, rules } = await compileFilter(tx, selection.filter);
  const parts = [sql`c.deleted_at is null`];
  if (asked) parts.push(sql`c.id in (${matchingIds({ asked, rules: null })})`);
  if (rules) parts.push(rules);
  if (selection.except?.length) parts.push(sql`c.id <> all(${sql.param(selection.except)}::uuid[])`);
  return sql`(${sql.join(parts, sql` and `)})`;
}

async function membership(
  tx: TenantTx,
  { list, segment }: ContactFilter,
): Promise<{ lists: string[]; rules: SQL | null }> {
  const lists: string[] = [];
  const rules: SQL[] = [];
  for (const id of [list, segment]) {
    if (!id) continue;
    const [known] = await tx.execute(
      sql`select 1 from segments where id = ${id}::uuid and segment_type = 'static'`,
    );
    if (known) lists.push(id);
    else rules.push(await inSegment(tx, id));
  }
  return { lists, rules: rules.length > 0 ? sql.join(rules, sql` and `) : null };
}

/** The ids of these tags; that of nobody's tag for one that is not there. */
async function tagIds(tx: TenantTx, tags: readonly string[]): Promise<string[]> {
  const names = [...new Set(tags.map((name) => name.toLowerCase()))];
  const known = await tx.execute<{ id: string }>(
    sql`select id from tags where lower(name) = any(${sql.param(names)}::text[])`,
  );
  return [...known.map(({ id }) => id), ...(known.length < names.length ? [nobody] : [])];
}

async function days(tx: TenantTx, filter: ContactFilter): Promise<Pick<Asked, "added" | "active">> {
  const { addedFrom, addedTo, activeFrom, activeTo } = filter;
  if (!addedFrom && !addedTo && !activeFrom && !activeTo) return {};
  const [workspace] = await tx.execute<{ timezone: string }>(
    sql`select timezone from workspaces where id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)`,
  );
  const zone = workspace?.timezone ?? "UTC";
  const between = (first: string | undefined, last: string | undefined): [string | null, string | null] => [
    first ? instantText(dayBounds(first, zone).from) : null,
    last ? instantText(dayBounds(last, zone).until) : null,
  ];
  return {
    ...((addedFrom || addedTo) && { added: between(addedFrom, addedTo) }),
    ...((activeFrom || activeTo) && { active: between(activeFrom, activeTo) }),
  };
}

/** Every number, and every day, lies between these. */
const ends = { number: [-1e300, 1e300], date: ["0000-00-00", "9999-99-99"] } as const;

export type ReadCustom = Required<Pick<Asked, "equal" | "ranges">> & {
  /** What is wrong with the value of a field, by the field's name. */
  problems: Record<string, string>;
};

/** What a filter asks of custom fields. */
export async function readCustom(
  tx: TenantTx,
  wanted: Readonly<Record<string, string>> = {},
): Promise<ReadCustom> {
  const read: ReadCustom = { equal: {}, ranges: {}, problems: {} };
  if (Object.keys(wanted).length === 0) return read;
  const fields = await listCustomFields(tx, { archived: true });
  for (const [name, typed] of Object.entries(wanted)) {
    try {
      const field = fieldNamed(fields, name);
      const range = /^(.*)\.\.(.*)$/.exec(typed);
      if (range && (field.type === "number" || field.type === "date")) {
        const [low, high] = ends[field.type];
        read.ranges[name] = [valueOf(field, range[1]) ?? low, valueOf(field, range[2]) ?? high];
      } else read.equal[name] = valueOf(field, typed);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      read.problems[name] = error.message;
    }
  }
  return read;
}

function customOrInvalid({ equal, ranges, problems }: ReadCustom): Pick<Asked, "equal" | "ranges"> {
  const [problem] = Object.values(problems);
  if (problem !== undefined) throw new AppError("invalid", problem);
  return {
    ...(Object.keys(equal).length > 0 && { equal }),
    ...(Object.keys(ranges).length > 0 && { ranges }),
  };
}

function valueOf({ label, type, options }: CustomField, typed = ""): unknown {
  // What the field may hold from now on says nothing about what contacts hold: limits don't count here.
  const read = readCustomValue({ type, options }, typed);
  if ("problem" in read) throw new AppError("invalid", `${label}: ${read.problem}`);
  return read.value;
}
