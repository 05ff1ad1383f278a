import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { answer, colleague, draftUnder, signedInAgain } from "#server/approvals/testing";
import { launchScheduled } from "#server/campaigns/launch-scheduled";
import { finishedDraft } from "#server/campaigns/testing";
import { createRunner } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { localText, parseLocal, toInstant, toLocal } from "#server/planner/zone";
import type { Repeat } from "./schema.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

type Tenant = Awaited<ReturnType<typeof newTenant>>;
const zone = "America/New_York";
const minuteMs = 60_000;
const daily: Repeat = { every: "day", interval: 1, ends: { kind: "never" } };

/** A time of the campaign's wall clock, so many minutes from now. */
async function wallClock({ scope }: Pick<Tenant, "scope">, minutes: number): Promise<string> {
  const now = await withTenant(scope, appNow);
  return localText(toLocal(zone, now.getTime() + minutes * minuteMs)).slice(0, 16);
}

async function repeating(repeat: Repeat = daily) {
  const tenant = await newTenant({ timezone: zone });
  const { id, campaign } = await finishedDraft(tenant);
  const at = await wallClock(tenant, 60);
  const { startsAt } = await tenant.caller.campaigns.schedule({ id, version: campaign.version, at, repeat });
  return { tenant, id, at, startsAt };
}

/** Days later everybody has been signed out. */
const again = async (tenant: Tenant) => (await signedInAgain(tenant)).caller;

const outcomes = async (tenant: Tenant, id: string) =>
  (await (await again(tenant)).occurrences.list({ id })).rows.map(({ number, outcome }) => [number, outcome]);

async function sweep() {
  await runner.sweep();
  await runner.settle();
}

test("each time becomes a campaign of its own, at the same time of its day, and two who hear of it make one", async () => {
  const { tenant, id, at, startsAt } = await repeating({ ...daily, ends: { kind: "after", times: 2 } });
  expect(startsAt.getTime()).toBe(toInstant(zone, parseLocal(at)));
  await runner.pass("62 minutes");
  await Promise.all([launchScheduled(tenant.scope, id), launchScheduled(tenant.scope, id), sweep()]);
  await sweep();
  const { campaigns, occurrences } = tenant.caller;
  const [first] = (await occurrences.list({ id })).rows;
  expect(first).toMatchObject({ number: 1, outcome: "launched", dueAt: startsAt });
  const child = await campaigns.byId({ id: first?.child?.id ?? "" });
  expect(child).toMatchObject({ status: "active", startsAt, origin: { id, name: "Welcome", number: 1 } });
  const day = startsAt.toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
    timeZone: zone,
  });
  expect(child.name).toBe(`Welcome · ${day}`);
  const nextLocal = parseLocal(at) + 24 * 60 * minuteMs;
  expect(await campaigns.byId({ id })).toMatchObject({
    status: "scheduled",
    startsAt: new Date(toInstant(zone, nextLocal)),
    occurrences: 1,
  });
  expect(
    (await campaigns.list({})).rows.map(({ name, origin, repeats }) => [name, origin?.number, repeats]),
  ).toEqual([
    [child.name, 1, false],
    ["Welcome", undefined, true],
  ]);
  await runner.pass("24 hours");
  await sweep();
  await sweep();
  expect(await outcomes(tenant, id)).toEqual([
    [2, "launched"],
    [1, "launched"],
  ]);
  const over = await (await again(tenant)).campaigns.byId({ id });
  expect(over).toMatchObject({ status: "completed", launchedAt: null, series: { active: false, passed: 2 } });
  const [people] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ enrolled: number; parents: number }>(sql`
      select count(*)::int as enrolled, count(*) filter (where campaign_id = ${id}::uuid)::int as parents
      from campaign_contacts`),
  );
  expect(people).toEqual({ enrolled: 4, parents: 0 });
});

test("one time has one turn: a second fails as a whole and leaves nothing, and the next try makes its one campaign", async () => {
  const { tenant, id, startsAt } = await repeating();
  await moveClock("61 minutes");
  const within = (work: ReturnType<typeof sql>) => withTenant(tenant.scope, (tx) => tx.execute(work));
  await within(sql`
    insert into campaign_occurrences (campaign_id, number, due_at, outcome)
    values (${id}::uuid, 1, ${startsAt.toISOString()}::timestamptz, 'missed')`);
  await expect(launchScheduled(tenant.scope, id)).rejects.toThrow();
  expect((await tenant.caller.campaigns.list({})).rows).toMatchObject([
    { id, status: "scheduled", startsAt },
  ]);
  await within(sql`delete from campaign_occurrences`);
  await launchScheduled(tenant.scope, id);
  await launchScheduled(tenant.scope, id);
  expect(await outcomes(tenant, id)).toEqual([[1, "launched"]]);
  expect((await tenant.caller.campaigns.list({})).rows).toHaveLength(2);
});

