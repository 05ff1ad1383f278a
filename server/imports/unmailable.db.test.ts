import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { finishImport, importSlice, noteNotMailed } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, undoFile } from "./testing.ts";

const file = `Email,Name,Status
gone@example.com,Gone,
left@example.com,Left,
closed@shut.example,Closed,
fine@example.com,Fine,
says@example.com,Says,unsubscribed
`;

test("people who get no mail have a remark on their row, in the dry run and in the result, and are a file", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id: left } = await caller.contacts.create({ email: "left@example.com" });
  await caller.contacts.unsubscribe({ id: left });
  const { id: erased } = await caller.contacts.create({ email: "gone@example.com" });
  await caller.contacts.unsubscribe({ id: erased });
  await caller.contacts.erase({ id: erased });
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('@shut.example', 'tenant', 'by_hand', 'manual')`,
    ),
  );
  const remarks = [
    { line: 2, email: "gone@example.com", message: expect.stringContaining("erased") as string },
    { line: 3, email: "left@example.com", message: expect.stringContaining("unsubscribed") as string },
    {
      line: 4,
      email: "closed@shut.example",
      message: expect.stringContaining("whole domain is on the suppression list (by hand)") as string,
    },
  ];
  const checked = await check(tenant, file);
  expect(checked.forecast?.unmailable).toBe(3);
  expect((await caller.imports.notMailed({ id: checked.id })).rows).toEqual(remarks);
  const done = await importFile(tenant, file);
  expect(done).toMatchObject({ created: 4, notMailed: 3 });
  expect((await caller.imports.notMailed({ id: done.id })).rows).toEqual(remarks);
  // A step that died after its commit runs again.
  await noteNotMailed(scope, done.id);
  expect(await detailOf(tenant, done.id)).toEqual(done);
  const { lines } = await caller.imports.notMailedFile({ id: done.id, after: 0 });
  expect(lines.split("\r\n")).toHaveLength(5);
  expect(lines).toContain("3,left@example.com,Gets no mail");
  const other = await newTenant();
  expect((await other.caller.imports.notMailed({ id: done.id })).rows).toEqual([]);
});

test("an import has ended before those who get no mail are looked for, and what is undone by then has none", async () => {
  const tenant = await newTenant();
  const { id: left } = await tenant.caller.contacts.create({ email: "left@example.com" });
  await tenant.caller.contacts.unsubscribe({ id: left });
  const { id } = await check(tenant, file);
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  await importSlice(tenant.scope, id, fence);
  await finishImport(tenant.scope, id, fence);
  const ended = { status: "completed", notMailed: 0, judging: true };
  expect(await detailOf(tenant, id)).toMatchObject(ended);
  await undoFile(tenant, id);
  await noteNotMailed(tenant.scope, id);
  expect(await detailOf(tenant, id)).toMatchObject({ status: "rolled_back", notMailed: 0, judging: false });
});
