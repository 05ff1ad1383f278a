// @module-tag race
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { always, answer, colleague, draftUnder, titles } from "./testing.ts";

const both = [
  { role: "campaign_manager" as const, userIds: [] },
  { role: "compliance_officer" as const, userIds: [] },
];

test("where two persons are asked for, nobody answers for both roles, and who has answered is not asked again", async () => {
  const { tenant, campaignId, request, state } = await draftUnder({
    approvers: both,
    inOrder: true,
    twoPersons: true,
  });
  const [first, second] = [await colleague(tenant, "admin"), await colleague(tenant, "admin")];
  await request();
  await answer(first, campaignId, "approved");
  await expect(answer(first, campaignId, "approved", { role: "compliance_officer" })).rejects.toThrow(
    "You have answered for the other role",
  );
  expect([(await titles(first)).length, (await titles(second)).length]).toEqual([1, 2]);
  const { submissions } = await first.caller.approvals.byCampaign({ campaignId });
  expect(submissions[0]?.answers.map(({ mine }) => mine)).toEqual([false, false]);
  await answer(second, campaignId, "approved", { role: "compliance_officer" });
  expect(await state()).toBe("approved");
});

test("a campaign from an address that nothing was launched from is approved first, the next one is not", async () => {
  const { tenant, campaignId, launch, request } = await draftUnder({ when: "never", newSender: true });
  const { caller } = tenant;
  const next = await caller.campaigns.clone({ id: campaignId });
  await expect(launch()).rejects.toThrow("It has to be approved first");
  await request();
  await answer(await colleague(tenant, "admin"), campaignId, "approved");
  await launch();
  expect(await caller.approvals.byCampaign({ campaignId: next.id })).toMatchObject({ needed: null });
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update campaign_steps set sender = '{"fromName": "", "fromEmail": "New@sandbox.test", "replyTo": ""}'
      where campaign_id = ${next.id}::uuid`),
  );
  expect(await caller.approvals.byCampaign({ campaignId: next.id })).toMatchObject({ needed: "sender" });
});

test("the mailboxes of a pool are senders, each of them: one that joins it is approved too", async () => {
  const { tenant, campaignId, request, launch, state } = await draftUnder({ when: "never", newSender: true });
  const { caller } = tenant;
  const manager = await colleague(tenant, "admin");
  const join = (email: string) =>
    withTenant(tenant.scope, (tx) =>
      tx.execute(sql`
        with joined as (
          insert into email_accounts (email, provider, status) values (${email}, 'sandbox', 'active') returning id
        )
        insert into pool_members (pool_id, email_account_id) select p.id, j.id from rotation_pools p, joined j`),
    );
  const pool = await caller.pools.create({
    name: "Both",
    strategy: "round_robin",
    dailyLimitPerAccount: null,
    members: [{ mailboxId: tenant.emailAccountId, weight: 1 }],
  });
  const { version, settings } = await caller.campaigns.byId({ id: campaignId });
  await caller.campaigns.updateSettings({
    id: campaignId,
    version,
    settings: { ...settings, rotationPoolId: pool.id },
  });
  const [next, last] = [
    await caller.campaigns.clone({ id: campaignId }),
    await caller.campaigns.clone({ id: campaignId }),
  ];
  await request();
  await answer(manager, campaignId, "approved");
  await join("second@sandbox.test");
  expect(await state()).toBe("changed");
  await request();
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  await launch();
  expect(await caller.approvals.byCampaign({ campaignId: next.id })).toMatchObject({ needed: null });
  await join("third@sandbox.test");
  expect(await caller.approvals.byCampaign({ campaignId: last.id })).toMatchObject({ needed: "sender" });
});

test("of an edit and a resume at the same moment one wins, and nothing runs that nobody approved", async () => {
  const { tenant, campaignId, request, launch, rename, state } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const { campaigns } = tenant.caller;
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update campaigns set audience = audience || '{"autoEnroll": true}', auto_enroll = true`),
  );
  await request();
  await answer(manager, campaignId, "approved");
  await launch();
  for (let round = 0; round < 6; round += 1) {
    await campaigns.pause({ id: campaignId });
    const edit = () => rename(`Now ${round}`);
    const resume = () => campaigns.resume({ id: campaignId });
    const settled = await Promise.allSettled(round % 2 === 0 ? [edit(), resume()] : [resume(), edit()]);
    expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    const { status } = await campaigns.byId({ id: campaignId });
    if (status === "active") {
      expect(await state()).toBe("approved");
      continue;
    }
    expect(await state()).toBe("changed");
    await request();
    const { submissions } = await manager.caller.approvals.byCampaign({ campaignId });
    await answer(manager, campaignId, "approved", { submissionNo: submissions[0]?.no ?? 0 });
    await resume();
  }
});

test("an approval for one start lets the campaign start then and at no other time, unless it is asked for again", async () => {
  const { tenant, campaignId, request, launch } = await draftUnder();
  const manager = await colleague(tenant, "admin");
  const { campaigns } = tenant.caller;
  const schedule = async (at: string) =>
    campaigns.schedule({ id: campaignId, version: (await campaigns.byId({ id: campaignId })).version, at });
  const year = (await withTenant(tenant.scope, appNow)).getUTCFullYear();
  await expect(request("", `${year - 1}-05-04T09:00`)).rejects.toThrow("This time has passed");
  const start = `${year + 1}-01-15T09:00`;
  await request("", start);
  await answer(manager, campaignId, "approved");
  expect((await campaigns.review({ id: campaignId })).suggestedStart).toBe(start);
  await expect(launch()).rejects.toThrow(/approved to start on .* 15 Jan, 09:00/);
  await expect(schedule(`${year + 1}-01-14T09:00`)).rejects.toThrow("approved to start on");
  await expect(schedule(`${year + 1}-01-16T10:00`)).rejects.toThrow("approved to start on");
  await schedule(start);
  await campaigns.unschedule({ id: campaignId });
  await request();
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  await launch();
  await campaigns.pause({ id: campaignId });
  await expect(request("", start)).rejects.toThrow("This campaign has started");
});

test("what is scheduled already is approved for that start, and no other", async () => {
  const { tenant, campaignId, request, state } = await draftUnder({ when: "never" });
  const { approvals, campaigns } = tenant.caller;
  const year = (await withTenant(tenant.scope, appNow)).getUTCFullYear();
  const schedule = async (at: string) =>
    campaigns.schedule({ id: campaignId, version: (await campaigns.byId({ id: campaignId })).version, at });
  const { startsAt } = await schedule(`${year + 1}-01-15T09:00`);
  await approvals.updatePolicy(always);
  await request();
  const { submissions } = await approvals.byCampaign({ campaignId });
  expect(submissions.map((one) => one.startsAt)).toEqual([startsAt]);
  await answer(await colleague(tenant, "admin"), campaignId, "approved");
  await expect(schedule(`${year + 1}-01-20T09:00`)).rejects.toThrow("approved to start on");
  await expect(request()).rejects.toThrow("is approved as it is");
  expect(await state()).toBe("approved");
});

test("a campaign that says one of the organization's words is approved first, in whichever variant it says it", async () => {
  const { tenant, campaignId, rename } = await draftUnder({ when: "never", words: ["Free Trial", "% off"] });
  const standing = async () => {
    const { needed, words } = await tenant.caller.approvals.byCampaign({ campaignId });
    return [needed, words];
  };
  expect(await standing()).toEqual([null, []]);
  await rename("Your free  trial, 20% off");
  expect(await standing()).toEqual(["words", ["free trial", "% off"]]);
});
