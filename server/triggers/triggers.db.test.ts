// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createContacts, createList, createSegment } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { sweepArrivals } from "#server/drivers/sweep";
import { createRunner, statusOf } from "#server/enrollments/testing";
import { takeNextArrivals } from "#server/enrollments/run";
import { sinks } from "#server/messages/testing-sinks";
import { refreshNext, requestRefresh, takeRefresh } from "#server/segments/refresh";
import { recordHits, type Hit } from "#server/tracking/hits";
import { asStarted, standing, type Triggered, triggeredCampaign, triggeredDraft } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const mailsTo = (address: string) => sinks.mails.filter((mail) => mail.to === address);
/** What the minute's sweep does, and all that follows from it. */
async function sweepAndSettle() {
  await runner.sweep();
  await runner.settle();
}
const tally = async ({ caller, campaignId }: Triggered) => {
  const { arrivals } = await caller.analytics.live({ id: campaignId });
  return arrivals?.triggers.map(({ enrolled, already, excluded, unmailable }) => [
    enrolled,
    already,
    excluded,
    unmailable,
  ]);
};

test("a tag, however it is given, brings a contact in once, and nobody who may not be mailed", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "tag_added", tag: "VIP" }],
    emails: ["tag-a@example.test", "tag-b@example.test", "tag-c@example.test"],
  });
  const { caller, contactIds } = campaign;
  await runner.settle();
  const [a = "", b = "", c = ""] = contactIds;
  await caller.contacts.unsubscribe({ id: b });
  for (const id of [a, b]) await caller.contacts.addTag({ id, tag: "vip" });
  await caller.contacts.addTag({ id: c, tag: "other" });
  await sweepAndSettle();
  expect(await standing(campaign)).toEqual([["tag-a@example.test", "completed"]]);
  expect(mailsTo("tag-a@example.test")).toHaveLength(1);
  await caller.contacts.removeTag({ id: a, tag: "vip" });
  await caller.contacts.addTag({ id: a, tag: "vip" });
  await sweepAndSettle();
  expect(mailsTo("tag-a@example.test")).toHaveLength(1);
  expect(await tally(campaign)).toEqual([[1, 1, 0, 1]]);
  // It goes on although nobody is on the way, and ends when it is ended.
  expect(await statusOf(asStarted(campaign))).toBe("active");
});

