import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importListInput } from "./schema.ts";

test("the history is narrowed by state, person, day of the workspace's zone and name, and paged without a gap", async () => {
  const tenant = await newTenant({ timezone: "Pacific/Kiritimati" });
  const stranger = await newTenant();
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      insert into import_jobs (file_name, status, error_count, created_by, created_at)
      select 'people-' || n || '.csv', case when n % 10 = 0 then 'failed' else 'completed' end,
        case when n % 7 = 0 then 3 else 0 end, case when n <= 40 then ${tenant.userId}::uuid end,
        -- Half past ten in the evening of that day in Greenwich is the next one on Kiritimati.
        timestamptz '2026-01-01 22:30+00' + n * interval '1 day'
      from generate_series(1, 70) n`),
  );
  const all = async (query: Record<string, string>) => {
    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = await tenant.caller.imports.list(
        importListInput.parse({ ...query, ...(after && { after }) }),
      );
      names.push(...page.rows.map(({ fileName }) => fileName));
      after = page.next ?? undefined;
    } while (after);
    return names;
  };
  const names = await all({});
  expect(names).toHaveLength(70);
  expect(new Set(names).size).toBe(70);
  expect(await all({ state: "failed" })).toHaveLength(7);
  expect(await all({ state: "rejected" })).toHaveLength(10);
  expect(await all({ by: tenant.userId, q: "PEOPLE-4" })).toEqual(["people-40.csv", "people-4.csv"]);
  expect(await all({ from: "2026-01-03", to: "2026-01-04" })).toEqual(["people-2.csv", "people-1.csv"]);
  expect(await all({ from: "yesterday", state: "lost", by: "me", q: "" })).toHaveLength(70);
  expect(await tenant.caller.imports.importers()).toEqual([{ id: tenant.userId, name: "Olive Owner" }]);
  expect((await stranger.caller.imports.list({})).rows).toEqual([]);
  expect(await stranger.caller.imports.importers()).toEqual([]);
});
