import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { compileFilter } from "./filter.ts";
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

/** `reads` is what a key of this sort looks like as text: a place that came from a URL is not trusted. */
type Sort = { key: SQL; type: SQL; nullable: boolean; reads: RegExp };
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sorts: Record<ContactSort, Sort> = {
  newest: { key: sql`c.id`, type: sql`uuid`, nullable: false, reads: uuid },
  email: { key: sql`c.email_normalized`, type: sql`text`, nullable: false, reads: /./ },
  name: { key: sql`c.last_name`, type: sql`text`, nullable: true, reads: /^/ },
  company: { key: sql`c.company`, type: sql`text`, nullable: true, reads: /^/ },
  score: { key: sql`c.lead_score`, type: sql`int`, nullable: false, reads: /^\d{1,3}$/ },
  activity: {
    key: sql`c.last_activity_at`,
    type: sql`timestamptz`,
    nullable: true,
    reads: /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)*$/,
  },
};

/**
 * Contacts of one page in the order asked for; those without a value in it come last. Without a filter any page is one
 * range of an index. With one, the page is made of the contacts that its rarest part lets through: `countMax` of them
 * when there are more, the newest where an index knows them.
 */
export async function listContacts(tx: TenantTx, view: ContactListInput): Promise<ContactPage> {
  const { matching, total, capped } = await narrowed(tx, filterOf(view));
  const [page, counted] = await Promise.all([
    readPage(tx, view, matching),
    total ?? countMatching(tx, matching),
  ]);
  return { ...page, total: counted, capped };
}

/** How many contacts a filter lets through, up to `countMax + 1`. */
export async function countMatches(tx: TenantTx, filter: ContactFilter): Promise<number> {
  const { matching, total } = await narrowed(tx, filter);
  return total ?? countMatching(tx, matching);
}

/** The predicate of a filter over `contacts c`, made quick where few pass. */
export async function matchingPredicate(tx: TenantTx, filter: ContactFilter): Promise<SQL> {
  const { matching, capped, predicate } = await narrowed(tx, filter);
  return capped ? predicate : matching;
}

async function countMatching(tx: TenantTx, matching: SQL): Promise<number> {
  const [row] = await tx.execute<{ total: number }>(sql`
    select count(*)::int as total from (select 1 from contacts c where ${matching} limit ${countMax + 1}) matches`);
  return row?.total ?? 0;
}

type Narrowed = {
  matching: SQL;
  /** Known without counting: more than `countMax`, or what a single source found. */
  total: number | null;
  capped: boolean;
  predicate: SQL;
};

/** The predicate of a filter, held to the ids of its rarest part where it has one. */
async function narrowed(tx: TenantTx, filter: ContactFilter): Promise<Narrowed> {
  const { predicate, sources, exact } = await compileFilter(tx, filter);
  let ids: string[] | null = null;
  for (const source of sources) {
    const rows = await tx.execute<{ ids: string[] | null }>(
      sql`select array_agg(id) as ids from (select id from (${source}) s limit ${countMax + 1}) found`,
    );
    ids = rows[0]?.ids ?? [];
    if (ids.length <= countMax) break;
  }
  if (ids === null) return { matching: predicate, total: null, capped: false, predicate };
  const capped = ids.length > countMax;
  const held = sql`c.id = any(${sql.param(capped ? ids.slice(0, countMax) : ids)}::uuid[])`;
  const matching = sql`${held} and ${exact ? sql`c.deleted_at is null` : predicate}`;
  return { matching, total: capped ? countMax + 1 : exact ? ids.length : null, capped, predicate };
}

type Place = { key: string | null; id: string };
type Ranked = ContactRow & { key: string | null };

async function readPage(
  tx: TenantTx,
  view: ContactListInput,
  matching: SQL,
): Promise<Pick<ContactPage, "rows" | "before" | "next">> {
  const back = placeOf(view.before, view.sort);
  const from = back ?? placeOf(view.after, view.sort);
  const ascending = (view.order ?? usualOrder[view.sort]) === "asc";
  const ranges = rangesOf(sorts[view.sort], { matching, from, ascending, back: back !== null });
  // A page that goes backwards is read from its end.
  const along = ascending === (back === null) ? sql`asc` : sql`desc`;
  const rows = await tx.execute<Ranked>(sql`
    with page as (${sql.join(ranges, sql` union all `)})
    select c.id, c.email, ${displayName} as name, c.company, c.job_title, c.phone, c.city, c.state, c.country, c.timezone,
      c.language, c.status, c.lifecycle_stage as stage, c.lead_score as score, c.created_at as "createdAt",
      c.last_activity_at as "lastActivityAt", c.custom_fields as custom, p.key::text as key,
      array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id
        where ct.contact_id = c.id order by t.name limit 6) as tags
    from page p join contacts c on c.id = p.id
    order by p.part ${back ? sql`desc` : sql`asc`}, p.key ${along}, p.id ${along} limit ${pageSize + 1}`);
  const more = rows.length > pageSize;
  const shown = rows.slice(0, pageSize);
  if (back) shown.reverse();
  const place = (row: Ranked | undefined) =>
    row ? placeText(view.sort, { key: row.key, id: row.id }) : null;
  return {
    rows: shown.map(({ key: _, ...row }) => row),
    before: (back ? more : from !== null) ? place(shown[0]) : null,
    next: (back ? true : more) ? place(shown.at(-1)) : null,
  };
}

/** The contacts behind `from` (or before it): those with a value in the order, then those without. */
function rangesOf(
  { key, type, nullable }: Sort,
  {
    matching,
    from,
    ascending,
    back,
  }: { matching: SQL; from: Place | null; ascending: boolean; back: boolean },
): SQL[] {
  const forwards = ascending !== back;
  const beyond = forwards ? sql`>` : sql`<`;
  const along = forwards ? sql`asc` : sql`desc`;
  const valued = (place: SQL) => sql`(
    select c.id, ${key} as key, 1 as part from contacts c
    where ${matching} ${nullable ? sql`and ${key} is not null` : sql``} ${place}
    order by ${key} ${along}, c.id ${along} limit ${pageSize + 1})`;
  const empty = (place: SQL) => sql`(
    select c.id, null::${type} as key, 2 as part from contacts c where ${matching} and ${key} is null ${place}
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
  return typeof key === "string" && sorts[sort].reads.test(key) ? { key, id } : null;
}
