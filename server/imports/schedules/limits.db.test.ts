import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { importFile } from "../testing.ts";
import { copyOf } from "../testing-copy.ts";
import { addresses, checked, closeShop, finish, later, openShop, run, scheduled, shop } from "./testing.ts";

beforeAll(openShop);
afterAll(closeShop);

const people = (count: number, row: (n: number) => string = (n) => `p${n}@example.com,pro`) =>
  `email,plan\n${Array.from({ length: count }, (_, n) => `${row(n)}\n`).join("")}`;

test.each([
  [
    "a fifth of its rows cannot be read",
    people(50, (n) => (n % 5 === 0 ? "nobody,pro" : `q${n}@example.com,pro`)),
    /^10 of the 50 rows would be rejected, and the schedule allows 10 %\. Nothing was imported\. Most often as in line 2: The address has no "@"/,
  ],
  [
    "every row has another delimiter",
    people(50, (n) => `q${n}@example.com;pro`),
    /^50 of the 50 rows would be rejected/,
  ],
  [
    "it has less than half the rows of last time",
    people(24),
    /^The file has 24 rows, and the last one had 50: the schedule asks for at least 50 % of them\. Nothing was imported/,
  ],
])("nothing of a file is written when %s, and people are told why", async (_, wrong, why) => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  shop.body = people(50);
  await later();
  await run(tenant, id);
  await finish(tenant);
  const before = await copyOf(tenant.scope);
  shop.body = wrong;
  // The same file is tried again, as one that failed is.
  for (const failures of [1, 2]) {
    await later();
    expect(await run(tenant, id)).toBe("started");
    expect(await checked(tenant)).toBe(false);
    const seen = await tenant.caller.imports.schedules.byId({ id });
    const problem = expect.stringMatching(why) as string;
    expect(seen).toMatchObject({ failures, problem });
    expect(seen.runs[0]).toMatchObject({ status: "failed", problem, created: 0 });
    const { rows } = await tenant.caller.notifications.list();
    expect(rows[0]).toMatchObject({ title: "The import of people.csv stopped", body: problem });
  }
  // One that has lost all its rows is not even checked.
  shop.body = "email,plan\n";
  await later();
  expect(await run(tenant, id)).toBe("failed");
  const { problem } = await tenant.caller.imports.schedules.byId({ id });
  expect(problem).toMatch(/nothing below it\. Add at least one contact/);
  expect(await copyOf(tenant.scope)).toEqual(before);
  shop.body = people(51);
  await later();
  await run(tenant, id);
  await finish(tenant);
  expect(await tenant.caller.imports.schedules.byId({ id })).toMatchObject({ failures: 0, problem: null });
});

test("how much of a file may be wrong or missing is the schedule's to say, and who is here already is not wrong", async () => {
  const tenant = await newTenant();
  const { id: likeImportId } = await importFile(tenant, "email,plan\nold@example.com,x\n", {
    duplicates: "error",
  });
  const { schedules } = tenant.caller.imports;
  const id = await scheduled(tenant, "/people.csv", "Shop", likeImportId);
  expect(await schedules.byId({ id })).toMatchObject({ limits: { rejectedMax: 10, rowsMin: 50 } });
  const settings = {
    id,
    name: "Shop",
    url: `${shop.base}/people.csv`,
    cron: "0 6 * * *",
    timezone: "Europe/Berlin",
  };
  const limits = { rejectedMax: "20", rowsMin: "0" };
  await schedules.update({ ...settings, limits });
  await schedules.update(settings);
  expect(await schedules.byId({ id })).toMatchObject({ limits: { rejectedMax: 20, rowsMin: 0 } });
  for (const wrong of ["", "101", "-1", "1.5", "x"])
    await expect(schedules.update({ ...settings, limits: { ...limits, rowsMin: wrong } })).rejects.toThrow(
      /whole number from 0 to 100/,
    );
  const fifthWrong = people(50, (n) => (n % 5 === 0 ? "nobody,pro" : `p${n}@example.com,pro`));
  for (const file of [people(50), fifthWrong, people(1)]) {
    shop.body = file;
    await later();
    expect(await run(tenant, id)).toBe("started");
    await finish(tenant);
  }
  const { failures, runs } = await schedules.byId({ id });
  expect({ failures, created: runs.map(({ created }) => created) }).toEqual({
    failures: 0,
    created: [0, 0, 50],
  });
});

test("what a file is imported into and goes while it is checked is a failure that writes nothing", async () => {
  const tenant = await newTenant();
  const id = await scheduled(tenant);
  shop.body = people(2);
  await later();
  expect(await run(tenant, id)).toBe("started");
  await withTenant(tenant.scope, (tx) => tx.execute(sql`delete from segments where name = 'From the shop'`));
  expect(await checked(tenant)).toBe(false);
  const problem = expect.stringMatching(/^The list .* is gone/) as string;
  expect(await tenant.caller.imports.schedules.byId({ id })).toMatchObject({
    failures: 1,
    problem,
    runs: [{ status: "failed", problem }],
  });
  expect(await addresses(tenant)).toEqual(["old@example.com"]);
});
