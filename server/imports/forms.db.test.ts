import { gzipSync } from "node:zlib";
import { sql } from "drizzle-orm";
import { beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { requestCheck } from "./mutations.ts";
import { importOptions } from "./schema.ts";
import { spoolImport } from "./spool.ts";
import { forms, text, windows1252 } from "./testing-forms.ts";
import { check, detailOf, importFile, takeOver, type TestTenant, upload } from "./testing.ts";

const contactsOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => [
    ...(await tx.execute(sql`
      select c.email_normalized, c.email, c.first_name, c.company, c.phone, c.custom_fields,
        array(select t.name::text from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id order by 1) as tags
      from contacts c where c.deleted_at is null order by c.email_normalized`)),
  ]);

let expected: Awaited<ReturnType<typeof contactsOf>>;
beforeAll(async () => {
  const tenant = await newTenant();
  const done = await importFile(tenant, text(",", "\n"));
  expect(done).toMatchObject({ created: 198, errors: 1, skipped: 1, totalRows: 200 });
  expected = await contactsOf(tenant);
  expect(expected[0]).toMatchObject({
    custom_fields: { zip: "00000", notes: "one\n“two” – 0", likes: ["Tea", "Jam"], badges: "b0|c0" },
  });
});

const standing = forms.filter(({ stands }) => stands);
test.each(standing)("the same rows give the same contacts: $name", async ({ file, fileName, format }) => {
  const tenant = await newTenant();
  // Small slices, so that a file is read in many.
  const done = await importFile(tenant, await file(), { fileName, bytes: 8000, ...(format && { format }) });
  expect(done).toMatchObject({ status: "completed", created: 198, errors: 1, skipped: 1, totalRows: 200 });
  expect(await contactsOf(tenant)).toEqual(expected);
});

test("rows laid down half-way by a run that died are written again, and the file is read in another way afresh", async () => {
  const tenant = await newTenant();
  const bytes = windows1252(text(",", "\n"));
  const { id, mapping } = await upload(tenant, bytes);
  const options = importOptions.parse({});
  await withTenant(tenant.scope, (tx) => requestCheck(tx, id, mapping, options));
  const fence = await takeOver(tenant, id);
  expect(await spoolImport(tenant.scope, id, fence)).toEqual({ outcome: "ready" });
  expect(await spoolImport(tenant.scope, id, fence)).toEqual({ outcome: "ready" });
  expect(await spoolImport(tenant.scope, id, fence + 1)).toEqual({ outcome: "lost" });
});

test("a column that comes up late is named, left out, and can be mapped then", async () => {
  const tenant = await newTenant();
  const items = Array.from({ length: 1500 }, (_, n) => ({
    email: `p${n}@example.com`,
    ...(n > 1400 && { late: `l${n}` }),
  }));
  const seen = await check(tenant, JSON.stringify(items), { fileName: "people.json" });
  expect(seen.forecast).toMatchObject({ rows: 1500, errors: 0 });
  const again = await tenant.caller.imports.inspect({ id: seen.id });
  expect(again.headers).toEqual(["email", "late"]);
  expect(again.mapping[1]).toMatchObject({ header: "late", target: "ignore" });
  expect(again.preview.notes).toMatchObject([{ code: "late_columns", column: 1, message: /item 1402/ }]);
});

test("fields for which there is no column any more are named, wherever they come up", async () => {
  const tenant = await newTenant();
  const many = Object.fromEntries(Array.from({ length: 198 }, (_, n) => [`f${n}`, "x"]));
  const items = Array.from({ length: 1500 }, (_, n) => ({
    email: `p${n}@example.com`,
    ...(n === 0 && many),
    ...(n > 1400 && { late: "a", later: "b", latest: "c" }),
  }));
  const seen = await check(tenant, JSON.stringify(items), { fileName: "people.json" });
  const { preview } = await tenant.caller.imports.inspect({ id: seen.id });
  expect(preview.notes.map(({ code, message }) => [code, message])).toEqual([
    ["late_columns", expect.stringContaining("late")],
    ["crowded_columns", expect.stringMatching(/200 different fields: "later" and 1 more are left out/)],
  ]);
});

test("damage behind the first rows fails the check with a sentence, and writes nothing", async () => {
  const tenant = await newTenant();
  const many = Array.from({ length: 60_000 }, (_, n) => `p${n}@example.com,${Math.sin(n)}\n`).join("");
  const packed = gzipSync(`email,x\n${many}`);
  packed[packed.length - 6] = (packed[packed.length - 6] ?? 0) ^ 1;
  const { id } = await check(tenant, packed, { fileName: "people.csv.gz" });
  const failed = await detailOf(tenant, id);
  expect(failed).toMatchObject({ status: "failed", created: 0 });
  expect(failed.problem).toMatch(/"people\.csv\.gz" is damaged: .*Pack it again/);
});

test("broken items of JSON are reported with their number, and the others are imported", async () => {
  const tenant = await newTenant();
  const done = await importFile(
    tenant,
    `[{"email":"a@example.com"},{"email":"b@example.com},{"email":"c@example.com"},7]`,
    {
      fileName: "people.json",
    },
  );
  expect(done).toMatchObject({ created: 2, errors: 2, totalRows: 4 });
  const [group] = await tenant.caller.imports.problems({ id: done.id });
  expect(group).toMatchObject({ code: "json_broken", rows: 2, examples: [{ line: 2 }, { line: 4 }] });
});