test("runs that take the same arrivals at once enroll nobody twice, and lose nobody", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "tag_added", tag: "rush" }, { type: "manual" }],
    emails: Array.from({ length: 120 }, (_, index) => `rush-${index}@example.test`),
  });
  const { caller, scope, campaignId, contactIds } = campaign;
  await runner.settle();
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      with tag as (insert into tags (name) values ('rush') returning id)
      insert into contact_tags (contact_id, tag_id)
      select c, tag.id from unnest(${sql.param(contactIds)}::uuid[]) as c, tag`),
  );
  const arriving = { ...scope, campaignId };
  await Promise.all([
    takeNextArrivals(arriving),
    takeNextArrivals(arriving),
    caller.enrollments.add({ campaignId, contactIds: contactIds.slice(0, 60) }),
    caller.enrollments.add({ campaignId, contactIds: contactIds.slice(30, 90) }),
  ]);
  await takeNextArrivals(arriving);
  const enrolled = await withTenant(scope, (tx) =>
    tx.execute(sql`select from campaign_contacts where campaign_id = ${campaignId}::uuid and run_number = 1`),
  );
  expect(enrolled).toHaveLength(120);
  const counts = await tally(campaign);
  expect(counts?.reduce((sum, [count = 0]) => sum + count, 0)).toBe(120);
});

test("somebody who cannot be let in keeps nobody waiting who comes hours later", async () => {
  const { scope, campaignId, contactIds } = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    emails: ["stuck@example.test", "later@example.test"],
  });
  await runner.settle();
  const arrive = (contactId = "") =>
    withTenant(scope, (tx) =>
      tx.execute(sql`
        insert into campaign_arrivals (campaign_id, contact_id) values (${campaignId}::uuid, ${contactId}::uuid)`),
    );
  const calls = async () => {
    sinks.events.splice(0);
    await sweepArrivals();
    return sinks.events.filter(({ data }) => data.campaignId === campaignId).length;
  };
  await arrive(contactIds[0]);
  // As often as nobody lets them in.
  for (const clock of ["1 minute", "1 minute", "5 hours"]) {
    await moveClock(clock);
    expect(await calls()).toBe(1);
  }
  await moveClock("1 minute");
  expect(await calls()).toBe(0);
  await arrive(contactIds[1]);
  expect(await calls()).toBe(1);
});

test("who arrives while the campaign is paused waits, and comes in when it goes on", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "field_changed", field: "lifecycle_stage", value: "Customer" }],
    emails: ["stage-a@example.test", "stage-b@example.test"],
  });
  const { caller, campaignId, contactIds } = campaign;
  const [a = "", b = ""] = contactIds;
  await caller.campaigns.pause({ id: campaignId });
  await caller.contacts.edit({ id: a, field: "stage", seen: "new", value: "customer" });
  await caller.contacts.edit({ id: b, field: "stage", seen: "new", value: "contacted" });
  await sweepAndSettle();
  expect(await standing(campaign)).toEqual([]);
  expect((await caller.analytics.live({ id: campaignId })).arrivals?.waiting).toBe(1);
  await caller.campaigns.resume({ id: campaignId });
  await runner.settle();
  expect((await standing(campaign)).map(([email]) => email)).toEqual(["stage-a@example.test"]);
});

test("coming to a list, and to a segment by its rules, are both an entry", async () => {
  const tenant = await newTenant();
  const { caller, scope } = tenant;
  const [list, segment] = await withTenant(scope, async (tx) => [
    await createList(tx, { contactIds: [] }),
    await createSegment(tx, {
      name: "Acme",
      rules: { version: 1, match: "all", rules: [{ field: "company", operator: "equals", value: "Acme" }] },
    }),
  ]);
  const { campaignId, version } = await triggeredDraft(tenant, {
    triggers: [
      { type: "segment_entered", segmentId: list },
      { type: "segment_entered", segmentId: segment },
    ],
  });
  await caller.campaigns.launch({ id: campaignId, version });
  const [onList = ""] = await withTenant(scope, (tx) =>
    createContacts(tx, [{ email: "on-list@example.test" }, { email: "ruled@example.test", company: "Acme" }]),
  );
  await caller.lists.add({ id: list, contactIds: [onList] });
  await withTenant(scope, (tx) => requestRefresh(tx, scope.workspaceId));
  const fence = (await takeRefresh(scope, "run")) ?? -1;
  while (!(await refreshNext(scope, fence)).done) continue;
  await sweepAndSettle();
  expect((await standing({ ...tenant, campaignId, contactIds: [] })).map(([email]) => email)).toEqual([
    "on-list@example.test",
    "ruled@example.test",
  ]);
});

test("a click in another campaign's mail counts after a minute, and a scanner's burst never", async () => {
  const first = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    emails: ["clicker@example.test", "scanned@example.test"],
  });
  const { caller, scope, contactIds } = first;
  await caller.enrollments.add({ campaignId: first.campaignId, contactIds });
  await sweepAndSettle();
  const { campaignId, version } = await triggeredDraft(first, {
    triggers: [{ type: "link_clicked", campaignId: first.campaignId, urlContains: "/Pricing" }],
  });
  await caller.campaigns.launch({ id: campaignId, version });
  await runner.pass("1 hour");
  const messages = await withTenant(scope, (tx) =>
    tx.execute<{ id: string; to: string }>(
      sql`select id, to_email as to from content.email_messages where campaign_id = ${first.campaignId}::uuid order by to_email`,
    ),
  );
  const [clicker, scanned] = messages;
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into tracked_links (campaign_id, step_version_id, link_index, url)
      select campaign_id, step_version_id, n, 'https://shop.test/pricing/' || n
      from content.email_messages cross join generate_series(1, 3) n where id = ${clicker?.id ?? ""}::uuid
      on conflict do nothing`),
  );
  const click = (messageId: string, linkIndex: number): Hit => ({
    messageId,
    type: "clicked",
    linkIndex,
    url: `https://shop.test/pricing/${linkIndex}`,
    ip: null,
    userAgent: "Mozilla/5.0",
    machineReason: null,
  });
  await withTenant(scope, (tx) => recordHits(tx, scope, [click(clicker?.id ?? "", 1)]));
  await withTenant(scope, (tx) => recordHits(tx, scope, [click(scanned?.id ?? "", 1)]));
  await withTenant(scope, (tx) =>
    recordHits(tx, scope, [click(scanned?.id ?? "", 2), click(scanned?.id ?? "", 3)]),
  );
  const second = { ...first, campaignId };
  await sweepAndSettle();
  expect(await standing(second)).toEqual([]);
  await runner.pass("2 minutes");
  await sweepAndSettle();
  expect((await standing(second)).map(([email]) => email)).toEqual(["clicker@example.test"]);
});

