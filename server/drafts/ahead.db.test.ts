import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { email } from "#server/campaigns/testing";
import { createRunner, emailStep, launch, newCampaign, places } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** Everybody stands at a wait in front of an email that is reviewed. */
async function waiting(names: readonly string[]) {
  const campaign = await newCampaign({
    emails: names.map((name) => `${name}@example.test`),
    steps: [
      { stepType: "wait", waitDuration: { value: 2, unit: "days" } },
      emailStep({ requiresDraftApproval: true, draftReview: { days: 14, otherwise: "skip" } }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const { sessionId } = await createSession(campaign.userId);
  const caller = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const people = await places(campaign);
  return { ...campaign, caller, people, stepId: campaign.stepIds[1] ?? "" };
}
type Waiting = Awaited<ReturnType<typeof waiting>>;

async function arrive() {
  await runner.pass("49 hours");
  await runner.sweep();
  await runner.settle();
}
const listed = async ({ caller }: Waiting, view: "review" | "ahead" | "gone") =>
  (await caller.drafts.list({ view })).rows.toSorted((a, b) => (a.email < b.email ? -1 : 1));
const enrollmentOf = async ({ caller, campaignId }: Waiting, name: string) => {
  const { rows } = await caller.analytics.people({ id: campaignId, status: "live" });
  const person = rows.find(({ email: address }) => address.startsWith(name));
  if (!person) throw new Error(`${name} is not in the campaign.`);
  return person.id;
};

test("what is written to somebody by hand is their draft once they come to the step, and keeps its words", async () => {
  const campaign = await waiting(["ada", "bea", "cid"]);
  const { caller, stepId, campaignId } = campaign;
  const enrollmentId = await enrollmentOf(campaign, "ada");
  expect(await caller.drafts.writable({ enrollmentId })).toMatchObject([{ stepId, draftId: null }]);
  const { id } = await caller.drafts.write({ enrollmentId, stepId });
  expect(await caller.drafts.write({ enrollmentId, stepId })).toEqual({ id, ahead: true });
  expect(await caller.drafts.byId({ id })).toMatchObject({
    subject: "Hello Ada",
    author: "user",
    ahead: true,
  });
  // Begun, and left as the step says it today.
  await caller.drafts.write({ enrollmentId: await enrollmentOf(campaign, "cid"), stepId });
  expect(await caller.drafts.counts({})).toMatchObject({ views: { ahead: 2, review: 0 } });
  const words = { subject: "Dear Ada, by hand", previewText: "", body: "<p>I thought of you</p>" };
  const { version } = await caller.drafts.edit({ id, version: 1, ...words });
  const early = await caller.drafts.approve({ choices: [{ id, version }] });
  expect(early.refused.map(({ reason }) => reason)).toEqual([
    "They have not come to the step of this email yet: it is decided about then.",
  ]);

  await arrive();
  expect(await listed(campaign, "ahead")).toEqual([]);
  expect((await listed(campaign, "review")).map(({ subject }) => subject)).toEqual([
    words.subject,
    "Hello Ada",
    "Hello Ada",
  ]);
  const edit = { id: campaignId, version: (await caller.campaigns.byId({ id: campaignId })).version };
  await caller.campaigns.saveStep({
    ...edit,
    stepId,
    content: {
      ...email,
      subjectLine: "News",
      emailContent: "<p>New words</p>",
      review: { days: 14, otherwise: "skip", instructions: "" },
    },
  });
  await runner.settle();
  const rows = await listed(campaign, "review");
  expect(rows.map(({ id: each, subject }) => [each === id, subject])).toEqual([
    [true, words.subject],
    [false, "News"],
    [false, "Hello Ada"],
  ]);
  await caller.drafts.approve({ choices: rows.map((row) => ({ id: row.id, version: row.version })) });
  await runner.settle();
  const mails = sinks.mails.filter((mail) => mail.raw.includes(campaign.scope.workspaceId));
  expect(mails.map(({ to, subject }) => `${to} ${subject}`).toSorted()).toEqual([
    "ada@example.test Dear Ada, by hand",
    "bea@example.test News",
    "cid@example.test Hello Ada",
  ]);
});

test("what was written by hand and thrown away is not used, and who has left is written nothing", async () => {
  const campaign = await waiting(["ada", "bea"]);
  const { caller, stepId } = campaign;
  const enrollmentId = await enrollmentOf(campaign, "ada");
  const { id } = await caller.drafts.write({ enrollmentId, stepId });
  await caller.drafts.discard({ id, version: 1 });
  await expect(caller.drafts.discard({ id, version: 1 })).rejects.toMatchObject({ code: "CONFLICT" });
  await arrive();
  expect((await listed(campaign, "review")).map(({ id: each, subject }) => [each === id, subject])).toEqual([
    [false, "Hello Ada"],
    [false, "Hello Ada"],
  ]);
  // Who has come there has a draft: that is the one to write in.
  const [ada] = await listed(campaign, "review");
  expect(await caller.drafts.write({ enrollmentId, stepId })).toEqual({ id: ada?.id, ahead: false });
  await caller.enrollments.act({
    campaignId: campaign.campaignId,
    enrollmentIds: [enrollmentId],
    act: "exit",
  });
  expect(await caller.drafts.writable({ enrollmentId })).toEqual([]);
  await expect(caller.drafts.write({ enrollmentId, stepId })).rejects.toMatchObject({ code: "CONFLICT" });
});
