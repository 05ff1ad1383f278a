import { sql } from "drizzle-orm";
import { afterEach, expect, test } from "vitest";
import { createSegment, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { compileFilter, matchingIds } from "./filter.ts";
import { listContacts, type NextMatches, nextMatches } from "./listing.ts";
import { type ContactFilter, contactListInput, countMax } from "./schema.ts";

const people = 400;
/**
 * On a table as big as this one says it is, a sample decides how contacts are looked for. Of so few pages it takes all:
 * the contacts of other tests must not crowd these out.
 */
const claimRows = (rows: number) =>
  asOwner(
    (owner) => owner`
      select pg_restore_relation_stats('schemaname', 'public', 'relname', 'contacts', 'reltuples', ${rows}::real,
        'relpages', 60)`,
  );
afterEach(() => asOwner((owner) => owner`analyze contacts`));

/** Contact number n: every sixth is tagged "vip", every fifth on the list, its score is n % 101. */
async function populated() {
  const { scope } = await createTenant();
  const list = await withTenant(scope, async (tx) => {
    await tx.execute(sql`insert into custom_field_definitions (field_name, label, field_type)
      values ('plan', 'Plan', 'text'), ('seats', 'Seats', 'number'), ('since', 'Since', 'date')`);
    await tx.execute(sql`
      insert into contacts (email, email_normalized, first_name, custom_fields, lead_score, status, lifecycle_stage, created_at)
      select 'p' || n || '@odd-' || n % 7 || '.test', 'p' || n || '@odd-' || n % 7 || '.test', case when n % 2 = 0 then 'Ada' else 'Bo' end,
        jsonb_build_object('plan', (array['free', 'pro'])[1 + n % 2], 'seats', n % 50 + 0.5, 'since', '2026-01-' || lpad((1 + n % 28)::text, 2, '0')),
        n % 101, case when n % 9 = 0 then 'bounced' else 'active' end, case when n % 4 = 0 then 'customer' else 'new' end,
        '2026-03-01T00:00:00Z'::timestamptz + make_interval(hours => n)
      from generate_series(1, ${people}::int) n order by n`);
    await tx.execute(sql`insert into tags (name) values ('vip')`);
    await tx.execute(sql`insert into contact_tags (contact_id, tag_id) select c.id, t.id from contacts c, tags t
      where substr(split_part(c.email, '@', 1), 2)::int % 6 = 0`);
    const [made] = await tx.execute<{ id: string }>(
      sql`insert into segments (name, segment_type) values ('Fifth', 'static') returning id`,
    );
    await tx.execute(sql`insert into segment_contacts (segment_id, contact_id) select ${made?.id}::uuid, id from contacts
      where substr(split_part(email, '@', 1), 2)::int % 5 = 0`);
    return made?.id ?? "";
  });
  const numbersOf = (ids: readonly string[]) =>
    withTenant(scope, async (tx) => {
      const rows = await tx.execute<{ id: string; n: number }>(
        sql`select id, substr(split_part(email, '@', 1), 2)::int as n from contacts`,
      );
      const known = new Map(rows.map(({ id, n }) => [id, n]));
      return ids.map((id) => known.get(id) ?? 0);
    });
  const found = async (filter: ContactFilter, atMost?: number) =>
    numbersOf(
      await withTenant(scope, async (tx) => {
        const ids = matchingIds(await compileFilter(tx, filter), atMost === undefined ? {} : { atMost });
        return (await tx.execute<{ id: string }>(ids)).map(({ id }) => id);
      }),
    );
  return { scope, list, found, numbersOf };
}

const hours = (from: number, until: number) => (n: number) => n >= from && n < until;
type Case = [filter: ContactFilter, fits: (n: number) => boolean];
const casesOf = (list: string): Case[] => [
  [{ q: "ODD-3" }, (n) => n % 7 === 3],
  [{ q: "test ada" }, () => false],
  [{ status: ["bounced"] }, (n) => n % 9 === 0],
  [{ status: ["active", "bounced"] }, () => true],
  [{ stage: ["customer", "churned"] }, (n) => n % 4 === 0],
  [{ stage: ["new"] }, (n) => n % 4 !== 0],
  [{ scoreMin: 99 }, (n) => n % 101 >= 99],
  [{ scoreMin: 10, scoreMax: 60 }, (n) => n % 101 >= 10 && n % 101 <= 60],
  [{ tag: ["VIP"] }, (n) => n % 6 === 0],
  [{ tag: ["vip", "nobody's"] }, () => false],
  [{ list }, (n) => n % 5 === 0],
  [{ custom: { plan: "pro" } }, (n) => n % 2 === 1],
  [{ custom: { seats: "10..20" } }, (n) => n % 50 >= 10 && n % 50 < 20],
  [{ custom: { seats: "..1" } }, (n) => n % 50 === 0],
  [{ custom: { since: "2026-01-27.." } }, (n) => n % 28 >= 26],
  [{ addedFrom: "2026-03-02", addedTo: "2026-03-02" }, hours(24, 48)],
  [{ addedFrom: "2026-03-16" }, hours(360, people + 1)],
  [{ q: "odd", tag: ["vip"], list, scoreMin: 90 }, (n) => n % 30 === 0 && n % 101 >= 90],
  [
    { q: "odd", custom: { plan: "free", seats: "..25" }, status: ["active"] },
    (n) => n % 2 === 0 && n % 50 < 25 && n % 9 !== 0,
  ],
  [{ tag: ["vip"], custom: { plan: "pro" } }, () => false],
];

test("a filter lets through whom it means, on a table of any size", async () => {
  const { list, found } = await populated();
  const everybody = Array.from({ length: people }, (_, index) => index + 1);
  for (const rows of [people, 1_000_000]) {
    await claimRows(rows);
    for (const [filter, fits] of casesOf(list)) {
      const those = (await found(filter)).sort((a, b) => a - b);
      expect({ rows, filter, those }).toEqual({ rows, filter, those: everybody.filter(fits) });
    }
  }
});

test("of many that match, the newest are shown; the next ones in order leave nobody out", async () => {
  const { scope, found, numbersOf } = await populated();
  const rules = {
    version: 1,
    match: "any",
    rules: [{ field: "lead_score", operator: "greater_than", value: 97 }],
  };
  const high = await withTenant(scope, (tx) => createSegment(tx, { name: "High", rules }));
  await claimRows(1_000_000);
  expect(await found({ q: "odd", custom: { plan: "pro" } }, 3)).toEqual([399, 397, 395]);
  const filters: ContactFilter[] = [
    { q: "odd" },
    { q: "odd-3" },
    { custom: { seats: "49.." } },
    { q: "odd", segment: high },
    { custom: { plan: "pro" }, segment: high },
    { segment: high },
  ];
  for (const filter of filters) {
    const seen: string[] = [];
    for (let behind: string | null = null; ;) {
      const from: string | null = behind;
      const next: NextMatches = await withTenant(scope, (tx) =>
        nextMatches(tx, filter, { behind: from, upto: null, limit: 30 }),
      );
      if (next.last === null) break;
      seen.push(...next.ids);
      behind = next.last;
    }
    const numbers = await numbersOf(seen);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    expect(numbers).toEqual((await found(filter)).sort((a, b) => a - b));
  }
});

test("two filters of many that share nobody show nobody, and say so", async () => {
  const { scope } = await populated();
  await claimRows(1_000_000);
  const view = contactListInput.parse({ tag: "vip", "custom.plan": "pro" });
  const page = await withTenant(scope, (tx) => listContacts(tx, view));
  expect(page).toMatchObject({ rows: [], total: 0, capped: false, next: null });
});

test("of more than ten thousand that match the page shows ten thousand, and says that there are more", async () => {
  const { scope } = await createTenant();
  const matching = (stage: string) =>
    withTenant(scope, (tx) => listContacts(tx, contactListInput.parse({ stage })));
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into contacts (email, email_normalized, lifecycle_stage)
      select 'p' || n || '@many.test', 'p' || n || '@many.test', 'customer' from generate_series(1, ${countMax}::int) n`),
  );
  expect(await matching("customer")).toMatchObject({ total: countMax, capped: false });
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into contacts (email, email_normalized, lifecycle_stage)
      values ('one@more.test', 'one@more.test', 'customer')`),
  );
  expect(await matching("customer")).toMatchObject({ total: countMax + 1, capped: true });
  expect(await withTenant(scope, (tx) => listContacts(tx, contactListInput.parse({})))).toMatchObject({
    capped: false,
  });
});

test("what a filter holds stays a value", async () => {
  const { found } = await populated();
  for (const q of ["' or true --", "$1", "\\", "%", "_"]) expect(await found({ q })).toEqual([]);
  await expect(found({ custom: { seats: "1..2' or true" } })).rejects.toThrow("is not a number");
});
