import { type SQL, sql } from "drizzle-orm";
import { DateTime } from "luxon";
import type { TenantTx } from "#db/tenancy";
import { holdable } from "#server/segments/values";
import { compileFilter, type CompiledFilter, matchingIds } from "./filter.ts";
import {
  type ContactFilter,
  type ContactListInput,
  type ContactSort,
  countMax,
  filterOf,
  type OptionalFieldName,
  pageSize,
  usualOrder,
} from "./schema.ts";

/** The name to show: first and last name, or the full one of a file. */
export const displayName = sql`coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.name)`;

export type ContactRow = Record<Exclude<OptionalFieldName, "first_name" | "last_name">, string | null> & {
  id: string;
  email: string;
  status: string;
  stage: string;
  score: number;
  createdAt: Date;
  lastActivityAt: Date | null;
  custom: Record<string, unknown>;
  tags: string[];
};
/**
 * `before` and `next` are the places to page from. `total` is exact up to `countMax`, and one more beyond. `capped`: more
 * match, and pages show `countMax` of them.
 */
export type ContactPage = {
  rows: ContactRow[];
  before: string | null;
  next: string | null;
  total: number;
  capped: boolean;
};

/** `reads` says whether text is a key of this sort: a place that came from a URL is not trusted. */
type Sort = { key: SQL; type: SQL; nullable: boolean; reads: (key: string) => boolean };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const instant = /^(?!0000)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d){0,2}$/;
const sorts: Record<ContactSort, Sort> = {
  newest: { key: sql`c.id`, type: sql`uuid`, nullable: false, reads: (key) => uuid.test(key) },
  email: { key: sql`c.email_normalized`, type: sql`text`, nullable: false, reads: holdable },
  name: { key: sql`c.last_name`, type: sql`text`, nullable: true, reads: holdable },
  company: { key: sql`c.company`, type: sql`text`, nullable: true, reads: holdable },
  score: { key: sql`c.lead_score`, type: sql`int`, nullable: false, reads: (key) => /^\d{1,3}$/.test(key) },
  activity: {
    key: sql`c.last_activity_at`,
    type: sql`timestamptz`,
    nullable: true,
    reads: (key) => instant.test(key) && DateTime.fromSQL(key.slice(0, 19)).isValid,
  },
};

/**
 * Contacts of one page in the order asked for; those without a value in it come last. Without a filter any page is one
 * range of an index. With one, the page is made of those whom the filter lets through: of `countMax + 1` when there are
 * more, the newest where many are.
 */
export async function listContacts(tx: TenantTx, view: ContactListInput): Promise<ContactPage> {
  const filter = await compileFilter(tx, filterOf(view));
  const { total, ...page } = await readPage(tx, view, filter.asked || filter.rules ? filter : null);
  return { ...page, total, capped: (filter.asked ?? filter.rules) !== null && total > countMax };
}

/** How many contacts are selected by a filter, up to `countMax + 1`. */
export async function countMatches(
  tx: TenantTx,
  { filter, except = [] }: { filter: ContactFilter; except?: string[] | undefined },
): Promise<number> {
  const ids = matchingIds(await compileFilter(tx, filter), { atMost: countMax + 1 + except.length });
  const [row] = await tx.execute<{ total: number }>(sql`
    select least(count(*), ${countMax + 1})::int as total from (${ids}) matches
    where id <> all(${sql.param(except)}::uuid[])`);
  return row?.total ?? 0;
}

/** `last` is how far they were looked for, whether it is one of them or not; null behind the last of all. */
export type NextMatches = { ids: string[]; last: string | null };

/** The next contacts that a filter lets through, in the order of their ids: behind one, up to another. */
export async function nextMatches(
  tx: TenantTx,
  filter: ContactFilter,
  { behind, upto, limit }: { behind: string | null; upto: string | null; limit: number },
): Promise<NextMatches> {
  const { asked, rules } = await compileFilter(tx, filter);
  const along = { behind: behind ?? beforeAll, upto };
  if (!asked || !rules) {
    const rows = await tx.execute<{ id: string }>(matchingIds({ asked, rules }, { atMost: limit, ...along }));
    const ids = rows.map(({ id }) => id);
    return { ids, last: ids.at(-1) ?? null };
  }
  // The rules are asked of some that the search finds at a time: of all, every piece would look up what is left of them.
  const some = matchingIds({ asked, rules: null }, { atMost: limit * foundPerMatch, ...along });
  const [next] = await tx.execute<NextMatches>(sql`
    with found as materialized (${some}), fitting as materialized (
      select c.id from found f join contacts c on c.id = f.id where c.deleted_at is null and ${rules} order by c.id limit ${limit})
    select array(select id from fitting order by id) as ids,
      (select id from (select id from fitting union all select id from found where (select count(*) from fitting) < ${limit}) looked
        order by id desc limit 1) as last`);
  return next ?? { ids: [], last: null };
}

