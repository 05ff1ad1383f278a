// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { finishedDraft } from "#server/campaigns/testing";
import { createRunner } from "#server/enrollments/testing";
import { sweepApprovals } from "#server/drivers/sweep";
import { sinks } from "#server/messages/testing-sinks";
import { always, answer, colleague, draftUnder, signedInAgain, titles } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("what the organization wants approved is launched once somebody else has approved it", async () => {
  const { tenant, campaignId, request, launch, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  await expect(launch()).rejects.toThrow("It has to be approved first");
  await request("For the spring sale");
  await expect(launch()).rejects.toThrow("It waits for the approval of the campaign manager.");
  await expect(answer(tenant, campaignId, "approved")).rejects.toThrow(
    "Who asks for an approval cannot give it",
  );
  expect(await titles(manager)).toEqual(["“Welcome” is to be approved"]);
  await answer(manager, campaignId, "approved", { comment: "Go" });
  expect(await state()).toBe("approved");
  expect(await titles(tenant)).toEqual(["“Welcome” is approved"]);
  await expect(answer(manager, campaignId, "rejected", { comment: "No" })).rejects.toThrow(
    "approved already",
  );
  await launch();
  await expect(answer(manager, campaignId, "approved")).rejects.toThrow(
    "is active: there is nothing to approve",
  );
});

test("any change of content, audience or sender makes an approval void, and so one that is being given", async () => {
  const { tenant, campaignId, request, launch, rename, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  await request();
  await rename("Changed while it was looked at");
  await expect(answer(manager, campaignId, "approved")).rejects.toThrow(
    "was changed after the approval was asked for",
  );
  await request();
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  const campaigns = tenant.caller.campaigns;
  const { version, audience, settings } = await campaigns.byId({ id: campaignId });
  await campaigns.rename({ id: campaignId, name: "Only the name" });
  expect(await state()).toBe("approved");
  await campaigns.updateAudience({ id: campaignId, version, audience: { ...audience, everyone: true } });
  expect(await state()).toBe("changed");
  await expect(launch()).rejects.toThrow("It was changed after the approval was asked for");
  await campaigns.updateAudience({ id: campaignId, version: version + 1, audience });
  expect(await state(), "the same content is what was approved").toBe("approved");
  await campaigns.updateSettings({
    id: campaignId,
    version: version + 2,
    settings: { ...settings, fromName: "Somebody else" },
  });
  expect(await state()).toBe("changed");
});

test("an edit and an approval at the same moment: what is approved is what was seen", async () => {
  const { tenant, campaignId, request, rename, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  await request();
  const { version } = await tenant.caller.campaigns.byId({ id: campaignId });
  await Promise.allSettled([
    rename("At the same moment"),
    answer(manager, campaignId, "approved", { version }),
  ]);
  expect(await state()).toBe("changed");
  await expect(answer(manager, campaignId, "approved", { version })).rejects.toThrow(
    "was changed after you opened it",
  );
  await request();
  await expect(
    answer(manager, campaignId, "approved", { version, submissionNo: 2 }),
    "the second request, looked at as the first one was",
  ).rejects.toThrow("was changed after you opened it");
});

test("two roles answer in order, each by the people named, and one refusal ends it", async () => {
  const tenant = await newTenant();
  const [manager, officer, other] = await Promise.all([
    colleague(tenant, "member"),
    colleague(tenant, "viewer"),
    colleague(tenant, "member"),
  ]);
  await tenant.caller.approvals.updatePolicy({
    ...always,
    inOrder: true,
    approvers: [
      { role: "campaign_manager", userIds: [manager.userId] },
      { role: "compliance_officer", userIds: [officer.userId] },
    ],
  });
  const { id: campaignId, campaign } = await finishedDraft(tenant);
  await tenant.caller.approvals.request({ campaignId, version: campaign.version });
  const officers = { role: "compliance_officer" as const };
  expect(await titles(officer)).toEqual([]);
  await expect(answer(officer, campaignId, "approved", officers)).rejects.toThrow("another role's turn");
  await expect(answer(other, campaignId, "approved")).rejects.toThrow(
    "You do not answer for the campaign manager",
  );
  await answer(manager, campaignId, "approved");
  expect(await titles(officer)).toEqual(["“Welcome” is to be approved"]);
  await expect(answer(officer, campaignId, "rejected", officers)).rejects.toThrow("Say what should change");
  await answer(officer, campaignId, "rejected", { ...officers, comment: "No imprint" });
  const review = await tenant.caller.campaigns.review({ id: campaignId });
  expect(review.problems.map(({ message }) => message)).toContainEqual(
    "Grace Hopper did not approve it: “No imprint”. Change it, and request the approval again.",
  );
  await tenant.caller.members.remove({ userId: officer.userId });
  await tenant.caller.approvals.request({ campaignId, version: campaign.version });
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  const { submissions } = await manager.caller.approvals.byCampaign({ campaignId });
  expect(submissions.map(({ answers }) => answers.map(({ status }) => status))).toEqual([
    ["approved", "pending"],
    ["approved", "rejected"],
  ]);
  expect(submissions[0]?.answers[1]?.waitsFor, "the one named has left, and the only admin asks").toEqual([]);
});

test("who does not answer is reminded twice, and after two days the request is refused, once", async () => {
  const { tenant, campaignId, request } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  await request();
  for (const [hours, told] of [
    [23, 1],
    [2, 2],
    [18, 2],
    [2, 3],
  ] as const) {
    await moveClock(`${hours} hours`);
    await sweepApprovals();
    await sweepApprovals();
    expect(await titles(await signedInAgain(manager)), `after ${hours} hours more`).toHaveLength(told);
  }
  await moveClock("4 hours");
  const { caller } = await signedInAgain(tenant);
  expect((await caller.approvals.byCampaign({ campaignId })).state).toBe("expired");
  await expect(answer(await signedInAgain(manager), campaignId, "approved")).rejects.toThrow("too old");
  await sweepApprovals();
  await sweepApprovals();
  expect(await titles({ caller })).toEqual(["“Welcome” was not approved"]);
});

test("small audiences need none, one campaign may ask for one, and a request can be withdrawn", async () => {
  const { tenant, campaignId, request, launch } = await draftUnder({ when: "large", largeFrom: 3 });
  const { approvals, campaigns } = tenant.caller;
  expect((await approvals.byCampaign({ campaignId })).needed).toBeNull();
  const { version } = await campaigns.byId({ id: campaignId });
  await approvals.require({ campaignId, version, requiresApproval: true });
  expect((await approvals.byCampaign({ campaignId })).needed).toBe("campaign");
  await request();
  await approvals.withdraw({ campaignId });
  await expect(approvals.withdraw({ campaignId })).rejects.toThrow("no open request");
  await expect(launch()).rejects.toThrow("It has to be approved first");
  await approvals.require({ campaignId, version: version + 1, requiresApproval: false });
  await launch();
  const large = await draftUnder({ when: "large", largeFrom: 2 });
  await expect(large.launch()).rejects.toThrow("It has to be approved first");
});

test("what runs as approved is changed only while it is paused, and goes on once it is approved again", async () => {
  const { tenant, campaignId, request, launch, rename } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const { campaigns } = tenant.caller;
  const { version, audience } = await campaigns.byId({ id: campaignId });
  await campaigns.updateAudience({
    ...{ id: campaignId, version },
    audience: { ...audience, autoEnroll: true },
  });
  await request();
  await answer(manager, campaignId, "approved");
  await launch();
  await runner.settle();
  await expect(rename("Now")).rejects.toThrow("Pause it, change it, and have it approved again");
  await campaigns.pause({ id: campaignId });
  await campaigns.resume({ id: campaignId });
  await campaigns.pause({ id: campaignId });
  await rename("Now");
  await expect(campaigns.resume({ id: campaignId })).rejects.toThrow("It was changed after");
  await request();
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  await campaigns.resume({ id: campaignId });
  await campaigns.pause({ id: campaignId });
  await rename("Later");
  await campaigns.end({ id: campaignId });
  await expect(campaigns.reopen({ id: campaignId })).rejects.toThrow("It was changed after");
});

test("two who answer at the same time are told once, and one refusal ends the request for both", async () => {
  const { tenant, campaignId, request, state } = await draftUnder({
    approvers: [
      { role: "campaign_manager", userIds: [] },
      { role: "compliance_officer", userIds: [] },
    ],
  });
  const manager = await colleague(tenant, "admin");
  await request();
  await answer(manager, campaignId, "approved");
  expect(await titles(manager)).toHaveLength(1);
  expect(await state()).toBe("pending");
  await request();
  await answer(manager, campaignId, "rejected", { submissionNo: 2, comment: "No" });
  expect(await state()).toBe("rejected");
  await moveClock("3 days");
  await sweepApprovals();
  const { caller } = await signedInAgain(tenant);
  expect(await titles({ caller })).toEqual([
    "“Welcome” was not approved",
    "“Welcome” has one of its approvals",
  ]);
});

test("the rules of segments are part of what is approved, wherever they are named", async () => {
  const { tenant, campaignId, request, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const { campaigns, segments } = tenant.caller;
  const rules = (value: string) => ({
    version: 1 as const,
    match: "all" as const,
    rules: [{ field: "email" as const, operator: "contains" as const, value }],
  });
  const [inner, asked] = [
    await segments.create({ name: "Inner", rules: rules("ada") }),
    await segments.create({ name: "Asked by a step", rules: rules("ada") }),
  ];
  const within = (id: string) => ({
    version: 1 as const,
    match: "all" as const,
    rules: [{ field: "segment" as const, operator: "in" as const, value: [id] }],
  });
  const segment = await segments.create({ name: "Some", rules: within(inner.id) });
  const { version, audience } = await campaigns.byId({ id: campaignId });
  await campaigns.updateAudience({
    id: campaignId,
    version,
    audience: { ...audience, include: [segment.id] },
  });
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      with forks as (
        insert into campaign_steps (campaign_id, step_order, step_type, condition_type, condition_rules)
        values (${campaignId}::uuid, 2, 'condition', 'segment', ${JSON.stringify(within(asked.id))}::jsonb) returning id
      )
      update campaign_steps s set next_step_id = f.id from forks f where s.campaign_id = ${campaignId}::uuid`),
  );
  await request();
  await answer(manager, campaignId, "approved");
  const change = (id: string, value: string) =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(
        sql`update segments set rules = ${JSON.stringify(rules(value))}::jsonb where id = ${id}::uuid`,
      ),
    );
  for (const [what, id] of [
    ["one within another", inner.id],
    ["one that a step asks about", asked.id],
  ] as const) {
    await change(id, "example");
    expect(await state(), what).toBe("changed");
    await change(id, "ada");
    expect(await state(), `${what}, as it was`).toBe("approved");
  }
  await change(segment.id, "example");
  expect(await state(), "one of the audience").toBe("changed");
});

test("nobody of another organization sees or answers a request", async () => {
  const { campaignId, request } = await draftUnder();
  await request();
  const stranger = await newTenant();
  await expect(stranger.caller.approvals.byCampaign({ campaignId })).rejects.toThrow(
    "There is no such campaign",
  );
  await expect(answer(stranger, campaignId, "approved")).rejects.toThrow("There is no such campaign");
  await expect(stranger.caller.approvals.withdraw({ campaignId })).rejects.toThrow(
    "There is no such campaign",
  );
});

test("what a variable says in an email is part of what is approved, and what is said elsewhere is not", async () => {
  const { tenant, campaignId, request, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const { templateVariables } = tenant.caller;
  await templateVariables.create({ key: "spring_offer", value: "10 %" });
  await templateVariables.create({ key: "autumn_offer", value: "15 %" });
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`
      update campaign_steps set email_content = '<p>{{ spring_offer }} off</p>'
      where campaign_id = ${campaignId}::uuid and step_type = 'email'`),
  );
  await request();
  await answer(manager, campaignId, "approved");
  const say = async (key: string, value: string) => {
    const found = (await templateVariables.list()).find((each) => each.key === key);
    await templateVariables.update({ id: found?.id ?? "", value });
  };
  await say("autumn_offer", "90 %");
  expect(await state()).toBe("approved");
  await say("spring_offer", "90 %");
  expect(await state()).toBe("changed");
});
