import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { appNow } from "#db/clock";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { tested } from "#server/ab-tests/testing";
import { reviewCampaign } from "#server/campaigns/review";
import { applyChange } from "#server/contact-edits/apply";
import { commitThenSend } from "#server/drivers/events";
import { snoozeFor } from "#server/enrollments/snooze";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  type Started,
  statusOf,
} from "#server/enrollments/testing";
import { toLocal } from "#server/planner/zone";
import { createPool } from "#server/pools/mutations";
import { ensureTags } from "#server/tags/mutations";
import { nameUndisturbedTag } from "#server/tags/undisturbed";
import { sinks } from "./testing-sinks.ts";
import { always, atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** The clock goes on while the test works. */
const leewayMs = 30_000;

test("what the review says of some of the audience is what they get: when, from which mailbox, follow-ups too", async () => {
  const { scope, campaignId, userId, emailAccountId } = await newCampaign({
    emails: people(7, "some"),
    steps: [
      { stepType: "wait", waitDuration: { value: 2, unit: "hours" } },
      emailStep(),
      { stepType: "wait", waitDuration: { value: 1, unit: "days" } },
      emailStep({ subjectLine: "Again" }),
    ],
    settings: {
      ...always,
      send_window_start: "09:00",
      send_window_end: "17:00",
      timezone: "Europe/Berlin",
      timezone_mode: "recipient",
      daily_limit: 5,
      // Its distance would vary with the moment of the launch.
      delay_between_emails_seconds: 0,
    },
  });
  await withTenant(scope, async (tx) => {
    const second = await createMailbox(tx, { email: "second@sandbox.test", dailyLimit: 50 });
    await tx.execute(sql`update email_accounts set min_delay_seconds = 120`);
    const { id } = await createPool(tx, userId, {
      name: "Both",
      strategy: "random",
      dailyLimitPerAccount: null,
      members: [emailAccountId, second].map((mailboxId) => ({ mailboxId, weight: 1 })),
    });
    await tx.execute(sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${campaignId}::uuid`);
    await tx.execute(sql`
      update contacts set timezone = case right(split_part(email_normalized, '@', 1), 1)
        when '1' then 'America/New_York' when '2' then 'Asia/Tokyo' end,
        country = case right(split_part(email_normalized, '@', 1), 1) when '3' then 'Japan' end`);
  });
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  const samples = forecast?.samples ?? [];
  expect(samples).toHaveLength(7);
  expect(new Set(samples.map(({ zone }) => zone))).toEqual(
    new Set(["Europe/Berlin", "America/New_York", "Asia/Tokyo"]),
  );
  expect(samples.find(({ zoneBy }) => zoneBy === "country")?.zone).toBe("Asia/Tokyo");
  expect(samples.filter(({ zoneBy }) => zoneBy === null).every(({ zone }) => zone === "Europe/Berlin")).toBe(
    true,
  );
  for (const { zone, emails } of samples) {
    expect(emails).toHaveLength(2);
    for (const { at, ownText, text, utcText } of emails) {
      const clockAt = (name: string) => new Date(toLocal(name, at.getTime())).toISOString().slice(11, 16);
      expect([ownText, text, utcText].map((words) => words.slice(-5))).toEqual(
        [zone, "Europe/Berlin", "UTC"].map(clockAt),
      );
    }
  }

  await launch(scope, campaignId);
  await runner.settle();
  for (let wakes = 0; wakes < 400 && (await runner.wakeNext()); wakes += 1);
  const sent = await withTenant(scope, (tx) =>
    tx.execute<{ contact_id: string; at: Date; mailbox: string }>(sql`
      select m.contact_id, m.scheduled_for as at, a.email as mailbox
      from content.email_messages m join email_accounts a on a.id = m.email_account_id
      where m.sent_at is not null order by m.scheduled_for`),
  );
  for (const { contactId, email, emails } of samples) {
    const theirs = sent.filter((message) => message.contact_id === contactId);
    expect(
      theirs.map(({ mailbox }) => mailbox),
      email,
    ).toEqual(emails.map(({ mailbox }) => mailbox));
    for (const [index, { at }] of theirs.entries())
      expect(Math.abs(at.getTime() - (emails[index]?.at.getTime() ?? 0)), email).toBeLessThan(leewayMs);
  }
  expect(new Set(sent.map(({ mailbox }) => mailbox)).size).toBe(2);
});

test("who is not to be disturbed is neither counted nor listed, and who is snoozed is due when that is over", async () => {
  const campaign = await newCampaign({
    emails: people(4, "some"),
    steps: [emailStep(), { stepType: "wait", waitDuration: { value: 1, unit: "days" } }, emailStep()],
    settings: atOnce,
  });
  const { scope, campaignId, contactIds, workspaceId, userId } = campaign;
  const [bearer = "", away = ""] = contactIds;
  await commitThenSend(scope, async (tx) => {
    const { ids } = await ensureTags(tx, ["quiet"]);
    await nameUndisturbedTag(tx, { tagId: ids.get("quiet") ?? "", workspaceId, userId });
    await applyChange(tx, { action: "tag", tag: "quiet" }, { ids: [bearer], actorId: userId });
    const events = await snoozeFor(tx, { scope, contactIds: [away], days: 5, author: { actorId: null } });
    return { events };
  });
  const { audience, forecast, problems } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(audience).toMatchObject({
    chosen: 4,
    suppressed: 0,
    undisturbed: { tag: "quiet", people: 1 },
    count: 3,
  });
  expect(problems.find(({ code }) => code === "undisturbed")?.message).toMatch(/^1 of 4 people has the tag/);
  expect(forecast).toMatchObject({ count: 3, atOnce: true, days: 2 });
  const samples = forecast?.samples ?? [];
  expect(samples.map(({ snoozed }) => snoozed)).toEqual([false, false, true]);
  expect(samples.map(({ contactId }) => contactId)).not.toContain(bearer);
  expect(samples.at(-1)?.contactId).toBe(away);
  expect(samples.at(-1)?.emails[0]?.at).toEqual(forecast?.finishesAt);

  await launch(scope, campaignId);
  await runner.settle();
  for (let wakes = 0; wakes < 400 && (await runner.wakeNext()); wakes += 1);
  const sent = (await ledger(campaign)).filter(({ sent_at: at }) => at !== null);
  expect(sent).toHaveLength(6);
  for (const { email, emails } of samples) {
    const theirs = sent.filter(({ to_email: to }) => to === email);
    expect(theirs).toHaveLength(2);
    for (const [index, { scheduled_for: at }] of theirs.entries())
      expect(Math.abs((at?.getTime() ?? 0) - (emails[index]?.at.getTime() ?? 0)), email).toBeLessThan(
        leewayMs,
      );
  }
  expect(await statusOf(campaign)).toBe("active");
});

const clock = () => withoutTenant(async (tx) => (await appNow(tx)).getTime());
const passTo = async (at: number) => runner.pass(`${at - (await clock())} milliseconds`);

/** The time of day that Berlin shows so many hours from now. */
const berlinIn = async (hours: number) => {
  const local = toLocal("Europe/Berlin", (await clock()) + hours * 3_600_000);
  return new Date(local).toISOString().slice(11, 16);
};

const wakeAll = async () => {
  for (let wakes = 0; wakes < 400 && (await runner.wakeNext()); wakes += 1);
};

/** Launches a campaign that has been reviewed, and returns when each of its emails left, earliest first. */
async function sentAt(campaign: Started, goOn = wakeAll): Promise<{ to: string; at: number }[]> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await goOn();
  return (await ledger(campaign))
    .flatMap(({ to_email: to, sent_at: sent, scheduled_for: at }) =>
      sent && at ? [{ to, at: at.getTime() }] : [],
    )
    .sort((a, b) => a.at - b.at);
}
/** A sample is drawn when it is sent: who is in it is not foreseen, only how many are, and when. */
const expectNear = (sent: readonly number[], times: readonly number[]) => {
  expect(times).toHaveLength(sent.length);
  const apart = times.toSorted((a, b) => a - b).map((at, index) => Math.abs(at - (sent[index] ?? 0)));
  expect(Math.max(...apart)).toBeLessThan(2 * leewayMs);
};

test("an email that leaves at a time of day is foreseen and sent then, or when the window of its reader opens after it", async () => {
  const campaign = await newCampaign({
    emails: people(6, "some"),
    steps: [
      emailStep({ sendTime: await berlinIn(3) }),
      { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
      emailStep({ subjectLine: "Again", sendTime: await berlinIn(9) }),
    ],
    settings: {
      ...atOnce,
      send_window_start: "09:00",
      send_window_end: "17:00",
      timezone: "Europe/Berlin",
      timezone_mode: "recipient",
    },
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts set timezone = case right(split_part(email_normalized, '@', 1), 1)
        when '1' then 'America/New_York' when '2' then 'Asia/Tokyo' when '3' then 'Pacific/Auckland' end`),
  );
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast).toMatchObject({ count: 6, atOnce: false, test: null });
  const sent = await sentAt(campaign);
  expect(sent).toHaveLength(12);
  for (const { email, emails } of forecast?.samples ?? []) {
    const theirs = sent.filter(({ to }) => to === email);
    for (const [index, { at }] of theirs.entries())
      expect(Math.abs(at - (emails[index]?.at.getTime() ?? 0)), email).toBeLessThan(leewayMs);
    expect(emails).toHaveLength(2);
  }
});

test("where the first email is tested, its sample is foreseen at once, and the others when the winner is found", async () => {
  const campaign = await newCampaign({
    emails: people(10, "some"),
    steps: [tested({ samplePercent: 40, durationMinutes: 240 })],
    settings: atOnce,
  });
  const { scope, campaignId } = campaign;
  // Everybody would have it by then, if all of them got it at once.
  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update campaigns set end_date = app_now() + interval '2 hours' where id = ${campaignId}::uuid`,
    ),
  );
  const { problems } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(problems.map(({ code }) => code)).toContain("ends_early");
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaigns set end_date = null where id = ${campaignId}::uuid`),
  );
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast).toMatchObject({
    count: 10,
    atOnce: true,
    test: { sample: 4, others: 6, durationMinutes: 240 },
  });
  const times = (forecast?.samples ?? []).map(({ emails }) => emails[0]?.at.getTime() ?? 0);
  const sent = (await sentAt(campaign)).map(({ at }) => at);
  expect(sent).toHaveLength(10);
  expectNear(sent, times);
  expectNear([sent.at(-1) ?? 0], [forecast?.finishesAt?.getTime() ?? 0]);
});