const foundPerMatch = 4;
const beforeAll = "00000000-0000-0000-0000-000000000000";

type Place = { key: string | null; id: string };
type Ranked = ContactRow & { key: string | null };
type Counted = { total: number };

async function readPage(
  tx: TenantTx,
  view: ContactListInput,
  filter: CompiledFilter | null,
): Promise<Omit<ContactPage, "capped">> {
  const back = placeOf(view.before, view.sort);
  const from = back ?? placeOf(view.after, view.sort);
  const ascending = (view.order ?? usualOrder[view.sort]) === "asc";
  const ranges = rangesOf(sorts[view.sort], {
    among: peopleOf(view, filter),
    from,
    ascending,
    back: back !== null,
  });
  // A page that goes backwards is read from its end.
  const along = ascending === (back === null) ? sql`asc` : sql`desc`;
  const everybody = sql`select c.id from contacts c where c.deleted_at is null limit ${countMax + 1}`;
  const rows = await tx.execute<Counted & (Ranked | { id: null })>(sql`
    with found as ${filter ? sql`materialized (${matchingIds(filter, { atMost: countMax + 1 })})` : sql`(${everybody})`},
      page as (${sql.join(ranges, sql` union all `)})
    select counted.total, c.id, c.email, ${displayName} as name, c.company, c.job_title, c.phone, c.city, c.state, c.country,
      c.timezone, c.language, c.status, c.lifecycle_stage as stage, c.lead_score as score, c.created_at as "createdAt",
      c.last_activity_at as "lastActivityAt", c.custom_fields as custom, p.key::text as key,
      array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id
        where ct.contact_id = c.id order by t.name limit 6) as tags
    from (select count(*)::int as total from found) counted left join (page p join contacts c on c.id = p.id) on true
    order by p.part ${back ? sql`desc` : sql`asc`}, p.key ${along}, p.id ${along} limit ${pageSize + 1}`);
  const found = rows.filter((row): row is Counted & Ranked => row.id !== null);
  const more = found.length > pageSize;
  const shown = found.slice(0, pageSize);
  if (back) shown.reverse();
  const place = (row: Ranked | undefined) =>
    row ? placeText(view.sort, { key: row.key, id: row.id }) : null;
  return {
    rows: shown.map(({ key: _, total: __, ...row }) => row),
    before: (back ? more : from !== null) ? place(shown[0]) : null,
    next: (back ? true : more) ? place(shown.at(-1)) : null,
    total: rows[0]?.total ?? 0,
  };
}

/** Where a page is read from, as `c`. By age, what was found need not be looked up to be put in order. */
function peopleOf(view: ContactListInput, filter: CompiledFilter | null): SQL {
  if (!filter) return sql`contacts c where c.deleted_at is null`;
  return view.sort === "newest"
    ? sql`found c where true`
    : sql`found f join contacts c on c.id = f.id where true`;
}

/** The contacts behind `from` (or before it): those with a value in the order, then those without. */
function rangesOf(
  { key, type, nullable }: Sort,
  { among, from, ascending, back }: { among: SQL; from: Place | null; ascending: boolean; back: boolean },
): SQL[] {
  const forwards = ascending !== back;
  const beyond = forwards ? sql`>` : sql`<`;
  const along = forwards ? sql`asc` : sql`desc`;
  const valued = (place: SQL) => sql`(
    select c.id, ${key} as key, 1 as part from ${among}
    ${nullable ? sql`and ${key} is not null` : sql``} ${place}
    order by ${key} ${along}, c.id ${along} limit ${pageSize + 1})`;
  const empty = (place: SQL) => sql`(
    select c.id, null::${type} as key, 2 as part from ${among} and ${key} is null ${place}
    order by c.id ${along} limit ${pageSize + 1})`;
  if (from === null) return nullable ? [valued(sql``), empty(sql``)] : [valued(sql``)];
  if (from.key === null) {
    const place = sql`and c.id ${beyond} ${from.id}::uuid`;
    return back ? [empty(place), valued(sql``)] : [empty(place)];
  }
  const place = sql`and (${key}, c.id) ${beyond} (${from.key}::${type}, ${from.id}::uuid)`;
  return nullable && !back ? [valued(place), empty(sql``)] : [valued(place)];
}

const placeText = (sort: ContactSort, { key, id }: Place) =>
  Buffer.from(JSON.stringify([sort, key, id])).toString("base64url");

/** A place as a URL holds it; null when it is none of this sort, which is the first page. */
function placeOf(text: string | undefined, sort: ContactSort): Place | null {
  if (!text) return null;
  let read: unknown;
  try {
    read = JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return null;
  }
  if (!Array.isArray(read)) return null;
  const [of, key, id] = read as unknown[];
  if (of !== sort || typeof id !== "string" || !uuid.test(id)) return null;
  if (key === null) return sorts[sort].nullable ? { key, id } : null;
  return typeof key === "string" && sorts[sort].reads(key) ? { key, id } : null;
}
