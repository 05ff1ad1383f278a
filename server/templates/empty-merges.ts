import { sql, type SQL } from "drizzle-orm";
import { contacts } from "#db/schema/contacts";
import { contactTags } from "#db/schema/tags";
import type { TenantTx } from "#db/tenancy";
import { mergeFields } from "#server/mail/schema";
import { shownFields, type ShownField } from "#server/mail/shown-fields";
import { mailable } from "#server/messages/mailable";
import { lookedAtMax, type EmptyMergeReport } from "./schema.ts";

const examplesMax = 5;

/**
 * Who of these contacts would get a gap where the texts show a field, and whom a required field keeps from getting the
 * mail at all. `who` is a predicate over `contacts c`. One pass over at most `lookedAtMax` of them, and one more for
 * the names of the first few.
 * @throws TemplateError when a text does not parse
 */
export async function findEmptyMerges(
  tx: TenantTx,
  { texts, who }: { texts: readonly string[]; who: SQL },
): Promise<EmptyMergeReport> {
  const fields = shownFields(texts).flatMap((field) => {
    const blank = blankOf(field.path);
    return blank ? [{ ...field, blank }] : [];
  });
  const audience = sql`${contacts} c where ${who} and ${mailable} limit ${lookedAtMax}`;
  const columns = fields.map(({ blank }, n) => sql`${blank} as ${sql.identifier(`f${n}`)}`);
  const each = fields.map((_, n) => sql`count(*) filter (where ${sql.identifier(`f${n}`)})::int`);
  const any = fields.map((_, n) => sql.identifier(`f${n}`));
  const [row] = await tx.execute<{ looked: number; people: number; counts: number[] }>(sql`
    select count(*)::int as looked,
      count(*) filter (where ${any.length > 0 ? sql.join(any, sql` or `) : sql`false`})::int as people,
      array[${sql.join(each, sql`, `)}]::int[] as counts
    from (select ${sql.join([sql`true as one`, ...columns], sql`, `)} from ${audience}) a`);
  const { looked, people, counts } = row ?? { looked: 0, people: 0, counts: [] };
  const empty = fields.flatMap((field, n) => (counts[n] ? [{ ...field, count: counts[n] }] : []));
  const examples = await firstOf(tx, empty, audience);
  return {
    looked,
    capped: looked === lookedAtMax,
    people,
    fields: empty
      .map(({ path, required, count }) => ({
        ...{ path, required, count },
        label: labelOf(path),
        examples: examples.get(path) ?? [],
      }))
      .sort((a, b) => Number(b.required) - Number(a.required) || b.count - a.count),
  };
}

type Example = EmptyMergeReport["fields"][number]["examples"][number];

async function firstOf(
  tx: TenantTx,
  empty: readonly (ShownField & { blank: SQL })[],
  audience: SQL,
): Promise<Map<string, Example[]>> {
  const found = new Map<string, Example[]>();
  if (empty.length === 0) return found;
  const parts = empty.map(
    ({ path, blank }) => sql`
      (select ${path}::text as path, c.id, c.email, nullif(concat_ws(' ', c.first_name, c.last_name), '') as name
      from (select c.* from ${audience}) c where ${blank} limit ${examplesMax})`,
  );
  const rows = await tx.execute<Example & { path: string }>(sql.join(parts, sql` union all `));
  for (const { path, ...person } of rows) found.set(path, [...(found.get(path) ?? []), person]);
  return found;
}

const labelOf = (path: string) => mergeFields.find((field) => field.path === path)?.label ?? path;

const columnOf: Readonly<Record<string, SQL>> = {
  first_name: sql`c.first_name`,
  last_name: sql`c.last_name`,
  full_name: sql`coalesce(nullif(c.name, ''), concat_ws(' ', c.first_name, c.last_name))`,
  phone: sql`c.phone`,
  company: sql`c.company`,
  job_title: sql`c.job_title`,
  city: sql`c.city`,
  state: sql`c.state`,
  country: sql`c.country`,
  language: sql`c.language`,
  last_activity: sql`c.last_activity_at::text`,
};

/** Whether a field of `contacts c` has nothing to show, as rendering sees it; null for one that always has something. */
function blankOf(path: string): SQL | null {
  if (path === "tags")
    return sql`not exists (select from ${contactTags} x where x.tenant_id = c.tenant_id and x.contact_id = c.id)`;
  const custom = /^custom\.(.+)$/.exec(path)?.[1];
  if (custom !== undefined)
    return sql`(coalesce(c.custom_fields ->> ${custom}, '') !~ '\\S'
      or c.custom_fields -> ${custom} in ('false'::jsonb, '[]'::jsonb))`;
  const column = columnOf[path];
  return column ? sql`coalesce(${column}, '') !~ '\\S'` : null;
}
