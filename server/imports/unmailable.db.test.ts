import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { markImportFailed } from "./failures.ts";
import { failImport } from "./mutations.ts";
import { noteNotMailed } from "./not-mailed.ts";
import { getImportJob } from "./queries.ts";
import { finishImport, importSlice, takeImport } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { requestUndo } from "./undo.ts";

const file = `Email,Name,Status
gone@example.com,Gone,
left@example.com,Left,
closed@shut.example,Closed,
fine@example.com,Fine,
says@example.com,Says,unsubscribed
`;

/** An import that has ended and owes the note of who gets no mail: one of its people has unsubscribed. */
async function owingNote(tenant: TestTenant): Promise<{ id: string; fence: number }> {
  const { caller, scope } = tenant;
  const { id: left } = await caller.contacts.create({ email: "left@example.com" });
  await caller.contacts.unsubscribe({ id: left });
  const { id } = await check(tenant, file);
  await begin(tenant, id);
  const fence = await takeOver(tenant, id);
  await importSlice(scope, id, fence);
  await finishImport(scope, id, fence);
  return { id, fence };
}

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
  const { fence: last } = await withTenant(scope, (tx) => getImportJob(tx, done.id));
  await noteNotMailed(scope, done.id, last);
  expect(await detailOf(tenant, done.id)).toEqual(done);
  const { lines } = await caller.imports.notMailedFile({ id: done.id, after: 0 });
  expect(lines.split("\r\n")).toHaveLength(5);
  expect(lines).toContain("3,left@example.com,Gets no mail");
  const other = await newTenant();
  expect((await other.caller.imports.notMailed({ id: done.id })).rows).toEqual([]);
});

test("an import has ended before those who get no mail are looked for, and what is undone by then has none", async () => {
  const tenant = await newTenant();
  const { id, fence } = await owingNote(tenant);
  const ended = { status: "completed", notMailed: 0, judging: true };
  expect(await detailOf(tenant, id)).toMatchObject(ended);
  await undoFile(tenant, id);
  await noteNotMailed(tenant.scope, id, fence);
  expect(await detailOf(tenant, id)).toMatchObject({ status: "rolled_back", notMailed: 0, judging: false });
});

test("who gets no mail is noted after all when the undo that stepped in fails for good", async () => {
  const tenant = await newTenant();
  const { scope } = tenant;
  const { id } = await owingNote(tenant);
  await withTenant(scope, (tx) => requestUndo(tx, id, tenant.userId));
  await takeOver(tenant, id);
  await withTenant(scope, (tx) => failImport(tx, id, "The disk is full."));
  await moveClock("10 minutes");
  expect(await stalled(id)).toEqual(["completed"]);
  await noteNotMailed(scope, id, await takeOver(tenant, id));
  expect(await detailOf(tenant, id)).toMatchObject({ status: "completed", judging: false, notMailed: 1 });
});

test("who gets no mail is noted by another run when the first one dies, and when that fails for good it can be asked for again", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const { id } = await owingNote(tenant);
  expect(await takeImport(scope, id, "too early")).toBeNull();
  await moveClock("10 minutes");
  expect(await stalled(id)).toEqual(["completed"]);
  const next = await takeImport(scope, id, "next");
  expect(next).toMatchObject({ work: "note" });

  const { tenantId, workspaceId } = tenant;
  const failed = (runId: string) =>
    markImportFailed(
      { run_id: runId, event: { data: { tenantId, workspaceId, importId: id, fence: 1 } } },
      new Error("no"),
    );
  await failed("of the first run");
  expect(await detailOf(tenant, id)).toMatchObject({ judging: true, judgingProblem: null });
  await failed("next");
  expect(await detailOf(tenant, id)).toMatchObject({
    status: "completed",
    problem: null,
    judging: false,
    judgingProblem: expect.stringContaining("Everything is imported.") as string,
  });
  await moveClock("10 minutes");
  expect(await stalled(id)).toEqual([]);

  await caller.imports.noteNotMailed({ id });
  await caller.imports.noteNotMailed({ id });
  expect(await detailOf(tenant, id)).toMatchObject({ judging: true, judgingProblem: null });
  await noteNotMailed(scope, id, await takeOver(tenant, id));
  expect(await detailOf(tenant, id)).toMatchObject({ judging: false, judgingProblem: null, notMailed: 1 });
  await moveClock("10 minutes");
  expect(await stalled(id)).toEqual([]);
  await expect(caller.imports.noteNotMailed({ id })).rejects.toThrow(/was noted meanwhile/);
});

/** The states in which the sweeper finds the import without a run. */
const stalled = async (id: string) =>
  (
    await withoutTenant((tx) =>
      tx.execute<{ status: string }>(sql`select status from stalled_jobs() where id = ${id}::uuid`),
    )
  ).map(({ status }) => status);

test("nobody on the suppression list consents by a file, neither by its options nor by its columns", async () => {
  const tenant = await newTenant();
  const { caller, scope, workspaceId } = tenant;
  const { id: left } = await caller.contacts.create({ email: "left@x.test" });
  await caller.contacts.unsubscribe({ id: left });
  await caller.contacts.erase({ id: left });
  await importFile(tenant, "email\nknown@x.test\n");
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into suppressions (email_normalized, scope, workspace_id, reason, source, expires_at) values
        ('@shut.test', 'tenant', null, 'by_hand', 'manual', null),
        ('known@x.test', 'workspace', ${workspaceId}::uuid, 'bounced', 'manual', null),
        ('over@x.test', 'tenant', null, 'by_hand', 'manual', app_now() - interval '1 day')`),
  );
  const people = ["left@x.test", "closed@shut.test", "known@x.test", "new@x.test", "over@x.test"];
  const consented = () =>
    withTenant(scope, async (tx) => [
      ...(await tx.execute(sql`
        select email, consent_basis as basis, consent_source as source, consent_at is not null as dated from contacts
        where consent_basis is not null or consent_source is not null or consent_at is not null order by email`)),
    ]);
  const consent = { basis: "consent", source: "Fair" } as const;
  const ways = [
    { lines: people, header: "email", options: { consent, bytes: 20 }, source: "Fair" },
    {
      lines: people.map((email) => `${email},new,consent`),
      header: "email,lifecycle_stage,consent_basis",
      options: { bytes: 2000 },
      source: null,
    },
  ];
  for (const { lines, header, options, source } of ways) {
    // Each of them twice: a later row takes the earlier one's place.
    const file = `${header}\n${[...lines, ...lines].join("\n")}\n`;
    const { forecast } = await check(tenant, file, options);
    expect(forecast).toMatchObject({ created: 4, updated: 0, unchanged: 1 });
    const { id, ...done } = await importFile(tenant, file, options);
    expect(done).toMatchObject({ created: 4, updated: 0, unchanged: 1, errors: 0 });
    expect(await consented()).toMatchObject([
      { email: "new@x.test", basis: "consent", source },
      { email: "over@x.test", basis: "consent", source },
    ]);
    await undoFile(tenant, id);
    expect(await consented()).toEqual([]);
  }
});
