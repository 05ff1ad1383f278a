import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { markUndoFailed } from "./failures.ts";
import { cancelImport, failImport } from "./mutations.ts";
import { importSlice } from "./run.ts";
import { begin, check, detailOf, importFile, takeOver, type TestTenant, undoFile } from "./testing.ts";
import { requestUndo } from "./undo.ts";
import { forecastUndo } from "./undo-forecast.ts";
import { undoSlices } from "./undo-slices.ts";

const file = `email,first_name\n${Array.from({ length: 12 }, (_, n) => `p${n}@example.com,P${n}\n`).join("")}`;

/** An import that wrote a part of its file; `stop` ends it. */
async function partOf(tenant: TestTenant, stop: (id: string) => Promise<unknown>): Promise<string> {
  const { id } = await check(tenant, file);
  await begin(tenant, id);
  await importSlice(tenant.scope, id, await takeOver(tenant, id), 100);
  await stop(id);
  return id;
}

const ends: Record<string, (tenant: TestTenant) => Promise<string>> = {
  completed: async (tenant) => (await importFile(tenant, file)).id,
  cancelled: (tenant) =>
    partOf(tenant, (id) => withTenant(tenant.scope, (tx) => cancelImport(tx, id, tenant.userId))),
  failed: (tenant) =>
    partOf(tenant, (id) => withTenant(tenant.scope, (tx) => failImport(tx, id, "It stopped."))),
};

test.each(Object.keys(ends))(
  "an undo that fails for good leaves the import %s as it was, says so, and can be asked for again",
  async (status) => {
    const tenant = await newTenant();
    const { tenantId, workspaceId, scope } = tenant;
    const id = (await ends[status]?.(tenant)) ?? "";
    const before = await detailOf(tenant, id);
    expect(before).toMatchObject({ status, problem: status === "failed" ? "It stopped." : null });
    await withTenant(scope, (tx) => requestUndo(tx, id, tenant.userId));
    const fence = await takeOver(tenant, id);
    await undoSlices(scope, id, fence, { size: 1, slicesMax: 2, abreast: 1 });
    const [job] = await withTenant(scope, (tx) =>
      tx.execute<{ run: string }>(sql`select run_id as run from import_jobs where id = ${id}::uuid`),
    );
    const failed = {
      run_id: job?.run ?? v7(),
      event: { data: { tenantId, workspaceId, importId: id, fence } },
    };
    await markUndoFailed(failed, new Error("the disk is full"));
    const undoProblem = expect.stringMatching(/^The undo stopped .* undo the import again/) as string;
    expect(await detailOf(tenant, id)).toEqual({ ...before, undoProblem });
    const [told] = (await tenant.caller.notifications.list()).rows;
    expect(told).toMatchObject({
      title: "The undo of the import of contacts.csv stopped",
      body: undoProblem,
    });
    expect(await undoFile(tenant, id)).toMatchObject({ status: "rolled_back", undoProblem: null });
    expect((await tenant.caller.contacts.list({})).rows).toEqual([]);
  },
);

test("the failed undo of a scheduled import is no failure of its schedule", async () => {
  const tenant = await newTenant();
  const id = await partOf(tenant, () => Promise.resolve());
  const { id: scheduleId } = await tenant.caller.imports.schedules.create({
    name: "Shop",
    url: "https://shop.example.com/people.csv",
    cron: "0 6 * * *",
    timezone: "UTC",
    likeImportId: id,
  });
  await withTenant(tenant.scope, async (tx) => {
    await tx.execute(sql`update import_jobs set schedule_id = ${scheduleId}::uuid where id = ${id}::uuid`);
    await failImport(tx, id, "It stopped.");
    await requestUndo(tx, id, tenant.userId);
    await failImport(tx, id, "The undo stopped.");
  });
  expect(await tenant.caller.imports.schedules.byId({ id: scheduleId })).toMatchObject({
    failures: 1,
    problem: "It stopped.",
  });
});

test("an undo counts no more contacts than it was to look at, those of refused rows among them", async () => {
  const tenant = await newTenant();
  await importFile(tenant, file);
  const { id } = await importFile(tenant, `${file}new@example.com,New\n`, { duplicates: "error" });
  const { total } = await withTenant(tenant.scope, (tx) => forecastUndo(tx, id));
  await withTenant(tenant.scope, (tx) => requestUndo(tx, id, tenant.userId));
  await undoSlices(tenant.scope, id, await takeOver(tenant, id), { size: 5 });
  const { processedRows, touched } = await detailOf(tenant, id);
  expect({ processedRows, touched, total }).toEqual({ processedRows: 13, touched: 13, total: 13 });
});
