import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { approveDrafts } from "#server/drafts/decide";
import { commitThenSend } from "#server/drivers/events";
import { endSnooze, snoozeFor } from "#server/enrollments/snooze";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { dayMs, startOfDay } from "#server/planner/zone";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { replanCampaigns } from "./replan.ts";
import { addDays, log, now, sent } from "./testing-days.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people, statuses } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const settings = { ...atOnce, daily_limit: 1000 };

/** Moves the clock to an hour of UTC, so many days from today. */
async function moveTo(campaign: Started, days: number, hour: number): Promise<void> {
  const at = (await now(campaign)).getTime();
  await moveClock(`${startOfDay(at) + days * dayMs + hour * 3_600_000 - at} milliseconds`);
  await runner.settle();
}

const snoozedOver = async (emails: string[], more: object = {}, step = emailStep()) => {
  const campaign = await newCampaign({ emails, settings: { ...settings, ...more }, steps: [step] });
  const { scope, campaignId } = campaign;
  await moveTo(campaign, 1, 12);
  await addDays(campaign, { from: 0, action: "skip" });
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set snoozed_until = app_now() + interval '1 day'`),
  );
  await launch(scope, campaignId);
  await runner.settle();
  expect((await places(campaign)).map(({ wait_reason }) => wait_reason)).toEqual(emails.map(() => "snoozed"));
  return campaign;
};

async function giveOutAnew({ scope, campaignId }: Started): Promise<void> {
  await commitThenSend(scope, async (tx) => ({ events: await replanCampaigns(tx, scope, [campaignId]) }));
  await runner.settle();
}

test("who was snoozed over such a day gets the email after it, also when a limit keeps it then", async () => {
  const campaign = await snoozedOver(["ada@big.test", "bea@big.test"]);
  const { scope, userId } = campaign;
  const limit = { kind: "recipient_domain", domain: "big.test", dailyLimit: null, hourlyLimit: 1 } as const;
  await commitThenSend(scope, (tx) => saveSendingLimit(tx, { scope, userId }, limit));
  await moveTo(campaign, 1, 12.05);
  expect(await sent(campaign)).toBe(1);
  await moveTo(campaign, 0, 13.1);
  expect([await sent(campaign), await log(campaign)]).toEqual([2, ["sent", "sent"]]);
});

test("who was snoozed over such a day gets the email after it, also when its place in the queue is taken back", async () => {
  const campaign = await snoozedOver(people(2), { delay_between_emails_seconds: 600 });
  await moveTo(campaign, 1, 12.05);
  expect(await statuses(campaign)).toEqual(["queued", "sent"]);
  await giveOutAnew(campaign);
  await moveTo(campaign, 0, 12.5);
  expect([await sent(campaign), await log(campaign)]).toEqual([2, ["sent", "sent"]]);
});

test("whose email is written and who is snoozed when such a day begins gets it after that, whatever keeps it then", async () => {
  for (const hourlyLimit of [1, null]) {
    const campaign = await newCampaign({
      emails: people(3, `${hourlyLimit}`),
      settings: { ...settings, delay_between_emails_seconds: 120 },
    });
    const { scope, userId, contactIds } = campaign;
    await moveTo(campaign, 1, 12);
    await launch(scope, campaign.campaignId);
    await runner.settle();
    expect(await statuses(campaign)).toEqual(["queued", "queued", "sent"]);
    const author = { actorId: userId };
    await commitThenSend(scope, async (tx) => ({
      events: await snoozeFor(tx, { scope, contactIds, author, days: 1 }),
    }));
    await addDays(campaign, { from: 0, action: "skip" });
    const limit = {
      kind: "recipient_domain",
      domain: "example.test",
      dailyLimit: null,
      hourlyLimit,
    } as const;
    await commitThenSend(scope, (tx) => saveSendingLimit(tx, { scope, userId }, limit));
    await runner.settle();
    expect((await places(campaign)).filter(({ wait_reason: reason }) => reason === "snoozed")).toHaveLength(
      2,
    );
    await moveTo(campaign, 1, 12.01);
    expect(await sent(campaign), `${hourlyLimit}`).toBe(2);
    await giveOutAnew(campaign);
    await moveTo(campaign, 0, 13.25);
    expect([await sent(campaign), await log(campaign)], `${hourlyLimit}`).toEqual([
      3,
      ["sent", "sent", "sent"],
    ]);
  }
});

test("who was snoozed over such a day gets the email after it, also when somebody has to approve it then", async () => {
  const step = emailStep({ requiresDraftApproval: true, draftReview: { days: 14, otherwise: "skip" } });
  const campaign = await snoozedOver(["ada@big.test"], {}, step);
  const { scope, userId } = campaign;
  await moveTo(campaign, 1, 12.05);
  expect((await places(campaign))[0]?.wait_reason).toBe("waiting_for_review");
  await commitThenSend(scope, async (tx) => {
    const choices = await tx.execute<{ id: string; version: number }>(
      sql`select id, version from email_drafts`,
    );
    return approveDrafts(tx, { scope, userId, choices, sendAt: null });
  });
  await runner.settle();
  expect([await sent(campaign), await log(campaign)]).toEqual([1, ["sent"]]);
});

test("whose snooze over such a day is ended after it gets the email", async () => {
  const campaign = await snoozedOver(["ada@big.test"]);
  const { scope, userId, contactIds } = campaign;
  await moveTo(campaign, 1, 9);
  await commitThenSend(scope, async (tx) => ({
    events: await endSnooze(tx, { scope, contactId: contactIds[0] ?? "", author: { actorId: userId } }),
  }));
  await runner.settle();
  expect([await sent(campaign), await log(campaign)]).toEqual([1, ["sent"]]);
});