test("where the first email is tested, the emails after it are foreseen for its sample and for the others", async () => {
  const campaign = await newCampaign({
    emails: people(10, "some"),
    steps: [
      tested({ samplePercent: 40, durationMinutes: 240 }),
      { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
      emailStep({ subjectLine: "Again" }),
    ],
    settings: atOnce,
  });
  const { forecast } = await withTenant(campaign.scope, (tx) => reviewCampaign(tx, campaign.campaignId));
  expect(forecast?.samples.map(({ emails }) => emails.length)).toEqual(Array.from({ length: 10 }, () => 2));
  const times = forecast?.samples.flatMap(({ emails }) => emails.map(({ at }) => at.getTime())) ?? [];
  const sent = (await sentAt(campaign)).map(({ at }) => at);
  expect(sent).toHaveLength(20);
  expectNear(sent, times);
});

test("variants that leave at times of day are foreseen at theirs, and the others at that of the winner", async () => {
  const [first, second] = [await berlinIn(0.25), await berlinIn(0.75)];
  const campaign = await newCampaign({
    emails: people(8, "some"),
    steps: [
      tested(
        {
          dimension: "send_time",
          samplePercent: 50,
          durationMinutes: 60,
          variants: [
            { weight: 1, changes: {} },
            { weight: 1, changes: { sendTime: second } },
          ],
        },
        { sendTime: first },
      ),
    ],
    settings: { ...atOnce, timezone: "Europe/Berlin" },
  });
  const { forecast } = await withTenant(campaign.scope, (tx) => reviewCampaign(tx, campaign.campaignId));
  const times = (forecast?.samples ?? []).map(({ emails }) => emails[0]?.at.getTime() ?? 0);
  expect(new Set(forecast?.samples.map(({ emails }) => emails[0]?.text.slice(-5)))).toEqual(
    new Set([first, second]),
  );
  const [early = 0, late = 0, next = 0] = [...new Set(times)].sort((a, b) => a - b);
  const sent = (
    await sentAt(campaign, async () => {
      await passTo(early);
      await passTo(late);
      // The test has seen that its sample has left, and then its time is up.
      await runner.pass("1 minute");
      await runner.pass("60 minutes");
      await passTo(next);
    })
  ).map(({ at }) => at);
  expect(sent).toHaveLength(8);
  expectNear(sent, times);
});
