import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { markImportFailed } from "../failures.ts";
import { check, type TestTenant } from "../testing.ts";
import { listDueSchedules } from "./run.ts";
import { addresses, checked, closeShop, finish, later, openShop, run, scheduled, shop } from "./testing.ts";

beforeAll(openShop);
afterAll(closeShop);
beforeEach(() => {
  shop.asked = [];
  shop.body = "email,plan\na@example.com,pro\nb@example.com,free\n";
});

/** What is said of a run that was called for and never began. */
async function gaveUp({ scope, tenantId, workspaceId }: TestTenant, importId: string) {
  const [job] = await withTenant(scope, (tx) =>
    tx.execute<{ fence: number }>(sql`select fence from import_jobs where id = ${importId}::uuid`),
  );
  return {
    data: { run_id: v7(), event: { data: { tenantId, workspaceId, importId, fence: Number(job?.fence) } } },
    error: new Error("the disk is full"),
  };
}

test("a schedule imports when its time has come, once, and an unchanged file is not imported again", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  const isDue = async () => (await listDueSchedules()).some(({ scheduleId }) => scheduleId === id);
  expect(await isDue()).toBe(false);
  expect(await run(tenant, id)).toBe("not due");
  await later();
  expect(await isDue()).toBe(true);
  expect(await run(tenant, id)).toBe("started");
  expect(await run(tenant, id)).toBe("not due");
  expect(shop.asked).toEqual(["/people.csv?token=t Bearer secret"]);
  await finish(tenant);
  expect(await addresses(tenant)).toEqual(["a@example.com", "b@example.com", "old@example.com"]);
  await later();
  expect(await run(tenant, id)).toBe("unchanged");
  const seen = await tenant.caller.imports.schedules.byId({ id });
  expect(seen).toMatchObject({ failures: 0, url: `${shop.base}/people.csv`, secretHeader: "Authorization" });
  expect(seen.runs).toMatchObject([{ status: "completed", created: 2 }]);
  expect(JSON.stringify(seen)).not.toMatch(/token=t|Bearer/);
});

test("a file whose columns have changed fails before a row is written, and people hear of the third time", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  shop.body = "email,tariff\na@example.com,pro\n";
  for (let time = 1; time <= 4; time++) {
    await later();
    expect(await run(tenant, id)).toBe("failed");
  }
  const { failures, problem, runs } = await tenant.caller.imports.schedules.byId({ id });
  expect({ failures, runs }).toEqual({ failures: 4, runs: [] });
  expect(problem).toMatch(/have changed: "plan" missing, "tariff" new\. Nothing was imported/);
  expect(await addresses(tenant)).toEqual(["old@example.com"]);
  const { rows } = await tenant.caller.notifications.list();
  expect(rows.filter(({ title }) => /failed 3 times/.test(title))).toHaveLength(1);
});

test("a time of day is that of the schedule's zone, on both sides of a clock change", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  const { schedules } = tenant.caller.imports;
  const hours = new Set<string>();
  for (let month = 1; month <= 12; month++) {
    await moveClock("30 days");
    // What was due meanwhile has its turn, and the next one is set.
    expect(await run(tenant, id)).not.toBe("not due");
    await withTenant(tenant.scope, (tx) => tx.execute(sql`update import_jobs set status = 'completed'`));
    const { nextRunAt } = await schedules.byId({ id });
    expect(nextRunAt?.toLocaleTimeString("en-GB", { timeZone: "Europe/Berlin" })).toBe("06:00:00");
    hours.add(nextRunAt?.toISOString().slice(11, 16) ?? "");
  }
  expect([...hours].sort()).toEqual(["04:00", "05:00"]);
});

test("what may pass is tried again before it counts as a failure; what will not counts at once", async () => {
  const tenant = await newTenant();
  const seen = () => tenant.caller.imports.schedules.byId({ id });
  const id = await scheduled(tenant, "/busy");
  await later();
  await expect(run(tenant, id, false)).rejects.toThrow(/status 503\. Try again/);
  expect(await seen()).toMatchObject({ failures: 0, problem: null });
  expect(await run(tenant, id, true)).toBe("failed");
  expect(await seen()).toMatchObject({ failures: 1 });
  for (const [path, problem] of [
    ["/gone", /status 404: there is no such file/],
    ["/nowhere", /redirects to "http:\/\/\[", which is no address/],
    ["/file", /must be asked over HTTPS|inside this network/],
  ] as const) {
    const other = await scheduled(tenant, path, path);
    await later();
    expect(await run(tenant, other, false)).toBe("failed");
    expect((await tenant.caller.imports.schedules.byId({ id: other })).problem).toMatch(problem);
  }
});

test("an import that stops after its start is a failure of its schedule, until one goes through", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  const seen = () => tenant.caller.imports.schedules.byId({ id });
  for (let time = 1; time <= 3; time++) {
    await later();
    // The same file again: what failed is tried again.
    expect(await run(tenant, id)).toBe("started");
    expect((await seen()).failures).toBe(time - 1);
    // While its file is checked, and while its rows are written.
    if (time > 1) await checked(tenant);
    const { data, error } = await gaveUp(tenant, (await seen()).runs[0]?.id ?? "");
    await markImportFailed(data, error);
    expect(await seen()).toMatchObject({
      failures: time,
      problem: expect.stringMatching(/fault on our side/) as string,
    });
  }
  const { rows } = await tenant.caller.notifications.list();
  expect(rows.filter(({ title }) => /failed 3 times/.test(title))).toHaveLength(1);
  await later();
  expect(await run(tenant, id)).toBe("started");
  await finish(tenant);
  expect(await seen()).toMatchObject({ failures: 0, problem: null });
});

