import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { reviewCampaign } from "#server/campaigns/review";
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
import { forecastDue } from "#server/messages/forecasts";
import { loadSending } from "#server/messages/sending";
import { atOnce, changeSettings, people } from "#server/messages/testing";
import { now, sent } from "#server/messages/testing-days";
import { sinks } from "#server/messages/testing-sinks";
import { dayMs, startOfDay } from "#server/planner/zone";
import { saveSendingLimit } from "#server/sending-limits/mutations";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const settings = { ...atOnce, daily_limit: 1000 };
const nine = { steps: [emailStep({ sendTime: "09:00" })], settings };
const atBig = ["ada@big.test", "bea@big.test"];

/** An hour of UTC, so many days from today. */
const momentOf = async (campaign: Started, days: number, hour: number) =>
  startOfDay((await now(campaign)).getTime()) + days * dayMs + hour * 3_600_000;
async function passTo(campaign: Started, days: number, hour: number): Promise<void> {
  const from = (await now(campaign)).getTime();
  await runner.pass(`${(await momentOf(campaign, days, hour)) - from} milliseconds`);
}

async function begin(campaign: Started): Promise<void> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
}
const limitDomain = (
  { scope, userId }: Started,
  limit: { dailyLimit: number | null; hourlyLimit: number | null },
) =>
  commitThenSend(scope, (tx) =>
    saveSendingLimit(tx, { scope, userId }, { kind: "recipient_domain", domain: "big.test", ...limit }),
  );
const dueFirst = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const sending = await loadSending(tx, campaignId);
    return (sending && (await forecastDue(tx, sending)))?.firstAt.getTime();
  });
/** What those wait for who are still there, and until when. */
const waits = async (campaign: Started) =>
  (await places(campaign)).flatMap(
    ({ wait_reason: reason, next_email_scheduled_at: at, current_step_id: step }) =>
      step === null ? [] : [{ reason, at: at?.getTime() }],
  );

test("an email that leaves at a time of day waits for it, and not for tomorrow when that was just now", async () => {
  const campaign = await newCampaign({ emails: people(2), ...nine });
  await passTo(campaign, 1, 12);
  await begin(campaign);
  const at = await momentOf(campaign, 1, 9);
  expect(await waits(campaign)).toEqual([0, 1].map(() => ({ reason: "send_time", at })));
  await passTo(campaign, 1, 8.95);
  expect(await sent(campaign)).toBe(0);
  await passTo(campaign, 0, 9.05);
  expect([await sent(campaign), await statusOf(campaign)]).toEqual([2, "completed"]);

  const late = await newCampaign({ emails: people(2, "late"), ...nine });
  await passTo(late, 0, 9.4);
  await begin(late);
  expect(await sent(late)).toBe(2);
});

