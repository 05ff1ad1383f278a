// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { contentDigest } from "#server/approvals/digest";
import { getCampaign } from "#server/campaigns/queries";
import { saveStep } from "#server/campaigns/step-mutations";
import { loadLive } from "#server/analytics/live";
import { rollUp } from "#server/analytics/rollup";
import { findUnexplained } from "#server/analytics/testing-standstills";
import { loadSteps } from "#server/campaigns/steps";
import { email } from "#server/campaigns/testing";
import { commitThenSend } from "#server/drivers/events";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
  statusOf,
} from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { listTestDays } from "./days.ts";
import { pickWinner } from "./mutations.ts";
import { type EmailTest, newTest } from "./schema.ts";
import { begun, mailsOf, open, subjectsOf, tested, testOf, variant, waiting } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const answerOf = async ({ scope, campaignId }: Started) =>
  (await withTenant(scope, (tx) => loadLive(tx, campaignId))).answer;

test("everybody of the sample gets a variant by its weight, the others wait and say why, and the winner goes to every one of them", async () => {
  const emails = people(240);
  const campaign = await begun(runner, emails, [
    tested({ samplePercent: 90 }),
    { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
  ]);
  expect(subjectsOf(campaign)).toEqual({ "As it is": 108, Another: 108 });
  await runner.pass("1 minute");
  const going = await testOf(campaign);
  expect(going.endsAt).not.toBeNull();
  expect(going).toMatchObject({ status: "running", sampleSize: 216, taken: 216, waiting: 24 });
  expect(await findUnexplained(campaign.scope)).toEqual([]);
  // Before those of the sample go on, a day after their email.
  expect(await answerOf(campaign)).toMatchObject({ code: "waiting_for_winner", at: going.endsAt });
  // Too close to call, it is given as much time again.
  await runner.pass("241 minutes");
  const extended = await testOf(campaign);
  expect(extended).toMatchObject({ status: "extended", waiting: 24, decidedAt: null });
  expect(await findUnexplained(campaign.scope)).toEqual([]);
  expect(await answerOf(campaign)).toMatchObject({ code: "waiting_for_winner", at: extended.endsAt });
  // Machines open everything of one variant, people more of the other.
  await open(campaign, "As it is", 90, "privacy_proxy");
  await open(campaign, "As it is", 20);
  await open(campaign, "Another", 60);
  // Whatever the engine remembered is gone; the rows call for the decision.
  runner.forget();
  await runner.pass("5 hours");
  await runner.sweep();
  await runner.settle();
  const decided = await testOf(campaign);
  expect(decided).toMatchObject({
    status: "winner_deployed",
    outcome: "significant",
    winner: "B",
    waiting: 0,
  });
  expect(decided.decided?.map(({ opened, rate }) => [opened, rate])).toEqual([
    [20, 20 / 108],
    [60, 60 / 108],
  ]);
  expect(subjectsOf(campaign)).toEqual({ "As it is": 108, Another: 132 });
  expect(new Set(mailsOf(campaign).map(({ to }) => to)).size).toBe(240);
  expect(
    (await places(campaign)).every(({ current_step_id }) => current_step_id === campaign.stepIds[1]),
  ).toBe(true);
  // What is frozen stays as it was, whoever opens later.
  await open(campaign, "As it is", 30);
  const after = await testOf(campaign);
  expect(after.decided).toEqual(decided.decided);
  expect(after.now[0]?.opened).toBe(50);
  // The daily numbers say the same of each variant, and nothing of the emails that went to the others.
  await withTenant(campaign.scope, rollUp);
  const { days } = await withTenant(campaign.scope, (tx) => listTestDays(tx, after.id));
  expect(days.at(-1)?.variants).toEqual(
    after.now.map(({ name, delivered, opened }) => ({ name, delivered, reached: opened })),
  );
});

test("who opens a variant has opened the email for the next condition", async () => {
  const [yes, no] = [crypto.randomUUID(), crypto.randomUUID()];
  const tag = (id: string, name: string): StepValues => ({
    id,
    stepType: "action",
    actionType: "add_tag",
    actionConfig: { tag: name },
    nextStepId: null,
  });
  const campaign = await begun(runner, people(4), [
    tested({ samplePercent: 100 }),
    { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
    {
      stepType: "condition",
      conditionRules: { version: 1, match: "all", rules: [{ field: "email_opened", operator: "is_true" }] },
      nextStepId: null,
      trueNextStepId: yes,
      falseNextStepId: no,
    },
    tag(yes, "opened"),
    tag(no, "not opened"),
  ]);
  const readers = mailsOf(campaign)
    .filter(({ subject }) => subject === "Another")
    .map(({ to }) => to);
  await open(campaign, "Another", 2);
  await runner.pass("25 hours");
  const tagged = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ email: string }>(sql`
      select c.email from contacts c join enrollment_step_log l on l.contact_id = c.id
      where l.step_id = ${yes}::uuid order by c.email`),
  );
  expect(tagged.map(({ email }) => email)).toEqual(readers.sort());
  expect(readers).toHaveLength(2);
});