test("a schedule that is five hours late is not made up for: it says so once, and may be run by hand", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  await later();
  await moveClock("5 hours");
  expect(await run(tenant, id)).toBe("missed");
  expect(await run(tenant, id)).toBe("not due");
  expect(shop.asked).toEqual([]);
  const { rows } = await tenant.caller.notifications.list();
  expect(rows.filter(({ type }) => type === "import_schedule.missed")).toMatchObject([
    {
      title: "The scheduled import Shop missed its time",
      body: expect.stringMatching(/at 06:00, .+ 06:00\.$/) as string,
    },
  ]);
  await tenant.caller.imports.schedules.runNow({ id });
  expect(await run(tenant, id)).toBe("started");
  // Three hours are no reason to ask.
  await finish(tenant);
  shop.body += "c@example.com,free\n";
  await later();
  await moveClock("3 hours");
  expect(await run(tenant, id)).toBe("started");
});

test("what is asked for by hand runs, also before anybody noticed that its time is long past", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  await later();
  await moveClock("5 hours");
  await tenant.caller.imports.schedules.runNow({ id });
  await tenant.caller.imports.schedules.runNow({ id });
  expect(await run(tenant, id)).toBe("started");
});

test("a schedule from before there were limits takes the files that it took until then", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update import_schedules set config = config - 'limits' where id = ${id}::uuid`),
  );
  expect((await tenant.caller.imports.schedules.byId({ id })).limits).toEqual({
    rejectedMax: 100,
    rowsMin: 0,
  });
});

test("a fault of ours counts as a failure after the last try, and the schedule goes on at its next time", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update import_schedules set secret_sealed = 'lost' where id = ${id}::uuid`),
  );
  await later();
  await expect(run(tenant, id, false)).rejects.toThrow(/holds no sealed value/);
  expect(await run(tenant, id, true)).toBe("failed");
  expect(await run(tenant, id, true)).toBe("not due");
  expect(await tenant.caller.imports.schedules.byId({ id })).toMatchObject({
    failures: 1,
    problem: expect.stringMatching(/fault on our side/) as string,
  });
});

test("each import of a schedule adds to the list that the first one made, which it keeps from being deleted; one that is gone is a failure", async () => {
  const tenant = await newTenant();
  const { id: likeImportId } = await check(tenant, "email,plan\nold@example.com,x\n", { newList: "Shop" });
  const id = await scheduled(tenant, "/people.csv", "Shop", likeImportId);
  for (const email of ["a@example.com", "c@example.com"]) {
    shop.body = `email,plan\n${email},pro\n`;
    await later();
    expect(await run(tenant, id)).toBe("started");
    await finish(tenant);
  }
  const [list, ...more] = (await tenant.caller.lists.list({})).rows;
  expect({ ...list, more }).toMatchObject({ name: "Shop", count: 2, more: [] });

  const other = await scheduled(tenant, "/people.csv", "Gone");
  const gone = (await tenant.caller.lists.list({})).rows.find(({ name }) => name === "From the gone");
  await expect(tenant.caller.lists.delete({ id: gone?.id ?? "" })).rejects.toThrow(
    'is used by the scheduled import "Gone"',
  );
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`delete from segments where id = ${gone?.id ?? ""}::uuid`),
  );
  await later();
  expect(await run(tenant, other)).toBe("failed");
  expect((await tenant.caller.imports.schedules.byId({ id: other })).problem).toMatch(/list .* is gone/);
});

test("a secret header stays with the server it was given for", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  const changed = { id, name: "Shop", cron: "0 7 * * *", timezone: "UTC" };
  const { update, byId } = tenant.caller.imports.schedules;
  await expect(update({ ...changed, url: "https://elsewhere.example/people.csv" })).rejects.toThrow(
    /on another server now\. Give the value of Authorization anew/,
  );
  await update({ ...changed, url: "https://elsewhere.example/people.csv", secretHeader: null });
  expect(await byId({ id })).toMatchObject({ secretHeader: null });
});

test("a paused schedule is not run, not even when asked to", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  const { schedules } = tenant.caller.imports;
  await schedules.switch({ id, enabled: false });
  await later();
  expect(await run(tenant, id)).toBe("not due");
  await expect(schedules.runNow({ id })).rejects.toThrow(/is paused/);
  await schedules.switch({ id, enabled: true });
  await schedules.runNow({ id });
  expect(await run(tenant, id)).toBe("started");
});

test("redirects are followed, and a shown address keeps the secret behind it when a schedule is changed", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant, "/moved");
  await later();
  expect(await run(tenant, id)).toBe("started");
  expect(shop.asked).toEqual(["/moved Bearer secret", "/people.csv?token=t Bearer secret"]);
  const changed = {
    id,
    name: "Shop",
    cron: "0 5 * * *",
    timezone: "Europe/Berlin",
    url: `${shop.base}/moved`,
  };
  await tenant.caller.imports.schedules.update(changed);
  await later();
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update import_jobs set status = 'completed'`));
  expect(await run(tenant, id)).toBe("started");
  expect(shop.asked.at(-1)).toBe("/people.csv?token=t Bearer secret");
  await expect(tenant.caller.imports.schedules.update({ ...changed, cron: "61 * * * *" })).rejects.toThrow(
    /"61" is not within 0-59/,
  );
});

test("nobody sees or changes the schedules of others", async () => {
  const [ours, theirs] = await Promise.all([newTenant(), newTenant()]);
  const id = await scheduled(ours);
  const { schedules } = theirs.caller.imports;
  expect(await schedules.list()).toEqual([]);
  await expect(schedules.byId({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(schedules.runNow({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(schedules.delete({ id })).rejects.toMatchObject({ code: "NOT_FOUND" });
});