test("times that were slept through are missed and told of once; one that is just late is still launched", async () => {
  const { tenant, id, at } = await repeating({ ...daily, ends: { kind: "after", times: 5 } });
  await moveClock("75 hours");
  await launchScheduled(tenant.scope, id);
  // Three days and two hours after the first: the fourth is late by two hours.
  expect(await outcomes(tenant, id)).toEqual([
    [4, "launched"],
    [3, "missed"],
    [2, "missed"],
    [1, "missed"],
  ]);
  const caller = await again(tenant);
  const told = (await caller.notifications.list()).rows;
  expect(told.map(({ title }) => title)).toContain("“Welcome” missed 3 of its times");
  expect(told).toHaveLength(2);
  const last = toInstant(zone, parseLocal(at) + 4 * 24 * 60 * minuteMs);
  expect(await caller.campaigns.byId({ id })).toMatchObject({ startsAt: new Date(last) });
  await moveClock("30 hours");
  await launchScheduled(tenant.scope, id);
  expect((await outcomes(tenant, id))[0]).toEqual([5, "missed"]);
  expect((await (await again(tenant)).campaigns.byId({ id })).status).toBe("completed");
});

test("what cannot be launched is refused with its reason, and after three times in a row the campaign is a draft", async () => {
  const { tenant, id } = await repeating();
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update contacts set status = 'unsubscribed'`));
  await moveClock("61 minutes");
  await launchScheduled(tenant.scope, id);
  const { rows } = await tenant.caller.occurrences.list({ id });
  expect(rows).toMatchObject([{ outcome: "refused", child: null }]);
  expect(rows[0]?.reason).toMatch(/Everybody in the audience \(2\) is unsubscribed/);
  for (let day = 0; day < 2; day += 1) {
    expect((await (await again(tenant)).campaigns.byId({ id })).status).toBe("scheduled");
    await moveClock("24 hours");
    await launchScheduled(tenant.scope, id);
  }
  const caller = await again(tenant);
  expect(await caller.campaigns.byId({ id })).toMatchObject({ status: "draft", series: { active: false } });
  const [told] = (await caller.notifications.list()).rows;
  expect(told?.body).toMatch(/third time in a row: it repeats no more, and is a draft again/);
  expect((await caller.campaigns.list({})).rows).toHaveLength(1);
});

test("unscheduled it ends, and what it has launched goes on; changed and scheduled again it repeats as it is now", async () => {
  const { tenant, id, at } = await repeating();
  await moveClock("61 minutes");
  await launchScheduled(tenant.scope, id);
  const { campaigns, occurrences } = tenant.caller;
  const { version } = await campaigns.byId({ id });
  await expect(campaigns.launch({ id, version })).rejects.toThrow("This campaign repeats.");
  await expect(campaigns.setEnd({ id, at: "2030-01-01T09:00" })).rejects.toThrow("This campaign repeats.");
  await campaigns.unschedule({ id });
  const [first] = (await occurrences.list({ id })).rows;
  expect((await campaigns.byId({ id: first?.child?.id ?? "" })).status).toBe("active");
  const draft = await campaigns.byId({ id });
  expect(draft).toMatchObject({ status: "draft", series: { active: false, repeat: daily } });
  await moveClock("25 hours");
  await launchScheduled(tenant.scope, id);
  const caller = await again(tenant);
  expect(await outcomes(tenant, id)).toEqual([[1, "launched"]]);
  const step = draft.steps[0];
  const content = {
    type: "email" as const,
    templateId: null,
    previewText: "",
    sender: null,
    replyInThread: false,
  };
  const changed = await caller.campaigns.saveStep({
    ...{ id, version: draft.version, stepId: step?.id ?? "" },
    content: { ...content, subjectLine: "Changed", emailContent: step?.emailContent ?? "" },
  });
  const later = localText(parseLocal(at) + 2 * 24 * 60 * minuteMs).slice(0, 16);
  await caller.campaigns.schedule({ id, version: changed.version, at: later, repeat: daily });
  await moveClock("24 hours");
  await launchScheduled(tenant.scope, id);
  const [second] = (await (await again(tenant)).occurrences.list({ id })).rows;
  const child = await (await again(tenant)).campaigns.byId({ id: second?.child?.id ?? "" });
  expect(child).toMatchObject({ origin: { number: 2 }, steps: [{ subjectLine: "Changed" }] });
});

test("an approval covers every time while it holds; without it nothing is launched, and a repeat cannot be changed unseen", async () => {
  const { tenant, campaignId: id, request } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  await request();
  await answer(manager, id, "approved");
  const { version, settings } = await tenant.caller.campaigns.byId({ id });
  const now = await withTenant(tenant.scope, appNow);
  const at = localText(toLocal(settings.timezone, now.getTime() + 60 * minuteMs)).slice(0, 16);
  await tenant.caller.campaigns.schedule({ id, version, at, repeat: daily });
  await moveClock("61 minutes");
  await launchScheduled(tenant.scope, id);
  const [first] = (await tenant.caller.occurrences.list({ id })).rows;
  const child = await tenant.caller.campaigns.byId({ id: first?.child?.id ?? "" });
  expect(child.status).toBe("active");
  expect((await tenant.caller.approvals.byCampaign({ campaignId: child.id })).state).toBe("approved");
  const step = child.steps[0];
  await expect(
    tenant.caller.campaigns.saveStep({
      ...{ id: child.id, version: child.version, stepId: step?.id ?? "" },
      content: {
        type: "email",
        templateId: null,
        previewText: "",
        sender: null,
        replyInThread: false,
        subjectLine: "Unseen",
        emailContent: "<p>x</p>",
      },
    }),
  ).rejects.toThrow("was approved as it is");
  // Behind everybody's back: no way through the product leads here while it is scheduled.
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update campaign_steps set subject_line = 'Unseen' where campaign_id = ${id}::uuid`),
  );
  await moveClock("24 hours");
  await launchScheduled(tenant.scope, id);
  const { rows } = await (await again(tenant)).occurrences.list({ id });
  expect(rows[0]).toMatchObject({ number: 2, outcome: "refused", child: null });
  expect(rows[0]?.reason).toMatch(/It was changed after the approval was asked for/);
});

