import { beforeEach, expect, test } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { email } from "#server/campaigns/testing";
import { mergeContacts } from "#server/contacts/merge";
import type { StepValues } from "#db/factories";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { atOnce, claim, queued } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const wait: StepValues = { stepType: "wait", waitDuration: { value: 2, unit: "days" } };
const reviewed = emailStep({ requiresDraftApproval: true, draftReview: { days: 14, otherwise: "skip" } });
const addresses = (names: readonly string[]) => names.map((name) => `${name}@example.test`);
const reviewerOf = async ({ userId, slug }: Started) =>
  callerFor({ sessionId: (await createSession(userId)).sessionId, workspaceSlug: slug });

/** Everybody stands at a wait in front of an email that is reviewed. */
async function waiting(names: readonly string[], behind: readonly StepValues[] = []) {
  const campaign = await newCampaign({ emails: addresses(names), steps: [wait, reviewed, ...behind] });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const caller = await reviewerOf(campaign);
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
type Found = Pick<Waiting, "caller" | "campaignId">;
const enrollmentOf = async ({ caller, campaignId }: Found, name: string) => {
  const { rows } = await caller.analytics.people({ id: campaignId, status: "live" });
  const person = rows.find(({ email: address }) => address.startsWith(name));
  if (!person) throw new Error(`${name} is not in the campaign.`);
  return person.id;
};

/** The step says something else from now on, and each of its emails is reviewed. */
async function saveReviewed({ caller, campaignId: id }: Found, stepId: string, subjectLine: string) {
  const { version } = await caller.campaigns.byId({ id });
  const review = { days: 14, otherwise: "skip", instructions: "" } as const;
  const content = { ...email, subjectLine, emailContent: "<p>New words</p>", review };
  await caller.campaigns.saveStep({ id, version, stepId, content });
}

test("what is written to somebody by hand is their draft once they come to the step, and keeps its words", async () => {
  const campaign = await waiting(["ada", "bea", "cid"]);
  const { caller, stepId } = campaign;
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
  await saveReviewed(campaign, stepId, "News");
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

test("what was written by hand ends with the pass of its contact, and says so once they have passed its step", async () => {
  const campaign = await waiting(["ada", "bea", "cid", "dan"], [wait]);
  const { caller, stepId, campaignId } = campaign;
  const written = new Map<string, { id: string; enrollmentId: string }>();
  for (const name of ["ada", "bea", "cid", "dan"]) {
    const enrollmentId = await enrollmentOf(campaign, name);
    written.set(name, { ...(await caller.drafts.write({ enrollmentId, stepId })), enrollmentId });
  }
  const of = (name: string) => written.get(name) ?? { id: "", enrollmentId: "" };
  const act = (name: string, one: "exit" | "skip") =>
    caller.enrollments.act({ campaignId, enrollmentIds: [of(name).enrollmentId], act: one });
  await act("ada", "exit");
  // To the end, past the step that would have asked for a review.
  for (let steps = 0; steps < 3; steps += 1) await act("bea", "skip");
  for (let steps = 0; steps < 2; steps += 1) await act("cid", "skip");
  expect((await listed(campaign, "gone")).map(({ id, status }) => [id, status])).toEqual([
    [of("ada").id, "cancelled"],
    [of("bea").id, "cancelled"],
  ]);
  expect((await listed(campaign, "ahead")).map(({ id }) => id)).toEqual([of("cid").id, of("dan").id]);
  expect(await caller.drafts.byId({ id: of("cid").id })).toMatchObject({ ahead: true, unused: true });
  expect(await caller.drafts.byId({ id: of("dan").id })).toMatchObject({ ahead: true, unused: false });
});

test("an email that somebody has had, or that is leaving at this moment, cannot be written to them any more", async () => {
  const campaign = await newCampaign({
    emails: addresses(["ada"]),
    steps: [emailStep(), wait, reviewed],
    settings: atOnce,
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [first = "", , third = ""] = campaign.stepIds;
  const had = { ...campaign, caller: await reviewerOf(campaign) };
  await saveReviewed(had, first, "Looked at");
  await runner.settle();
  const enrollmentId = await enrollmentOf(had, "ada");
  expect((await had.caller.drafts.writable({ enrollmentId })).map(({ stepId }) => stepId)).toEqual([third]);
  await expect(had.caller.drafts.write({ enrollmentId, stepId: first })).rejects.toMatchObject({
    code: "CONFLICT",
  });

  const sending = await queued(
    runner,
    await newCampaign({ emails: addresses(["bea", "cid"]), settings: atOnce }),
  );
  const [step = ""] = sending.stepIds;
  const leaving = { ...sending, caller: await reviewerOf(sending) };
  const { messages } = await claim(sending, 1);
  await saveReviewed(leaving, step, "Looked at");
  const writable = [];
  for (const name of ["bea", "cid"]) {
    const rows = await leaving.caller.drafts.writable({ enrollmentId: await enrollmentOf(leaving, name) });
    const contactId = sending.contactIds[name === "bea" ? 0 : 1];
    expect(rows.length).toBe(messages.some(({ contact_id }) => contact_id === contactId) ? 0 : 1);
    writable.push(...rows);
  }
  expect(writable).toHaveLength(1);
});

test("of what was written by hand to two who turn out to be one person, the email of the place that stays is left", async () => {
  const campaign = await waiting(["ada", "bea"]);
  const { caller, stepId, scope, userId, contactIds } = campaign;
  for (const name of ["ada", "bea"])
    await caller.drafts.write({ enrollmentId: await enrollmentOf(campaign, name), stepId });
  const [kept] = await listed(campaign, "ahead");
  const [keepId = "", otherId = ""] = contactIds;
  const side = (id: string) => ({ id, version: 1 });
  await withTenant(scope, (tx) =>
    mergeContacts(tx, { keep: side(keepId), other: side(otherId), choices: {} }, userId),
  );
  expect((await listed(campaign, "ahead")).map(({ id }) => id)).toEqual([kept?.id]);
  expect(await listed(campaign, "gone")).toHaveLength(1);
});