test("who was snoozed waits for the time of day after it, as is forecast", async () => {
  const campaign = await newCampaign({ emails: people(1), ...nine });
  const { scope } = campaign;
  await passTo(campaign, 1, 7);
  const until = await momentOf(campaign, 0, 14);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update contacts set snoozed_until = ${new Date(until).toISOString()}::timestamptz`),
  );
  await begin(campaign);
  await passTo(campaign, 0, 9.05);
  expect(await waits(campaign)).toEqual([{ reason: "snoozed", at: until }]);
  const at = await momentOf(campaign, 1, 9);
  expect(await dueFirst(campaign)).toBe(at);
  await passTo(campaign, 0, 14.05);
  expect([await sent(campaign), await waits(campaign)]).toEqual([0, [{ reason: "send_time", at }]]);
  await passTo(campaign, 1, 9.05);
  expect(await sent(campaign)).toBe(1);
});

test("whom a limit keeps leaves when it is over, on a new day not before the time of day, as is forecast", async () => {
  const campaign = await newCampaign({ emails: atBig, ...nine });
  const { scope, campaignId } = campaign;
  await limitDomain(campaign, { dailyLimit: 1, hourlyLimit: null });
  await passTo(campaign, 1, 7);
  const ends = await momentOf(campaign, 1, 9);
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast?.finishesAt?.getTime()).toBe(ends);
  await begin(campaign);
  await passTo(campaign, 0, 9.05);
  expect([await sent(campaign), await waits(campaign)]).toEqual([
    1,
    [{ reason: "recipient_domain_limit", at: await momentOf(campaign, 1, 0) }],
  ]);
  expect(await dueFirst(campaign)).toBe(ends);
  await passTo(campaign, 1, 0.05);
  expect([await sent(campaign), await waits(campaign)]).toEqual([1, [{ reason: "send_time", at: ends }]]);
  await passTo(campaign, 0, 9.05);
  expect(await sent(campaign)).toBe(2);

  const hourly = await newCampaign({ emails: atBig, ...nine });
  await limitDomain(hourly, { dailyLimit: null, hourlyLimit: 1 });
  await passTo(hourly, 1, 8);
  await begin(hourly);
  await passTo(hourly, 0, 9.05);
  expect(await sent(hourly)).toBe(1);
  await passTo(hourly, 0, 10.1);
  expect(await sent(hourly)).toBe(2);
});

test("a campaign without limits keeps the time of day, whoever’s clock it would go by with them", async () => {
  const free = { ...settings, no_limits: true, timezone_mode: "recipient" };
  const campaign = await newCampaign({ emails: atBig, ...nine, settings: free });
  await limitDomain(campaign, { dailyLimit: 1, hourlyLimit: null });
  await passTo(campaign, 1, 7);
  await begin(campaign);
  await passTo(campaign, 0, 9.05);
  const ends = await momentOf(campaign, 1, 9);
  expect([await sent(campaign), await dueFirst(campaign)]).toEqual([1, ends]);
  await passTo(campaign, 1, 0.05);
  expect([await sent(campaign), await waits(campaign)]).toEqual([1, [{ reason: "send_time", at: ends }]]);
});

test("who was let go after the time of day goes on at midnight, when the campaign has emails again", async () => {
  const campaign = await newCampaign({ emails: atBig, ...nine });
  await limitDomain(campaign, { dailyLimit: null, hourlyLimit: 1 });
  await passTo(campaign, 1, 8);
  await begin(campaign);
  await passTo(campaign, 0, 9.05);
  expect((await waits(campaign)).map(({ reason }) => reason)).toEqual(["recipient_domain_hourly_limit"]);
  await changeSettings(campaign, sql`daily_limit = 1`);
  const midnight = await momentOf(campaign, 1, 0);
  await passTo(campaign, 0, 11);
  expect([await sent(campaign), await dueFirst(campaign)]).toEqual([1, midnight]);
  await passTo(campaign, 1, 0.05);
  expect(await sent(campaign)).toBe(2);
});

test("who waits for their best hour after the time of day has had it, also when everybody at the step is gone through", async () => {
  const campaign = await newCampaign({
    emails: [...atBig, "cid@reads.test"],
    ...nine,
    settings: { ...settings, optimize_send_time: true },
  });
  await limitDomain(campaign, { dailyLimit: 1, hourlyLimit: null });
  await passTo(campaign, 1, 7);
  const four = await momentOf(campaign, 0, 16);
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`
      insert into email_events (message_id, contact_id, type, occurred_at)
      select gen_random_uuid(), ${campaign.contactIds[2]}::uuid, 'opened',
        ${new Date(four).toISOString()}::timestamptz + interval '10 minutes' - make_interval(days => n)
      from generate_series(1, 8) n`),
  );
  await begin(campaign);
  await passTo(campaign, 0, 9.05);
  const theirs = { reason: "best_hour", at: four - 900_000 };
  const before = await waits(campaign);
  expect(before).toContainEqual(theirs);
  expect(before.map(({ reason }) => reason)).toContain("recipient_domain_limit");
  await passTo(campaign, 0, 14);
  await limitDomain(campaign, { dailyLimit: 1, hourlyLimit: 1 });
  await runner.settle();
  expect(await waits(campaign)).toContainEqual(theirs);
  await passTo(campaign, 0, 16);
  expect(await sent(campaign)).toBe(2);
});

test("who is held at an email that is given a time of day meanwhile waits for that, too", async () => {
  const campaign = await newCampaign({ emails: atBig, settings });
  const { scope, stepIds } = campaign;
  await limitDomain(campaign, { dailyLimit: null, hourlyLimit: 1 });
  await passTo(campaign, 1, 12);
  await begin(campaign);
  expect([await sent(campaign), (await waits(campaign)).map(({ reason }) => reason)]).toEqual([
    1,
    ["recipient_domain_hourly_limit"],
  ]);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_steps set send_time = '10:00' where id = ${stepIds[0]}::uuid`),
  );
  await passTo(campaign, 0, 13.1);
  expect([await sent(campaign), await waits(campaign)]).toEqual([
    1,
    [{ reason: "send_time", at: await momentOf(campaign, 1, 10) }],
  ]);
  await passTo(campaign, 1, 10.05);
  expect(await sent(campaign)).toBe(2);
});
