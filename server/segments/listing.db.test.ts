import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { namesHeld } from "./schema.ts";

test("every one of two thousand lists is reached by paging, back and forth, and by its name", async () => {
  const tenant = await newTenant();
  const { caller } = tenant;
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      insert into segments (name, segment_type)
      select case n % 2 when 0 then 'list ' else 'LIST ' end || lpad(n::text, 4, '0'), 'static' from generate_series(1, 2001) n`),
  );
  const names: string[] = [];
  let after: string | undefined;
  let pages = 0;
  for (;;) {
    const page = await caller.lists.list({ after });
    names.push(...page.rows.map(({ name }) => name.toLowerCase()));
    pages += 1;
    if (page.next === null) break;
    after = page.next;
  }
  expect(pages).toBe(41);
  expect(names).toEqual(Array.from({ length: 2001 }, (_, n) => `list ${String(n + 1).padStart(4, "0")}`));

  const third = await caller.lists.list({ after: "list 0100" });
  const second = await caller.lists.list({ before: third.before ?? "" });
  expect([second.rows[0]?.name, second.rows.at(-1)?.name]).toEqual(["LIST 0051", "list 0100"]);
  const first = await caller.lists.list({ before: second.before ?? "" });
  expect([first.rows[0]?.name, first.before, first.next]).toEqual(["LIST 0001", null, "list 0050"]);

  expect((await caller.lists.list({ q: "St 2001" })).rows.map(({ name }) => name)).toEqual(["LIST 2001"]);
  expect((await caller.segments.list({})).rows).toEqual([]);

  // A picker is told that there are more than it holds, and finds them.
  const held = await caller.segments.choices();
  expect(held).toHaveLength(namesHeld + 1);
  const [found, ...others] = await caller.segments.names({ kind: "list", words: "list 2001" });
  expect(found).toMatchObject({ name: "LIST 2001", hint: "0" });
  expect(others).toEqual([]);
  expect(await caller.segments.names({ kind: "audience", ids: [found?.id ?? ""] })).toMatchObject([
    { name: "LIST 2001", hint: "list" },
  ]);
});
