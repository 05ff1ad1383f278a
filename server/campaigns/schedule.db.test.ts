// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { newTenant } from "#db/testing";
import { createRunner } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { toLocal, localText, toInstant } from "#server/planner/zone";
import { finishedDraft } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

type Tenant = Awaited<ReturnType<typeof newTenant>>;
const zone = "America/New_York";
const minute = 60_000;

/** A time of the campaign's wall clock, so many minutes from now. */
async function wallClock({ scope }: Tenant, minutes: number): Promise<string> {
  const now = await withTenant(scope, appNow);
  return localText(toLocal(zone, now.getTime() + minutes * minute)).slice(0, 16);
}

async function scheduled(minutes = 90) {
  const tenant = await newTenant({ timezone: zone });
  const { id, campaign } = await finishedDraft(tenant);
  const at = await wallClock(tenant, minutes);
  const { startsAt } = await tenant.caller.campaigns.schedule({ id, version: campaign.version, at });
  return { tenant, id, at, startsAt, campaigns: tenant.caller.campaigns };
}

const titles = async ({ caller }: Tenant) => (await caller.notifications.list()).rows.map((row) => row.title);

async function sweep() {
  await runner.sweep();
  await runner.settle();
}

test("a scheduled campaign is launched at its minute, in the name of whoever scheduled it", async () => {
  const { tenant, id, at, startsAt, campaigns } = await scheduled();
  expect(startsAt.getTime()).toBe(toInstant(zone, Date.parse(`${at}Z`)));
  expect(await campaigns.byId({ id })).toMatchObject({ status: "scheduled", startsAt });
  await runner.pass("88 minutes");
  await sweep();
  expect((await campaigns.byId({ id })).status).toBe("scheduled");
  await runner.pass("2 minutes");
  await sweep();
  const launched = await campaigns.byId({ id });
  expect(launched.status).toBe("active");
  expect(launched.launchedAt?.getTime()).toBeGreaterThanOrEqual(startsAt.getTime());
  const [row] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ by: string; people: number }>(sql`
      select launched_by as by, (select count(*)::int from campaign_contacts where campaign_id = ${id}::uuid) as people
      from campaigns where id = ${id}::uuid`),
  );
  expect(row).toEqual({ by: tenant.userId, people: 2 });
  expect(await titles(tenant)).toEqual(["“Welcome” has been launched"]);
  await sweep();
  expect(await titles(tenant)).toHaveLength(1);
});

test("its version stays as it was reviewed until it is unscheduled, and then nothing starts", async () => {
  const { id, campaigns } = await scheduled();
  const { version, settings } = await campaigns.byId({ id });
  await expect(campaigns.updateSettings({ id, version, settings })).rejects.toThrow("Unschedule it first");
  await campaigns.unschedule({ id });
  await expect(campaigns.unschedule({ id })).rejects.toThrow("This campaign is draft, not scheduled");
  await runner.pass("2 hours");
  await sweep();
  expect(await campaigns.byId({ id })).toMatchObject({ status: "draft", startsAt: null, launchedAt: null });
});

test("one that cannot be launched any more when its time comes is a draft again, and its owner is told why", async () => {
  const { tenant, id, campaigns } = await scheduled();
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update contacts set status = 'unsubscribed'`));
  await runner.pass("2 hours");
  await sweep();
  expect(await campaigns.byId({ id })).toMatchObject({ status: "draft", launchedAt: null });
  const [told] = (await tenant.caller.notifications.list()).rows;
  expect(told).toMatchObject({ title: "“Welcome” was not launched" });
  expect(told?.body).toMatch(/Everybody in the audience \(2\) is unsubscribed.* It is a draft again\./);
});

test("an installation that comes up five hours late asks instead of sending; one that is three hours late sends", async () => {
  const three = await scheduled();
  await runner.pass("270 minutes");
  await sweep();
  expect((await three.campaigns.byId({ id: three.id })).status).toBe("active");
  const { tenant, id, campaigns } = await scheduled();
  await runner.pass("390 minutes");
  await sweep();
  expect((await campaigns.byId({ id })).status).toBe("draft");
  expect(await titles(tenant)).toEqual(["“Welcome” was not launched"]);
});

test("the time can be moved, and a campaign launched before it; two who do both at once have one outcome", async () => {
  const { tenant, id, campaigns } = await scheduled();
  const { version } = await campaigns.byId({ id });
  const at = await wallClock(tenant, 300);
  const outcomes = await Promise.allSettled([
    campaigns.schedule({ id, version, at }),
    campaigns.launch({ id, version }),
  ]);
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const now = await campaigns.byId({ id });
  if (now.status === "scheduled") await campaigns.launch({ id, version: now.version });
  const { startsAt, launchedAt } = await campaigns.byId({ id });
  expect(startsAt).toEqual(launchedAt);
  await runner.pass("6 hours");
  await sweep();
  const [audit] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ launches: number }>(sql`
      select count(*)::int as launches from audit_log where action = 'campaign.launched' and resource_id = ${id}::uuid`),
  );
  expect(audit).toEqual({ launches: 1 });
});

test("a time that has passed, lies too far ahead, or a campaign that is not ready is refused with a sentence", async () => {
  const tenant = await newTenant({ timezone: zone });
  const { id, campaign } = await finishedDraft(tenant);
  const { campaigns } = tenant.caller;
  const at = (text: string) => campaigns.schedule({ id, version: campaign.version, at: text });
  await expect(at(await wallClock(tenant, -1))).rejects.toThrow(
    /This time has passed: it is .* in America\/New_York/,
  );
  await expect(at(await wallClock(tenant, 400 * 24 * 60))).rejects.toThrow("a year ahead at most");
  await expect(at("tomorrow")).rejects.toThrow("Choose a date and a time.");
  const empty = await campaigns.create({ name: "Empty", type: "broadcast" });
  const soon = await wallClock(tenant, 60);
  await expect(campaigns.schedule({ id: empty.id, version: 1, at: soon })).rejects.toThrow(
    "The campaign cannot be scheduled yet. Step 1 (email) has no subject",
  );
});

test("a wait until a date that will be over by then is warned of", async () => {
  const tenant = await newTenant({ timezone: zone });
  const { id, first, campaign } = await finishedDraft(tenant);
  const { campaigns } = tenant.caller;
  const position = { kind: "edge", from: first, edge: "next" } as const;
  const added = await campaigns.addStep({ id, version: campaign.version, type: "wait", position });
  const stepId = added.steps[1]?.id ?? "";
  const wait = { until: "date", at: await wallClock(tenant, 60) } as const;
  const saved = await campaigns.saveStep({
    id,
    version: added.version,
    stepId,
    content: { type: "wait", wait },
  });
  const codes = async () => (await campaigns.review({ id })).problems.map(({ code }) => code);
  expect(await codes()).not.toContain("date_passed");
  await campaigns.addStep({
    id,
    version: saved.version,
    type: "action",
    actionType: "exit",
    position: { kind: "edge", from: stepId, edge: "next" },
  });
  const { version } = await campaigns.byId({ id });
  await campaigns.schedule({ id, version, at: await wallClock(tenant, 90) });
  expect(await codes()).toContain("date_passed");
});

test("archived, it is not launched, and comes back as a draft", async () => {
  const { id, campaigns } = await scheduled();
  await campaigns.archive({ id });
  await runner.pass("2 hours");
  await sweep();
  await campaigns.restore({ id });
  expect(await campaigns.byId({ id })).toMatchObject({ status: "draft", startsAt: null });
});
