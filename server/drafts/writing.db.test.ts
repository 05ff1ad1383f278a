import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { createSession } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { sweepDrafts } from "#server/drivers/sweep";
import { createRunner, emailStep, launch, newCampaign } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { callerFor } from "#server/testing";
import { emailAnswer, failureAnswer } from "./testing-provider.ts";
import { writeNext } from "./writing.ts";

const provider = await vi.hoisted(async () => {
  const speaks = await (await import("./testing-provider.ts")).startProvider();
  Object.assign(process.env, {
    ANTHROPIC_API_KEY: "sk-test",
    ANTHROPIC_BASE_URL: speaks.baseUrl,
    AI_PRICES: "claude-of-the-test=3/15",
  });
  return speaks;
});
const runner = createRunner(sinks);
beforeEach(() => runner.forget());
afterAll(() => provider.stop());

const good = emailAnswer({
  subject: "For Ada alone",
  paragraphs: ["Dear Ada,", "Look at https://x.test/offer"],
});

/** Contacts at a step whose drafts a provider is to write. */
async function asking(emails: string[], { unreviewed = false } = {}) {
  const campaign = await newCampaign({
    emails,
    steps: [
      emailStep({
        emailContent: '<p>Dear {{ first_name }}, <a href="https://x.test/offer">look</a></p>',
        requiresDraftApproval: true,
        draftReview: { days: 14, otherwise: "skip", instructions: "Be personal", unreviewed },
      }),
    ],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const { sessionId } = await createSession(campaign.userId);
  const review = callerFor({ sessionId, workspaceSlug: campaign.slug });
  const first = async () => {
    const [row] = (await review.drafts.list({ view: "review" })).rows;
    return review.drafts.byId({ id: row?.id ?? "" });
  };
  return { ...campaign, review, first };
}

test("a provider writes a draft, once whatever dies in between, and it leaves when it is approved and not before", async () => {
  const { scope, review, first } = await asking(["ada@example.test"]);
  const waiting = await first();
  expect(waiting).toMatchObject({ writing: "waiting", subject: "Hello Ada", author: "rule" });
  const early = await review.drafts.approve({ choices: [{ id: waiting.id, version: waiting.version }] });
  expect(early.refused[0]?.reason).toMatch(/still being written/);
  // A process that died after its claim: the sweeper finds it when its lease is over.
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update email_drafts set writing = 'writing', writing_until = app_now() + interval '3 minutes'`,
    ),
  );
  expect(await writeNext(scope)).toMatchObject({ written: 0, more: false });
  await runner.pass("4 minutes");
  sinks.events.splice(0);
  await sweepDrafts();
  expect(sinks.events.map(({ name, data }) => ({ name, workspace: data.workspaceId }))).toContainEqual({
    name: "drafts/writing.due",
    workspace: scope.workspaceId,
  });
  sinks.events.splice(0);
  provider.answer(good);
  expect(await writeNext(scope)).toMatchObject({ written: 1 });
  expect(await writeNext(scope)).toEqual({ written: 0, more: false, until: null });
  const draft = await first();
  expect(draft).toMatchObject({
    subject: "For Ada alone",
    author: "ai",
    writing: "done",
    ai: { model: "claude-of-the-test", inputTokens: 300, outputTokens: 50, costMicros: 1_650 },
  });
  expect(provider.asked.at(-1)?.body.messages[0]?.content).toContain("Be personal");
  const mine = () => sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));
  expect(mine()).toEqual([]);
  await review.drafts.approve({ choices: [{ id: draft.id, version: draft.version }] });
  await runner.settle();
  expect(mine().map(({ subject }) => subject)).toEqual(["For Ada alone"]);
});

test("a provider that is busy is asked again when it says, one that fails leaves the step's words, and a person's words stand", async () => {
  const { scope, review, first } = await asking(["ada@example.test"]);
  provider.answer(failureAnswer(429, { "retry-after": "20" }));
  await writeNext(scope);
  expect(await first()).toMatchObject({
    writing: "waiting",
    writingProblem: expect.stringContaining("429") as string,
  });
  const before = provider.asked.length;
  const rest = await writeNext(scope);
  expect([rest.more, rest.until !== null, provider.asked.length]).toEqual([false, true, before]);
  await runner.pass("30 seconds");
  provider.answer(emailAnswer({ subject: "Click", paragraphs: ["https://evil.test"] }));
  await writeNext(scope);
  expect(await first()).toMatchObject({ writing: "waiting", ai: { outputTokens: 50 } });
  await runner.pass("1 hour");
  provider.answer(failureAnswer(401));
  await writeNext(scope);
  const failed = await first();
  expect(failed).toMatchObject({ writing: "failed", subject: "Hello Ada", author: "rule" });
  await review.drafts.restore({ id: failed.id, version: failed.version });
  const again = await first();
  expect(again.writing).toBe("waiting");
  const words = { subject: "By hand", previewText: "", body: "<p>x</p>" };
  const edit = () => review.drafts.edit({ id: again.id, version: again.version, ...words });
  provider.answer({ ...good, meanwhile: edit });
  expect(await writeNext(scope)).toMatchObject({ written: 0 });
  expect(await first()).toMatchObject({ subject: "By hand", writing: null });
  // It is paid for all the same.
  expect((await review.drafts.costs()).total).toMatchObject({ outputTokens: 100, costMicros: 3_300 });
});

test("a run that dies hours into a backlog is noticed as soon as one that dies early", async () => {
  const { scope } = await asking(["ada@example.test", "bea@example.test"]);
  const calls = async (clock: string) => {
    await moveClock(clock);
    sinks.events.splice(0);
    await sweepDrafts();
    return sinks.events.filter(({ data }) => data.workspaceId === scope.workspaceId).length;
  };
  expect([await calls("5 hours"), await calls("1 minute")]).toEqual([1, 0]);
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update email_drafts set writing = 'writing', writing_until = app_now() + interval '3 minutes'
      where id = (select min(id::text)::uuid from email_drafts)`),
  );
  expect([await calls("1 minute"), await calls("3 minutes")]).toEqual([0, 1]);
});

