import { sql } from "drizzle-orm";
import PostalMime from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { createSession, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import type { StepContent } from "#server/campaigns/schema";
import { email } from "#server/campaigns/testing";
import { exitContacts } from "#server/enrollments/exits";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { statuses } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const reviewed = (values: Partial<StepValues> = {}): StepValues =>
  emailStep({
    emailContent: '<p>Dear {{ first_name }}, <a href="https://x.test/offer">look</a></p>',
    requiresDraftApproval: true,
    draftReview: { days: 14, otherwise: "skip" },
    ...values,
  });

/** Long enough for the sweeper to miss an event that was lost. */
async function sweepLater() {
  await runner.pass("2 minutes");
  await runner.sweep();
  await runner.settle();
}

/** A running campaign whose first contacts have come to its first step, and a reviewer. */
async function running(emails: string[], steps: StepValues[] = [reviewed()]) {
  const campaign = await newCampaign({ emails: emails.map((name) => `${name}@example.test`), steps });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return { ...campaign, review: await reviewerOf(campaign) };
}
async function reviewerOf({ userId, slug }: Started) {
  const { sessionId } = await createSession(userId);
  return callerFor({ sessionId, workspaceSlug: slug });
}
type Running = Awaited<ReturnType<typeof running>>;

const draftsOf = async (
  { review }: Running,
  view: "review" | "approved" | "sent" | "rejected" | "gone" = "review",
) => (await review.drafts.list({ view })).rows.toSorted((a, b) => (a.email < b.email ? -1 : 1));
const seen = (rows: { id: string; version: number }[]) => rows.map(({ id, version }) => ({ id, version }));
const arrived = async ({ scope }: Started) => {
  const mine = sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));
  const mails = await Promise.all(mine.map((mail) => PostalMime.parse(mail.raw)));
  return mails.map(({ to, subject, html, text }) => ({ to: to?.[0]?.address ?? "", subject, html, text }));
};
const save = async ({ review, campaignId }: Running, stepId: string, content: StepContent) => {
  const { version } = await review.campaigns.byId({ id: campaignId });
  await review.campaigns.saveStep({ id: campaignId, version, stepId, content });
  await runner.settle();
};

test("exactly what was approved leaves, in the words that were approved, tracked and counted as any email", async () => {
  const campaign = await running(
    ["ada", "bea", "cid", "dan"],
    [reviewed(), emailStep({ subjectLine: "Later" })],
  );
  const { review } = campaign;
  expect(await arrived(campaign)).toEqual([]);
  expect((await places(campaign)).map((place) => place.wait_reason)).toEqual(
    Array(4).fill("waiting_for_review"),
  );
  const [ada, bea, cid, dan] = await draftsOf(campaign);
  if (!ada || !bea || !cid || !dan) throw new Error("Everybody has a draft.");
  expect(ada).toMatchObject({ subject: "Hello Ada", status: "draft" });
  const wrote = {
    subject: "Ada, {{ a word }}",
    previewText: "",
    body: '<p>By hand {% raw %} <a href="https://y.test/">y</a></p>',
  };
  const edited = await review.drafts.edit({ ...wrote, id: ada.id, version: ada.version });
  await expect(
    review.drafts.edit({ ...wrote, id: bea.id, version: bea.version, body: "<p>{{ first_name }}</p>" }),
  ).rejects.toThrow("{{ first_name }} would leave just so");
  await review.drafts.reject({ choices: seen([cid]), reason: "Wrong tone" });
  const decided = await review.drafts.approve({
    choices: [{ id: ada.id, version: edited.version }, ...seen([bea])],
  });
  expect(decided).toEqual({ done: [ada.id, bea.id], refused: [] });
  await runner.settle();

  const mails = await arrived(campaign);
  expect(mails.map(({ to, subject }) => `${to} ${subject}`).toSorted()).toEqual([
    "ada@example.test Ada, {{ a word }}",
    "ada@example.test Later",
    "bea@example.test Hello Ada",
    "bea@example.test Later",
    "cid@example.test Later",
  ]);
  const byHand = mails.find(({ subject }) => subject?.startsWith("Ada,"));
  expect(byHand?.html).toContain("By hand {% raw %}");
  expect(byHand?.html).not.toContain("https://y.test/");
  expect(byHand?.html).toMatch(/unsubscribe/i);
  const links = await withTenant(campaign.scope, async (tx) => [
    ...(await tx.execute<{ url: string }>(sql`
      select l.url from tracked_links l join content.email_messages m on m.id = l.message_id order by l.url`)),
  ]);
  expect(links.map(({ url }) => url)).toEqual(["https://x.test/offer", "https://y.test/"]);
  expect((await draftsOf(campaign, "sent")).map(({ email: to, status }) => `${to} ${status}`)).toEqual([
    "ada@example.test sent",
    "bea@example.test sent",
  ]);
  expect((await draftsOf(campaign)).map((row) => row.id)).toEqual([dan.id]);
  expect(await review.drafts.days()).toMatchObject([{ created: 4, approved: 2, sent: 5, followUps: 2 }]);
  expect((await review.notifications.list()).rows.map((row) => row.type)).toEqual(["drafts.waiting"]);
});

