import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { createSession } from "#db/factories";
import { moveClock, newTenant } from "#db/testing";
import { finishedDraft } from "#server/campaigns/testing";
import { createRunner } from "#server/enrollments/testing";
import type { WorkspaceRole } from "#server/permissions";
import { callerFor, newColleague } from "#server/testing";
import { sweepApprovals } from "#server/drivers/sweep";
import type { ApprovalPolicy, ApproverRole } from "./schema.ts";

const sinks = await vi.hoisted(async () => {
  const started = await (await import("../messages/testing-sinks.ts")).startSinks();
  Object.assign(process.env, started.env);
  return started;
});
const runner = createRunner(sinks);
beforeEach(() => runner.forget());
afterAll(() => sinks.stop());

type Tenant = Awaited<ReturnType<typeof newTenant>>;
const colleague = (tenant: Tenant, role: WorkspaceRole) => newColleague({ ...tenant, email: "" }, role);

const always: ApprovalPolicy = {
  when: "always",
  largeFrom: 10_000,
  approvers: [{ role: "campaign_manager", userIds: [] }],
  inOrder: false,
};

/** A finished draft of somebody's, in an organization that asks for approvals. */
async function draftUnder(policy: Partial<ApprovalPolicy> = {}) {
  const tenant = await newTenant();
  await tenant.caller.approvals.updatePolicy({ ...always, ...policy });
  const { id: campaignId, first } = await finishedDraft(tenant);
  const version = async () => (await tenant.caller.campaigns.byId({ id: campaignId })).version;
  return {
    tenant,
    campaignId,
    first,
    request: async (note = "") =>
      tenant.caller.approvals.request({ campaignId, version: await version(), note }),
    launch: async () => tenant.caller.campaigns.launch({ id: campaignId, version: await version() }),
    rename: async (subjectLine: string) => {
      const { steps, version: now } = await tenant.caller.campaigns.byId({ id: campaignId });
      const content = { type: "email" as const, templateId: null, previewText: "", sender: null };
      const emailContent = steps[0]?.emailContent ?? "";
      await tenant.caller.campaigns.saveStep({
        id: campaignId,
        version: now,
        stepId: first,
        content: { ...content, subjectLine, emailContent, replyInThread: false },
      });
    },
    state: async () => (await tenant.caller.approvals.byCampaign({ campaignId })).state,
  };
}

type Words = { submissionNo?: number; role?: ApproverRole; comment?: string };
const answer = (
  { caller }: Pick<Tenant, "caller">,
  campaignId: string,
  decision: "approved" | "rejected",
  { submissionNo = 1, role = "campaign_manager", comment = "" }: Words = {},
) => caller.approvals.decide({ campaignId, submissionNo, role, decision, comment });

/** Days later everybody has been signed out. */
async function signedInAgain({ userId, slug }: Pick<Tenant, "userId" | "slug">) {
  const { sessionId } = await createSession(userId);
  return { caller: callerFor({ sessionId, workspaceSlug: slug }) };
}

const titles = async ({ caller }: Pick<Tenant, "caller">) =>
  (await caller.notifications.list()).rows.map((row) => row.title);

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
  await expect(answer(manager, campaignId, "approved")).rejects.toThrow("approved already");
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
  await Promise.allSettled([rename("At the same moment"), answer(manager, campaignId, "approved")]);
  expect(await state()).toBe("changed");
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
  await request();
  await answer(manager, campaignId, "approved");
  await launch();
  await runner.settle();
  await expect(rename("Now")).rejects.toThrow("Pause it, change it, and have it approved again");
  await tenant.caller.campaigns.pause({ id: campaignId });
  await tenant.caller.campaigns.resume({ id: campaignId });
  await tenant.caller.campaigns.pause({ id: campaignId });
  await rename("Now");
  await expect(tenant.caller.campaigns.resume({ id: campaignId })).rejects.toThrow("It was changed after");
  await request();
  await answer(manager, campaignId, "approved", { submissionNo: 2 });
  await tenant.caller.campaigns.resume({ id: campaignId });
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
