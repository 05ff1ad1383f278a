import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import type { StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { removeBlackout } from "#server/blackout-dates/mutations";
import { commitThenSend } from "#server/drivers/events";
import { startStep, workOnStep } from "#server/enrollments/run";
import { snoozeFor } from "#server/enrollments/snooze";
import {
  createRunner,
  launch,
  newCampaign,
  places,
  type Started,
  statusOf,
} from "#server/enrollments/testing";
import { atOnce, people } from "#server/messages/testing";
import { addDays } from "#server/messages/testing-days";
import { sinks } from "#server/messages/testing-sinks";
import { dayMs, startOfDay } from "#server/planner/zone";
import { driveEmailStep } from "./email-step.ts";
import { begun, mailsOf, tested, testOf } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("a test begins its time without those of the sample who cannot be written to, and counts them", async () => {
  const campaign = await newCampaign({
    emails: people(8),
    steps: [
      tested(
        { samplePercent: 50, durationMinutes: 60, fallback: "highest" },
        { emailContent: "<p>{{ city | required }}</p>" },
      ),
    ],
  });
  const { scope } = campaign;
  await launch(scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const sample = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`select contact_id as id from ab_test_assignments order by id`),
  );
  const [lacks = "", away = ""] = sample.map(({ id }) => id);
  const fill = (which: SQL) =>
    withTenant(scope, (tx) => tx.execute(sql`update contacts set city = 'Oslo' where ${which}`));
  await fill(sql`id <> ${lacks}::uuid`);
  await commitThenSend(scope, async (tx) => ({
    events: await snoozeFor(tx, { scope, contactIds: [away], days: 60, author: { actorId: null } }),
  }));
  await runner.pass("11 minutes");
  await runner.sweep();
  await runner.settle();
  await runner.pass("1 minute");
  expect(mailsOf(campaign)).toHaveLength(2);
  const going = await testOf(campaign);
  expect(going).toMatchObject({ status: "running", taken: 4, held: 2, waiting: 4 });
  expect(going.endsAt).not.toBeNull();
  await runner.pass("61 minutes", 2);
  expect(await testOf(campaign)).toMatchObject({ status: "winner_deployed", held: 0, waiting: 0 });
  expect(mailsOf(campaign)).toHaveLength(6);
  // They have lost nothing but the time: what was missing is filled in, and the other one is back.
  await fill(sql`true`);
  await runner.pass("1 day");
  expect(mailsOf(campaign)).toHaveLength(7);
  await runner.pass("60 days");
  expect(new Set(mailsOf(campaign).map(({ to }) => to)).size).toBe(8);
  expect(await statusOf(campaign)).toBe("completed");
});

/** Eight people, to whom it is today on the clocks of four and tomorrow on those of the others. Emails of tomorrow are passed over. */
async function acrossDays(before: readonly StepValues[]) {
  const campaign = await newCampaign({
    emails: people(8),
    steps: [...before, tested({ samplePercent: 50, durationMinutes: 60 })],
    settings: { ...atOnce, timezone_mode: "recipient" },
  });
  const { scope } = campaign;
  const now = (await withTenant(scope, appNow)).getTime();
  const tomorrow = startOfDay(now) + dayMs;
  await moveClock(`${tomorrow + 12 * 3_600_000 - now} milliseconds`);
  await addDays(campaign, { from: 1, action: "skip" });
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts set timezone = case when email_normalized < 'person-4' then 'Pacific/Kiritimati' else 'UTC' end`),
  );
  await launch(scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

const written = (campaign: Started) =>
  mailsOf(campaign)
    .map(({ to }) => Number(to.match(/\d/)?.[0]))
    .sort();

test("whoever is passed over for the day is in no sample of everybody, which is drawn from the others, and the winner goes to all of these", async () => {
  const campaign = await acrossDays([]);
  await runner.pass("1 minute");
  expect(await testOf(campaign)).toMatchObject({ status: "running", sampleSize: 2, taken: 2, waiting: 2 });
  expect(mailsOf(campaign)).toHaveLength(2);
  await runner.pass("61 minutes", 2);
  expect(await testOf(campaign)).toMatchObject({ status: "winner_deployed", waiting: 0 });
  expect(written(campaign)).toEqual([4, 5, 6, 7]);
});

test("nor is it one of the first who come: whoever comes after them takes their place", async () => {
  const campaign = await acrossDays([{ stepType: "wait", waitDuration: { value: 1, unit: "hours" } }]);
  await runner.pass("1 hour");
  await runner.pass("1 minute");
  expect(await testOf(campaign)).toMatchObject({ status: "running", sampleSize: 4, taken: 4, waiting: 0 });
  expect(written(campaign)).toEqual([4, 5, 6, 7]);
});

/** As `acrossDays`, those in front first to whom it is today; the step is then driven by slices of two people. */
async function bySlicesOfTwo(before: readonly StepValues[]) {
  const campaign = await newCampaign({
    emails: people(8),
    steps: [...before, tested({ samplePercent: 50, durationMinutes: 60 })],
    settings: { ...atOnce, timezone_mode: "recipient" },
  });
  const { scope, campaignId, stepIds } = campaign;
  const stepId = stepIds.at(-1) ?? "";
  const now = (await withTenant(scope, appNow)).getTime();
  await moveClock(`${startOfDay(now) + dayMs + 12 * 3_600_000 - now} milliseconds`);
  await addDays(campaign, { from: 1, action: "skip" });
  await launch(scope, campaignId);
  await runner.settle(before.length > 0 ? undefined : "campaign/step.due");
  await moveClock("1 hour");
  await runner.settle("campaign/step.due");
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts c set timezone = case when e.nth > 4 then 'Pacific/Kiritimati' else 'UTC' end
      from (select contact_id, row_number() over (order by next_email_scheduled_at, id) as nth from campaign_contacts
        where current_step_id = ${stepId}::uuid) e where e.contact_id = c.id`),
  );
  const due = { ...scope, campaignId, stepId, stepOrder: before.length, stepType: "email" as const };
  const fence = (await startStep(due, "by twos")) ?? -1;
  for (let more = true; more;) ({ more } = await workOnStep({ ...due, fence }, driveEmailStep, 2));
  const passed = await withTenant(scope, (tx) =>
    tx.execute(sql`select from enrollment_step_log where outcome = 'skip_day'`),
  );
  expect(passed).toHaveLength(4);
  return campaign;
}