test("what AI has written leaves unread where the organization and the step both say so, by the workspace's own key", async () => {
  const { scope, campaignId, review, first } = await asking(["ada@example.test", "bea@example.test"], {
    unreviewed: true,
  });
  const mine = () => sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));
  await review.drafts.saveKey({ key: "sk-of-the-workspace" });
  const sealed = await withTenant(scope, (tx) =>
    tx.execute<{ key: string }>(sql`select ai_key_sealed as key from workspaces`),
  );
  expect(sealed[0]?.key).not.toContain("sk-of");
  const { problems } = await review.campaigns.review({ id: campaignId });
  expect(problems.map(({ code }) => code)).toContain("unread");
  provider.answer(good, failureAnswer(400));
  // The organization has not said so: whatever the step wants, somebody reads it first.
  await writeNext(scope);
  await runner.settle();
  expect(provider.asked.at(-1)?.headers["x-api-key"]).toBe("sk-of-the-workspace");
  expect(mine()).toEqual([]);
  const waiting = (await review.drafts.list({ view: "review" })).rows;
  expect(waiting.map(({ writing }) => writing).sort()).toEqual(["done", "failed"]);
  expect((await review.drafts.costs()).total).toMatchObject({
    drafts: 2,
    outputTokens: 50,
    costMicros: 1_650,
  });

  // Nor when the step has changed its mind while the provider was writing.
  await review.drafts.updatePolicy({ unreviewed: true });
  const wants = (value: boolean) =>
    withTenant(scope, (tx) =>
      tx.execute(sql`
        update campaign_steps set draft_review = draft_review || jsonb_build_object('unreviewed', ${value}::boolean)`),
    );
  await wants(false);
  for (const { id, version } of waiting) await review.drafts.restore({ id, version });
  provider.answer(good);
  await writeNext(scope);
  expect((await review.drafts.list({ view: "review" })).rows).toHaveLength(2);
  await wants(true);
  await review.drafts.saveKey({ key: null });
  for (const { id, version } of (await review.drafts.list({ view: "review" })).rows)
    await review.drafts.restore({ id, version });
  // What was to leave unread, and has not left, does not once the organization has changed its mind.
  provider.answer(good);
  await writeNext(scope);
  expect((await review.drafts.list({ view: "review" })).rows).toEqual([]);
  await review.drafts.updatePolicy({ unreviewed: false });
  await runner.settle();
  expect(mine()).toEqual([]);
  const back = (await review.drafts.list({ view: "review" })).rows;
  expect(back).toHaveLength(2);
  await review.drafts.updatePolicy({ unreviewed: true });
  for (const { id, version } of back) await review.drafts.restore({ id, version });
  sinks.events.splice(0);
  provider.answer(good, failureAnswer(400));
  await writeNext(scope);
  await runner.settle();
  expect(provider.asked.at(-1)?.headers["x-api-key"]).toBe("sk-test");
  expect(mine().map(({ subject }) => subject)).toEqual(["For Ada alone"]);
  // What could not be written is still somebody's to look at.
  expect(await first()).toMatchObject({ writing: "failed", status: "draft" });
  const [sent] = (await review.drafts.list({ view: "sent" })).rows;
  expect(await review.drafts.byId({ id: sent?.id ?? "" })).toMatchObject({ author: "ai", approvedBy: null });
  const acts = await withTenant(scope, (tx) =>
    tx.execute<{ action: string; values: string }>(sql`
      select action, new_value::text as values from audit_log where action ~ 'draft|ai_key' order by id`),
  );
  expect(acts.map(({ action }) => action)).toEqual([
    "workspace.ai_key_set",
    "organization.draft_policy_updated",
    "workspace.ai_key_removed",
    "draft.approved",
    "organization.draft_policy_updated",
    "draft.taken_back",
    "organization.draft_policy_updated",
    "draft.approved",
  ]);
  expect(JSON.stringify(acts)).not.toContain("sk-of");
});