test("one start that was approved, a triggered campaign and one that takes people in later do not repeat", async () => {
  const { tenant, campaignId: id, request } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const at = await wallClock(tenant, 600);
  await request("", at);
  await answer(manager, id, "approved");
  const { version } = await tenant.caller.campaigns.byId({ id });
  await expect(tenant.caller.campaigns.schedule({ id, version, at, repeat: daily })).rejects.toThrow(
    "It is approved for one start only",
  );
  const other = await newTenant({ timezone: zone });
  const { id: second, campaign } = await finishedDraft(other);
  const { campaigns } = other.caller;
  const living = await campaigns.updateAudience({
    ...{ id: second, version: campaign.version },
    audience: { ...campaign.audience, autoEnroll: true },
  });
  const soon = await wallClock(other, 60);
  const asked = { id: second, version: living.version, at: soon };
  await expect(campaigns.schedule({ ...asked, repeat: daily })).rejects.toThrow(
    "whoever comes to its audience later",
  );
  const ended: Repeat = { ...daily, ends: { kind: "on", date: "2020-01-01" } };
  await withTenant(other.scope, (tx) => tx.execute(sql`update campaigns set auto_enroll = false`));
  await expect(campaigns.schedule({ ...asked, repeat: ended })).rejects.toThrow(
    "would end before its first time",
  );
  await withTenant(other.scope, (tx) => tx.execute(sql`update campaigns set campaign_type = 'triggered'`));
  await expect(campaigns.schedule({ ...asked, repeat: daily })).rejects.toThrow(
    "A triggered campaign takes people in all the time",
  );
});

test("one sent by hand comes beside the times of the series, once however often it is asked for", async () => {
  const { tenant, id, startsAt } = await repeating({ ...daily, ends: { kind: "after", times: 1 } });
  const { campaigns, occurrences } = tenant.caller;
  const asked = await Promise.allSettled([
    occurrences.launchByHand({ id, number: 1 }),
    occurrences.launchByHand({ id, number: 1 }),
  ]);
  expect(asked.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(occurrences.launchByHand({ id, number: 1 })).rejects.toThrow("would be number 2");
  const [extra] = (await occurrences.list({ id })).rows;
  expect(extra).toMatchObject({ number: 1, outcome: "launched", reason: "By hand, beside its times." });
  expect(await campaigns.byId({ id: extra?.child?.id ?? "" })).toMatchObject({
    status: "active",
    origin: { id, number: 1 },
  });
  expect(await campaigns.byId({ id })).toMatchObject({
    ...{ status: "scheduled", startsAt, series: { active: true, passed: 0 } },
  });
  await runner.settle();
  const [audited] = await withTenant(tenant.scope, (tx) =>
    tx.execute<{ facts: unknown; enrolled: number }>(sql`
      select new_value as facts, (select count(*)::int from campaign_contacts e
        where e.campaign_id = ${extra?.child?.id ?? ""}::uuid) as enrolled
      from audit_log where resource_id = ${id}::uuid and action = 'campaign.repeated_by_hand'`),
  );
  expect(audited).toEqual({ facts: { number: 1, campaignId: extra?.child?.id }, enrolled: 2 });
  // The one time of the series is still to come.
  await moveClock("61 minutes");
  await launchScheduled(tenant.scope, id);
  expect(await outcomes(tenant, id)).toEqual([
    [2, "launched"],
    [1, "launched"],
  ]);
  await expect(occurrences.launchByHand({ id, number: 3 })).rejects.toThrow("does not repeat at the moment");
});

test("one sent by hand is held to the launch checks and to who may launch", async () => {
  const { tenant, id } = await repeating();
  const { caller: viewer } = await colleague(tenant, "viewer");
  await expect(viewer.occurrences.launchByHand({ id, number: 1 })).rejects.toMatchObject({
    code: "FORBIDDEN",
  });
  await withTenant(tenant.scope, (tx) => tx.execute(sql`update contacts set status = 'unsubscribed'`));
  await expect(tenant.caller.occurrences.launchByHand({ id, number: 1 })).rejects.toThrow(
    "Everybody in the audience (2) is unsubscribed",
  );
  expect((await tenant.caller.occurrences.list({ id })).rows).toEqual([]);
  expect((await tenant.caller.campaigns.list({})).rows).toHaveLength(1);
});
