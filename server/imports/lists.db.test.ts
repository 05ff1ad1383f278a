import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importSlice } from "./run.ts";
import { begin, check, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";

const membersOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) => [
    ...(await tx.execute<{ name: string; counted: number; members: string[] }>(sql`
      select s.name, s.contact_count as counted, array(select c.email from segment_contacts m join contacts c on c.id = m.contact_id
        where m.segment_id = s.id order by 1) as members
      from segments s where s.segment_type = 'static' order by s.name`)),
  ]);

test("lists are found by name in any case and made where missing; the last row of a person decides, and undo takes back what was new", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const old = await caller.lists.create({ name: "Öld" });
  const { id: known } = await caller.contacts.create({ email: "known@example.com" });
  await caller.lists.add({ id: old.id, contactIds: [known] });
  await withTenant(scope, (tx) =>
    createSegment(tx, { name: "Smart", rules: { version: 1, match: "all", rules: [] } }),
  );
  const before = await membersOf(tenant);
  const file = `email,lifecycle_stage,lists
a@example.com,,ÖLD; New
b@example.com,,"new, SMART"
known@example.com,,öld|NEW|new
a@example.com,,New|Newer|NEWER
`;
  // Some bytes at a time: rows of one person fall into different slices.
  const { id, created, forecast } = await importFile(tenant, file, { bytes: 40, newList: "All" });
  expect(created).toBe(2);
  expect(forecast?.warnings).toMatchObject([{ code: "list_is_segment", rows: 1 }]);
  expect(forecast?.newLists).toEqual({ count: 2, names: ["New", "Newer"] });
  expect(await membersOf(tenant)).toEqual([
    { name: "All", counted: 3, members: ["a@example.com", "b@example.com", "known@example.com"] },
    { name: "New", counted: 3, members: ["a@example.com", "b@example.com", "known@example.com"] },
    { name: "Newer", counted: 1, members: ["a@example.com"] },
    { name: "Öld", counted: 1, members: ["known@example.com"] },
  ]);
  await undoFile(tenant, id);
  expect(await membersOf(tenant)).toEqual(before);
});

test("a column that would make more than a thousand lists is not imported, checked or not", async () => {
  const tenant = await newTenant();
  const file = `email,lifecycle_stage,lists\n${Array.from({ length: 1001 }, (_, n) => `p${n}@example.com,,List ${n}\n`).join("")}`;
  const { id, forecast } = await check(tenant, file);
  expect(forecast?.newLists).toMatchObject({
    count: 1001,
    names: expect.arrayContaining(["List 19"]) as string[],
  });
  await expect(begin(tenant, id)).rejects.toThrow(/more than 1,000 lists/);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update import_jobs set file_format = file_format - 'forecast' where id = ${id}::uuid`),
  );
  await begin(tenant, id);
  await expect(importSlice(tenant.scope, id, await takeOver(tenant, id))).rejects.toThrow(
    /more than 1,000 lists/,
  );
  expect((await tenant.caller.lists.list({})).rows).toEqual([]);
});

test("the dry run says that new people will lack a required field to which no column goes", async () => {
  const tenant = await newTenant();
  await tenant.caller.contacts.create({ email: "known@example.com" });
  for (const [label, defaultValue] of [
    ["Plan", ""],
    ["Tier", "gold"],
  ] as const)
    await tenant.caller.customFields.create({ label, type: "text", required: true, defaultValue });
  const { forecast } = await check(tenant, "email\nknown@example.com\na@example.com\nb@example.com\n");
  expect(forecast?.warnings).toMatchObject([
    { code: "required_lacking", rows: 2, examples: [{ field: "Plan" }] },
  ]);
  expect((await check(tenant, "email,plan\na@example.com,pro\n")).forecast?.warnings).toEqual([]);
});