test("of many approved at once those are refused, each with its reason, who may not get it or whose words were changed", async () => {
  const campaign = await running(["ada", "bea", "cid", "dan"]);
  const { review, scope, contactIds } = campaign;
  const rows = await draftsOf(campaign);
  const [ada, bea, cid, dan] = rows;
  if (!ada || !bea || !cid || !dan) throw new Error("Everybody has a draft.");
  await review.drafts.edit({
    id: ada.id,
    version: ada.version,
    subject: "Changed",
    previewText: "",
    body: "<p>x</p>",
  });
  await withTenant(scope, (tx) => exitContacts(tx, { contactIds: [contactIds[1] ?? ""], reason: "replied" }));
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set status = 'unsubscribed' where id = ${contactIds[2]}::uuid`),
  );
  const { done, refused } = await review.drafts.approve({ choices: seen(rows) });
  expect(done).toEqual([dan.id]);
  expect(refused).toEqual([
    {
      id: ada.id,
      email: "ada@example.test",
      reason: "Somebody changed this email after you opened it: look at it again.",
    },
    {
      id: bea.id,
      email: "bea@example.test",
      reason: "They have replied meanwhile: nothing more is sent to them.",
    },
    { id: cid.id, email: "cid@example.test", reason: "They have unsubscribed meanwhile." },
  ]);
  await runner.settle();
  expect((await arrived(campaign)).map(({ to }) => to)).toEqual(["dan@example.test"]);
});

test("an email that nobody looks at in time is given up: its contact goes on without it, or leaves", async () => {
  const skips = await running(["ada"], [reviewed(), emailStep({ subjectLine: "Next" })]);
  const exits = await running(["bea"], [reviewed({ draftReview: { days: 14, otherwise: "exit" } })]);
  await runner.pass("13 days");
  expect(await arrived(skips)).toEqual([]);
  await runner.pass("25 hours");
  expect((await arrived(skips)).map(({ subject }) => subject)).toEqual(["Next"]);
  expect(await arrived(exits)).toEqual([]);
  expect((await places(exits))[0]).toMatchObject({ status: "exited", exit_reason: "draft_expired" });
  const again = await reviewerOf(exits);
  const [bea] = (await again.drafts.list({ view: "gone" })).rows;
  expect(bea?.status).toBe("expired");
  const late = await again.drafts.approve({ choices: seen(bea ? [bea] : []) });
  expect(late.refused.map(({ reason }) => reason)).toEqual(["Nobody looked at it in time: it is given up."]);
});

test("an email approved for later leaves then and not before, and not at all once its approval is taken back", async () => {
  const campaign = await running(["ada", "bea"]);
  const [ada, bea] = await draftsOf(campaign);
  if (!ada || !bea) throw new Error("Everybody has a draft.");
  const [{ at } = { at: "" }] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ at: string }>(
      sql`select to_char((app_now() + interval '2 days') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at`,
    ),
  );
  await campaign.review.drafts.approve({ choices: seen([ada, bea]), sendAt: at });
  await runner.settle();
  expect((await draftsOf(campaign, "approved")).map((row) => row.status)).toEqual(["scheduled", "scheduled"]);
  const { done } = await campaign.review.drafts.takeBack({ choices: seen([bea]) });
  expect(done).toEqual([bea.id]);
  await runner.pass("47 hours");
  expect(await arrived(campaign)).toEqual([]);
  await runner.pass("2 hours");
  expect((await arrived(campaign)).map(({ to }) => to)).toEqual(["ada@example.test"]);
  const rows = await withTenant(campaign.scope, async (tx) => [
    ...(await tx.execute<{ status: string }>(sql`select status from scheduled_emails order by status`)),
  ]);
  expect(rows.map(({ status }) => status)).toEqual(["cancelled", "sent"]);
  const review = await reviewerOf(campaign);
  // Approved once for each email that stands approved; what was taken back does not count.
  expect((await review.drafts.days()).reduce((sum, day) => sum + day.approved, 0)).toBe(1);
});

test("an email with a time of day that is approved for a later time leaves then", async () => {
  const [{ shown } = { shown: "" }] = await withoutTenant((tx) =>
    tx.execute<{ shown: string }>(sql`select to_char(app_now() at time zone 'UTC', 'HH24:MI') as shown`),
  );
  const campaign = await running(["ada"], [reviewed({ sendTime: shown })]);
  const [ada] = await draftsOf(campaign);
  const [{ at } = { at: "" }] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ at: string }>(
      sql`select to_char((app_now() + interval '5 hours') at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI') as at`,
    ),
  );
  await campaign.review.drafts.approve({ choices: seen(ada ? [ada] : []), sendAt: at });
  await runner.settle();
  await runner.pass("4 hours");
  expect(await arrived(campaign)).toEqual([]);
  await runner.pass("1 hour");
  expect(await arrived(campaign)).toHaveLength(1);
});

