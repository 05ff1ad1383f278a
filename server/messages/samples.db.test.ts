import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { reviewCampaign } from "#server/campaigns/review";
import { applyChange } from "#server/contact-edits/apply";
import { commitThenSend } from "#server/drivers/events";
import { snoozeFor } from "#server/enrollments/snooze";
import { createRunner, emailStep, launch, ledger, newCampaign, statusOf } from "#server/enrollments/testing";
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