test("somebody whose way has ended comes again after the days that were set, in a pass of its own", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { reenrollment: { mode: "after", days: 30 } },
    emails: ["again@example.test", "left@example.test"],
  });
  const { caller, scope, campaignId, contactIds } = campaign;
  const add = async () => {
    const { admitted } = await caller.enrollments.add({ campaignId, contactIds });
    await runner.settle();
    return admitted.map(({ outcome }) => outcome).sort();
  };
  expect(await add()).toEqual(["enrolled", "enrolled"]);
  await caller.contacts.unsubscribe({ id: contactIds[1] ?? "" });
  await runner.pass("29 days");
  expect(await add()).toEqual(["already", "unmailable"]);
  await runner.pass("2 days");
  expect(await add()).toEqual(["enrolled", "unmailable"]);
  expect(mailsTo("again@example.test")).toHaveLength(2);
  const passes = await withTenant(scope, (tx) =>
    tx.execute<{ run: number; kept: number }>(sql`
      select e.run_number as run, (select count(*)::int from campaign_contact_runs r where r.enrollment_id = e.id) as kept
      from campaign_contacts e join contacts c on c.id = e.contact_id
      where e.campaign_id = ${campaignId}::uuid and c.email = 'again@example.test'`),
  );
  expect([...passes]).toEqual([{ run: 2, kept: 1 }]);
});

test("whom the audience leaves out stays out, whatever brings them", async () => {
  const campaign = await triggeredCampaign({
    triggers: [{ type: "manual" }],
    audience: { leaveOut: { inOtherCampaign: true, emailedWithinHours: 24, stages: ["customer"] } },
    emails: ["free@example.test", "customer@example.test", "mailed@example.test", "busy@example.test"],
  });
  const { caller, scope, campaignId, contactIds } = campaign;
  const other = await triggeredDraft(campaign, { triggers: [{ type: "manual" }] });
  await caller.campaigns.launch({ id: other.campaignId, version: other.version });
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update contacts set lifecycle_stage = 'customer' where id = ${contactIds[1] ?? ""}::uuid`,
    );
    await tx.execute(
      sql`update contacts set last_emailed_at = app_now() where id = ${contactIds[2] ?? ""}::uuid`,
    );
  });
  await caller.enrollments.add({ campaignId: other.campaignId, contactIds: contactIds.slice(3) });
  const { admitted } = await caller.enrollments.add({ campaignId, contactIds });
  const outcomes = new Map(admitted.map(({ contactId, outcome }) => [contactId, outcome]));
  expect(contactIds.map((id) => outcomes.get(id))).toEqual(["enrolled", "excluded", "excluded", "excluded"]);
});

test("the launch is refused with a sentence for every trigger that is unfinished or gone", async () => {
  const tenant = await newTenant();
  const list = await withTenant(tenant.scope, (tx) => createList(tx, { contactIds: [] }));
  const { campaignId, version } = await triggeredDraft(tenant, {
    triggers: [
      { type: "segment_entered", segmentId: list },
      { type: "tag_added", tag: "" },
      { type: "event", name: "" },
    ],
  });
  await withTenant(tenant.scope, (tx) => tx.execute(sql`delete from segments where id = ${list}::uuid`));
  const { problems } = await tenant.caller.campaigns.review({ id: campaignId });
  expect(problems.filter(({ severity }) => severity === "blocker").map(({ message }) => message)).toEqual([
    expect.stringContaining("names no list or segment, or one that is gone"),
    expect.stringContaining("names no tag"),
    expect.stringContaining("names no event"),
  ]);
  const cleared = await tenant.caller.campaigns.updateTriggers({ id: campaignId, version, triggers: [] });
  await expect(tenant.caller.campaigns.launch({ id: campaignId, version: cleared.version })).rejects.toThrow(
    "Nothing brings anybody into this campaign",
  );
});