test("a queued email that was approved comes back when the approval does, and is sent once when approved again", async () => {
  const campaign = await running(["ada"]);
  const [ada] = await draftsOf(campaign);
  if (!ada) throw new Error("She has a draft.");
  await campaign.review.drafts.approve({ choices: seen([ada]) });
  await runner.settle("mailbox/messages.queued");
  expect(await statuses(campaign)).toEqual(["queued"]);
  await campaign.review.drafts.takeBack({ choices: seen([ada]) });
  await sweepLater();
  expect(await arrived(campaign)).toEqual([]);
  const [open] = await draftsOf(campaign);
  const twice = seen(open ? [open] : []);
  const answers = await Promise.all([
    campaign.review.drafts.approve({ choices: twice }),
    campaign.review.drafts.approve({ choices: twice }),
  ]);
  expect(answers.flatMap(({ done }) => done)).toEqual([ada.id]);
  await runner.settle();
  await sweepLater();
  expect(await statuses(campaign)).toEqual(["cancelled", "sent"]);
  expect(await arrived(campaign)).toHaveLength(1);
});

test("a running step that is reviewed from now on recalls what is queued, and reviewed no more sends what waits", async () => {
  const campaign = await newCampaign({
    emails: ["ada@example.test", "bea@example.test"],
    steps: [emailStep()],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const whole = { ...campaign, review: await reviewerOf(campaign) };
  const [stepId = ""] = campaign.stepIds;
  const review = { days: 14, otherwise: "skip" as const, instructions: "", unreviewed: false };
  await save(whole, stepId, { ...email, review });
  await sweepLater();
  expect(await arrived(whole)).toEqual([]);
  const [ada, bea] = await draftsOf(whole);
  if (!ada || !bea) throw new Error("Everybody has a draft.");
  await whole.review.drafts.edit({
    id: ada.id,
    version: ada.version,
    subject: "By hand",
    previewText: "",
    body: "<p>x</p>",
  });
  await save(whole, stepId, { ...email, subjectLine: "Rewritten", review });
  expect((await draftsOf(whole)).map(({ subject }) => subject)).toEqual(["By hand", "Rewritten"]);
  await save(whole, stepId, { ...email, subjectLine: "Unreviewed" });
  await sweepLater();
  expect((await arrived(whole)).map(({ to, subject }) => `${to} ${subject}`).toSorted()).toEqual([
    "ada@example.test Unreviewed",
    "bea@example.test Unreviewed",
  ]);
  expect(await draftsOf(whole)).toEqual([]);
});