test("nor is whoever stands behind the next ones who are looked at: a sample of everybody is drawn when all have been asked", async () => {
  expect(await testOf(await bySlicesOfTwo([]))).toMatchObject({ sampleSize: 2, taken: 2, waiting: 2 });
});

test("and the first who come are not sorted before they have been asked", async () => {
  const campaign = await bySlicesOfTwo([{ stepType: "wait", waitDuration: { value: 1, unit: "hours" } }]);
  expect(await testOf(campaign)).toMatchObject({ sampleSize: 4, taken: 4, waiting: 0 });
});

test("a test of which everybody waits for the turn of an email that is passed over has not begun; it does when the days are taken out, and is none when they come", async () => {
  const settings = { ...atOnce, send_window_start: "09:00", send_window_end: "17:00" };
  const steps = [tested({ samplePercent: 50 })];
  const [kept, gone] = await Promise.all(
    ["kept", "gone"].map((name) => newCampaign({ emails: people(4, name), steps, settings })),
  );
  if (!kept || !gone) throw new Error("There are two.");
  const now = (await withTenant(gone.scope, appNow)).getTime();
  const tomorrow = startOfDay(now) + dayMs;
  await moveClock(`${tomorrow + 18 * 3_600_000 - now} milliseconds`);
  const id = await addDays(kept, { from: 1, action: "skip" });
  await addDays(gone, { from: 1, action: "skip" });
  for (const { scope, campaignId } of [kept, gone]) await launch(scope, campaignId);
  await runner.settle();
  await runner.pass("3 seconds");
  const unbegun = {
    status: "running",
    sampleSize: null,
    startedAt: null,
    endsAt: null,
    taken: 0,
    waiting: 0,
  };
  for (const campaign of [kept, gone]) {
    expect(await testOf(campaign)).toMatchObject(unbegun);
    expect((await places(campaign)).map(({ wait_reason }) => wait_reason)).toEqual(
      Array.from({ length: 4 }, () => "skip_day"),
    );
  }
  await commitThenSend(kept.scope, (tx) =>
    removeBlackout(tx, { scope: kept.scope, userId: kept.userId }, id),
  );
  await runner.settle();
  expect(await testOf(kept)).toMatchObject({ sampleSize: 2, taken: 2, waiting: 2 });
  await moveClock("15 hours");
  await runner.settle();
  await runner.sweep();
  await runner.settle();
  expect([mailsOf(kept).length, mailsOf(gone).length]).toEqual([2, 0]);
  expect(await statusOf(gone)).toBe("completed");
  expect(await testOf(gone)).toMatchObject({ ...unbegun, status: "cancelled", outcome: "campaign_ended" });
});

test("a sample of which nobody can be written to begins no time, and says so", async () => {
  const campaign = await begun(runner, people(4), [
    tested({ samplePercent: 50 }, { emailContent: "<p>{{ city | required }}</p>" }),
  ]);
  await runner.pass("1 day");
  expect(await testOf(campaign)).toMatchObject({ status: "running", endsAt: null, taken: 2, held: 2 });
  expect(mailsOf(campaign)).toHaveLength(0);
});

test("where all of the sample that was drawn is passed over, the clock starts at once, and the others get the winner", async () => {
  const campaign = await newCampaign({
    emails: people(4),
    steps: [tested({ samplePercent: 50, durationMinutes: 60 }, { sendTime: "09:00" })],
    settings: atOnce,
  });
  const { scope, campaignId } = campaign;
  const now = async () => (await withTenant(scope, appNow)).getTime();
  const passTo = async (hours: number) =>
    runner.pass(`${startOfDay(await now()) + hours * 3_600_000 - (await now())} milliseconds`);
  await passTo(24 + 12);
  await launch(scope, campaignId);
  await runner.settle();
  await runner.pass("3 seconds");
  expect(await testOf(campaign)).toMatchObject({ sampleSize: 2, taken: 2, waiting: 2, endsAt: null });
  await addDays(campaign, { from: 1, action: "skip" });
  await passTo(24 + 9);
  await runner.pass("1 minute");
  const going = await testOf(campaign);
  expect(mailsOf(campaign)).toHaveLength(0);
  expect((going.endsAt?.getTime() ?? 0) - (await now())).toBeGreaterThan(55 * 60_000);
  expect((going.endsAt?.getTime() ?? 0) - (await now())).toBeLessThan(61 * 60_000);
  await runner.pass("61 minutes");
  expect(await testOf(campaign)).toMatchObject({ status: "winner_deployed", waiting: 0 });
  await passTo(24 + 9);
  await runner.pass("1 minute");
  expect(mailsOf(campaign)).toHaveLength(2);
  expect(await statusOf(campaign)).toBe("completed");
});
