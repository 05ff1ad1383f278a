import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { correctRows } from "./correct.ts";
import { listBadRows } from "./corrections.ts";
import { checkImport } from "./check.ts";
import { finishImport, importSlice } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";

const header = "email,first_name,tags\n";
const file = `${header}a@x.test,Ada,\nbad,Bob,vip\nworse,Cy,\nc@x.test,Dan,\n`;

const correct = (tenant: TestTenant, id: string, rows: [number, string[]][]) =>
  withTenant(tenant.scope, (tx) =>
    correctRows(tx, { id, rows: rows.map(([line, cells]) => ({ line, cells })) }, tenant.userId),
  );
const badRows = (tenant: TestTenant, id: string) =>
  withTenant(tenant.scope, (tx) => listBadRows(tx, { id, code: "email_invalid" }));
const namesOf = (tenant: TestTenant) =>
  withTenant(tenant.scope, async (tx) =>
    (
      await tx.execute<{ who: string }>(sql`
        select concat_ws(' ', email, first_name, (select t.name from contact_tags ct join tags t on t.id = ct.tag_id where ct.contact_id = c.id)) as who
        from contacts c order by email`)
    ).map(({ who }) => who),
  );

test("rows corrected before the import take the place of those of the file", async () => {
  const tenant = await newTenant();
  const { id, forecast } = await check(tenant, file);
  expect(forecast).toMatchObject({ created: 2, errors: 2 });
  expect(await badRows(tenant, id)).toMatchObject([
    { line: 3, cells: ["bad", "Bob", "vip"] },
    { line: 4, cells: ["worse", "Cy", ""] },
  ]);
  await expect(correct(tenant, id, [[2, ["x@x.test", "", ""]]])).rejects.toMatchObject({ code: "invalid" });
  // The second of them is given the address of a later row, which decides.
  await correct(tenant, id, [
    [3, ["b@x.test", "Bob", "vip"]],
    [4, ["c@x.test", "Cy", ""]],
  ]);
  await checkImport(tenant.scope, id, await takeOver(tenant, id));
  expect((await detailOf(tenant, id)).forecast).toMatchObject({ created: 3, repeated: 1, errors: 0 });
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  while (!(await importSlice(tenant.scope, id, fence, 20)).done);
  await finishImport(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ created: 3, skipped: 1, errors: 0, totalRows: 4 });
  expect(await tenant.caller.imports.problems({ id })).toEqual([]);
  expect(await namesOf(tenant)).toEqual(["a@x.test Ada", "b@x.test Bob vip", "c@x.test Dan"]);
});

test("rows refused because their person is here can be corrected before the import, too", async () => {
  const tenant = await newTenant();
  await importFile(tenant, "email,first_name\na@x.test,Before\nb@x.test,Before\n");
  const people = "email,first_name,tags\na@x.test,Ada,\nnew@x.test,New,\nb@x.test,Bea,vip\nb@x.test,Bob,\n";
  const { id, forecast } = await check(tenant, people, { duplicates: "error", bytes: 20 });
  expect(forecast).toMatchObject({ created: 1, errors: 2, repeated: 1 });
  const { rows } = await tenant.caller.imports.badRows({ id, code: "exists" });
  expect(rows).toMatchObject([
    { line: 2, cells: ["a@x.test", "Ada", ""] },
    { line: 5, cells: ["b@x.test", "Bob", ""] },
  ]);
  await correct(tenant, id, [
    [2, ["ada@x.test", "Ada", ""]],
    [5, ["b@x.test", "Bobby", ""]],
  ]);
  await checkImport(tenant.scope, id, await takeOver(tenant, id));
  expect((await detailOf(tenant, id)).forecast).toMatchObject({ created: 2, errors: 1 });
  const again = await tenant.caller.imports.badRows({ id, code: "exists" });
  expect(again.rows).toMatchObject([{ line: 5, cells: ["b@x.test", "Bobby", ""] }]);
});

test("a correction that is still wrong is shown as it was corrected", async () => {
  const tenant = await newTenant();
  const { id } = await check(tenant, file);
  await correct(tenant, id, [[3, ["still bad@", "Bob", ""]]]);
  await checkImport(tenant.scope, id, await takeOver(tenant, id));
  expect((await detailOf(tenant, id)).forecast).toMatchObject({ created: 2, errors: 2 });
  expect((await badRows(tenant, id))[0]).toMatchObject({ line: 3, cells: ["still bad@", "Bob", ""] });
});

test("rows corrected after the import become part of it, and its undo takes them back", async () => {
  const tenant = await newTenant();
  await importFile(tenant, `${header}known@x.test,Known,\n`);
  const { id } = await importFile(tenant, file, { newList: "Fair" });
  expect(
    await correct(tenant, id, [
      [3, ["known@x.test", "Bob", "vip"]],
      [4, ["nope", "Cy", ""]],
    ]),
  ).toEqual({ fence: null, imported: 1, rejected: 1 });
  expect(await detailOf(tenant, id)).toMatchObject({ created: 2, updated: 1, errors: 1, totalRows: 4 });
  expect(await badRows(tenant, id)).toMatchObject([{ line: 4, cells: ["nope", "Cy", ""] }]);
  await correct(tenant, id, [[4, ["d@x.test", "Cy", ""]]]);
  expect(await namesOf(tenant)).toEqual([
    "a@x.test Ada",
    "c@x.test Dan",
    "d@x.test Cy",
    "known@x.test Bob vip",
  ]);
  await expect(correct(tenant, id, [[4, ["e@x.test", "", ""]]])).rejects.toMatchObject({ code: "invalid" });
  await undoFile(tenant, id);
  expect(await namesOf(tenant)).toEqual(["known@x.test Known"]);
});
