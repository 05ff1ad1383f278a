import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { createWorkspace } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { callerFor } from "#server/testing";
import { importOptions } from "./schema.ts";
import { check, importFile, type TestTenant, undoFile, upload } from "./testing.ts";

/** Another workspace of the same organization, of the same person. */
async function sibling(tenant: TestTenant): Promise<TestTenant> {
  const made = await createWorkspace(tenant);
  const { sessionId } = tenant;
  return { ...made, sessionId, caller: callerFor({ sessionId, workspaceSlug: made.slug }) };
}

const file = "email,first_name,plan,tags\nada@example.com,Ada,pro,vip\nbad,Bob,,\n";
const notFound = { code: "NOT_FOUND" };

test("ids of another organization, or of another workspace, are unknown wherever an import takes one", async () => {
  const ours = await newTenant();
  const { id } = await importFile(ours, file, { newList: "Ours" });
  const waiting = await check(ours, file);
  const [list] = (await ours.caller.lists.list({})).rows;
  const schedule = { name: "S", url: "https://example.com/a.csv", cron: "0 6 * * *", timezone: "UTC" };
  const made = await ours.caller.imports.schedules.create({ ...schedule, likeImportId: id });
  for (const theirs of [await newTenant(), await sibling(ours)]) {
    const { imports } = theirs.caller;
    const own = await upload(theirs, file);
    const taken = [
      imports.byId({ id }),

      imports.rejected({ id, after: 0 }),
      imports.inspect({ id }),
      imports.check({ id: waiting.id, mapping: waiting.mapping, options: importOptions.parse({}) }),
      imports.start({ id: waiting.id }),
      imports.cancel({ id: waiting.id }),
      imports.noteNotMailed({ id }),
      imports.correct({ id, rows: [{ line: 3, cells: ["b@example.com", "Bob", "", ""] }] }),
      imports.undo({ id }),
      imports.undoForecast({ id }),
      imports.putPart({ id, part: 0, bytes: new Uint8Array(1) }),
      imports.create({ key: id, fileName: "contacts.csv", sizeBytes: file.length }),
      imports.check({
        id: own.id,
        mapping: own.mapping,
        options: importOptions.parse({ listId: list?.id }),
      }),
      imports.schedules.create({ ...schedule, likeImportId: id }),
      imports.schedules.update({ ...schedule, id: made.id }),
      imports.schedules.switch({ id: made.id, enabled: false }),
    ];
    for (const [at, outcome] of (await Promise.allSettled(taken)).entries())
      expect({ at, outcome }).toMatchObject({ outcome: { status: "rejected", reason: notFound } });
    expect((await imports.badRows({ id, code: "email_invalid" })).rows).toEqual([]);
    expect((await imports.undoKept({ id })).rows).toEqual([]);
    expect((await imports.kept({ id })).rows).toEqual([]);
    expect((await imports.list({})).rows.map((row) => row.id)).toEqual([own.id]);
    expect(await imports.schedules.list()).toEqual([]);
    // What was mapped and imported before elsewhere is no news here.
    expect(own.preview.notes).toEqual([]);
    expect(own.guesses.map(({ how }) => how)).not.toContain("remembered");
  }
  expect(await ours.caller.imports.byId({ id: waiting.id })).toMatchObject({
    status: "awaiting_confirmation",
  });
});

test("one person in many workspaces is as many contacts, each with a consent and an undo of its own", async () => {
  const first = await newTenant();
  const tenants = [first, await sibling(first), await sibling(first), await newTenant()];
  const ids: string[] = [];
  for (const tenant of tenants) ids.push((await importFile(tenant, "email\nada@example.com\n")).id);
  await withTenant(first.scope, (tx) =>
    tx.execute(sql`update contacts set status = 'unsubscribed', unsubscribed_at = app_now()`),
  );
  for (const tenant of tenants) await importFile(tenant, "email,first_name\nada@example.com,Ada\n");
  await undoFile(tenants[1] as TestTenant, ids[1] ?? v7());
  const seen = await Promise.all(
    tenants.map((tenant) =>
      withTenant(tenant.scope, async (tx) => [
        ...(await tx.execute<{ status: string; first_name: string }>(
          sql`select status, first_name from contacts`,
        )),
      ]),
    ),
  );
  const active = [{ status: "active", first_name: "Ada" }];
  expect(seen).toEqual([[{ status: "unsubscribed", first_name: "Ada" }], active, active, active]);
});