test("a person's pick and the decision by time at the same moment have one outcome, and nobody is mailed twice", async () => {
  const campaign = await begun(runner, people(9), [tested({ samplePercent: 50, durationMinutes: 60 })]);
  await runner.pass("1 minute");
  const { id, now } = await testOf(campaign);
  const b = now[1]?.id ?? "";
  const picking = commitThenSend(campaign.scope, (tx) =>
    pickWinner(tx, { id, variantId: b, userId: campaign.userId }),
  ).then(
    () => "picked",
    (error: unknown) => String(error),
  );
  const [picked] = await Promise.all([picking, runner.pass("61 minutes")]);
  await runner.settle();
  const { outcome, winner } = await testOf(campaign);
  expect([outcome, winner, picked]).toEqual(
    picked === "picked"
      ? ["picked", "B", "picked"]
      : ["too_few", "A", expect.stringContaining("decided already")],
  );
  expect(mailsOf(campaign)).toHaveLength(9);
  expect(new Set(mailsOf(campaign).map(({ to }) => to)).size).toBe(9);
  expect(await statusOf(campaign)).toBe("completed");
});

test("an email in the middle of a way is tested on the first who come, and whoever comes later gets the winner", async () => {
  const campaign = await begun(runner, people(8), [
    emailStep({ subjectLine: "First" }),
    { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
    tested({ samplePercent: 50, durationMinutes: 60, fallback: "highest" }),
  ]);
  await runner.pass("61 minutes");
  expect(subjectsOf(campaign)).toEqual({ First: 8, "As it is": 2, Another: 2 });
  expect(await waiting(campaign)).toBe(4);
  await runner.pass("1 minute");
  await open(campaign, "Another", 2);
  await runner.pass("61 minutes");
  expect(await testOf(campaign)).toMatchObject({ outcome: "fallback_highest", winner: "B" });
  expect(subjectsOf(campaign)).toEqual({ First: 8, "As it is": 2, Another: 6 });
  expect(await statusOf(campaign)).toBe("completed");
});

test("variants that differ by the time of day leave at theirs", async () => {
  const campaign = await begun(runner, people(2), [
    tested(
      {
        dimension: "send_time",
        samplePercent: 100,
        variants: [
          { weight: 1, changes: {} },
          { weight: 1, changes: { sendTime: "03:00" } },
        ],
      },
      { sendTime: "15:00" },
    ),
  ]);
  const waits = (await places(campaign)).flatMap(({ wait_reason, next_email_scheduled_at: at }) =>
    wait_reason === "send_time" && at ? [`${at.getUTCHours()}:${at.getUTCMinutes()}`] : [],
  );
  // Who comes just after the time is not kept until tomorrow.
  expect(["15:0", "3:0"]).toEqual(expect.arrayContaining(waits));
  expect(waits.length + mailsOf(campaign).length).toBe(2);
  await runner.pass("12 hours", 2);
  expect(mailsOf(campaign)).toHaveLength(2);
});

test("who waits for a window that opens after the time of day of an email gets it then", async () => {
  const campaign = await newCampaign({
    emails: people(1),
    steps: [emailStep({ sendTime: "03:00" })],
    settings: {
      send_window_start: "09:00",
      send_window_end: "17:00",
      send_days: sql`array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']`,
      timezone: "UTC",
      timezone_mode: "recipient",
      delay_between_emails_seconds: 0,
    },
  });
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update contacts set timezone = 'America/New_York'`),
  );
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.pass("2 hours", 24);
  expect(mailsOf(campaign)).toHaveLength(1);
  expect(await statusOf(campaign)).toBe("completed");
});

test("a tested email stays as it is until the test is decided, and then its winner's words can be changed", async () => {
  const [first, asks, marks] = [crypto.randomUUID(), crypto.randomUUID(), crypto.randomUUID()];
  const gotOther = { field: "ab_variant", operator: "is_true", value: { testedId: first, variant: "B" } };
  const campaign = await newCampaign({
    emails: people(4),
    steps: [
      { ...tested({ samplePercent: 50 }), id: first },
      { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
      {
        id: asks,
        stepType: "condition",
        conditionRules: { version: 1, match: "all", rules: [gotOther] },
        nextStepId: null,
        trueNextStepId: marks,
      },
      { id: marks, stepType: "action", actionType: "add_tag", actionConfig: { tag: "b" }, nextStepId: null },
    ],
  });
  const { scope, campaignId, stepIds, userId } = campaign;
  const save = (subjectLine: string, test: EmailTest | null = null) =>
    commitThenSend(scope, async (tx) => {
      const [row] = await tx.execute<{ version: number }>(
        sql`select version from campaigns where id = ${campaignId}::uuid`,
      );
      const edit = { id: campaignId, version: row?.version ?? -1, stepId: stepIds[0] ?? "", retime: false };
      return saveStep(tx, scope, { ...edit, content: { ...email, subjectLine, test } });
    });
  await launch(scope, campaignId);
  // Nobody has come yet: the test begins anew with what is saved.
  await save("Changed in time", {
    ...newTest(),
    samplePercent: 50,
    variants: [{ weight: 1, changes: {} }, variant("Other")],
  });
  await runner.settle();
  expect(subjectsOf(campaign)).toEqual({ "Changed in time": 1, Other: 1 });
  await expect(save("Too late")).rejects.toThrow("Pick a winner or stop the test first");
  const { id, now } = await testOf(campaign);
  const digest = () => withTenant(scope, async (tx) => contentDigest(tx, await getCampaign(tx, campaignId)));
  const approved = await digest();
  await withTenant(scope, (tx) =>
    tx.execute(sql`insert into campaign_approvals (campaign_id, approval_status, snapshot_version)
      values (${campaignId}::uuid, 'approved', ${approved})`),
  );
  await commitThenSend(scope, (tx) => pickWinner(tx, { id, userId, variantId: now[1]?.id ?? "" }));
  await runner.settle();
  // Who approved both variants has approved the one that won.
  const [approval] = await withTenant(scope, (tx) =>
    tx.execute<{ digest: string }>(sql`select snapshot_version as digest from campaign_approvals`),
  );
  expect(approval?.digest).toBe(await digest());
  expect(approval?.digest).not.toBe(approved);
  expect(subjectsOf(campaign)).toEqual({ "Changed in time": 1, Other: 3 });
  const [step] = await withTenant(scope, (tx) => loadSteps(tx, campaignId));
  expect(step).toMatchObject({ subjectLine: "Other", test: null });
  await save("Later words");
  await runner.pass("25 hours");
  const [marked] = await withTenant(scope, (tx) =>
    tx.execute<{ count: number }>(sql`select count(*)::int as count from contact_tags`),
  );
  expect(marked?.count, "one of the sample, and the two who got what had won").toBe(3);
});
