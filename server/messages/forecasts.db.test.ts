import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { appNow } from "#db/clock";
import { createCampaign, createContacts, createList, createMailbox } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { pickWinner } from "#server/ab-tests/mutations";
import { tested, testOf, waiting } from "#server/ab-tests/testing";
import { findUnexplained } from "#server/analytics/testing-standstills";
import { reviewCampaign } from "#server/campaigns/review";
import { commitThenSend } from "#server/drivers/events";
import { createRunner, emailStep, launch, ledger, newCampaign } from "#server/enrollments/testing";
import { createPool } from "#server/pools/mutations";
import { dayName, toLocal } from "#server/planner/zone";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { forecastDue, forecastLaunch } from "./forecasts.ts";
import { loadSending } from "./sending.ts";
import { sinks } from "./testing-sinks.ts";
import { always, atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

type Campaign = Awaited<ReturnType<typeof newCampaign>>;

const clock = () => withoutTenant(async (tx) => (await appNow(tx)).getTime());
/** The clock goes on while the test works. */
const apart = (one: Date | null | undefined, other: Date | null | undefined) =>
  Math.abs((one?.getTime() ?? 0) - (other?.getTime() ?? Infinity));
const leeway = 30_000;
const moveTo = async (at: number) => moveClock(`${at - (await clock())} milliseconds`);

async function poolOfBoth(tx: TenantTx, { userId, emailAccountId, campaignId }: Campaign, second: string) {
  const members = [emailAccountId, second].map((mailboxId) => ({ mailboxId, weight: 1 }));
  const pool = { name: "Both", strategy: "round_robin", dailyLimitPerAccount: null, members } as const;
  const { id } = await createPool(tx, userId, pool);
  await tx.execute(sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${campaignId}::uuid`);
}

test("what is forecast before the launch, and while it runs, is what then happens: when, how long, from which mailbox", async () => {
  const campaign = await newCampaign({
    emails: people(9, "near"),
    settings: {
      ...always,
      send_window_start: "09:00",
      send_window_end: "17:00",
      timezone_mode: "recipient",
      daily_limit: 4,
      delay_between_emails_seconds: 600,
    },
  });
  const now = await clock();
  await withTenant(campaign.scope, async (tx) => {
    const second = await createMailbox(tx, { email: "second@sandbox.test", dailyLimit: 2 });
    await poolOfBoth(tx, campaign, second);
    await tx.execute(sql`
      update contacts set timezone = case when email_normalized < 'near-5' then 'America/New_York' else 'Asia/Tokyo' end`);
    const closed = dayName(toLocal("UTC", now + 2 * 86_400_000));
    await tx.execute(
      sql`insert into blackout_dates (name, starts_on, ends_on) values ('Closed', ${closed}::date, ${closed}::date)`,
    );
  });
  const forecast = () =>
    withTenant(campaign.scope, async (tx) => {
      const sending = await loadSending(tx, campaign.campaignId);
      if (!sending) throw new Error("There is a campaign.");
      return { sending, due: await forecastDue(tx, sending) };
    });
  const before = await withTenant(campaign.scope, async (tx) => {
    const sending = await loadSending(tx, campaign.campaignId);
    return sending && forecastLaunch(tx, sending, { from: sending.now, count: 9, who: sql`true` });
  });
  if (!before?.finishesAt) throw new Error("Everybody is reached.");
  expect(before.days).toBeGreaterThanOrEqual(3);

  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  type Sent = {
    at: Date;
    claimed_at: Date | null;
    email: string;
    contact_id: string;
    zone: string;
  };
  const sent = () =>
    withTenant(campaign.scope, (tx) =>
      tx.execute<Sent>(sql`
        select m.scheduled_for as at, m.claimed_at, a.email, m.contact_id, c.timezone as zone
        from content.email_messages m join email_accounts a on a.id = m.email_account_id join contacts c on c.id = m.contact_id
        where m.sent_at is not null order by m.claimed_at, m.id`),
    );
  for (let jumps = 0; jumps < 40; jumps += 1) {
    const { due } = await forecast();
    if (!due) break;
    const known = (await sent()).length;
    // The slots are given out a few minutes before they are used. A mailbox keeps a part of its delay from when the email before
    // was handed over, which is a moment after its slot.
    const first = due.firstAt.getTime();
    for (const at of [first - 240_000, first, first + 5_000]) {
      if (at > (await clock())) await moveTo(at);
      await runner.settle();
    }
    // Another mailbox of the pool may send at the same moment.
    const now = (await sent()).slice(known).filter(({ at }) => apart(at, due.firstAt) < leeway);
    expect(now.map(({ email }) => email)).toContain(due.mailbox);
  }
  const all = await sent();
  expect(all).toHaveLength(9);
  expect(all[0]?.email).toBe(before.mailbox);
  expect(apart(all[0]?.at, before.firstAt)).toBeLessThan(leeway);
  expect(apart(all.at(-1)?.at, before.finishesAt)).toBeLessThan(leeway);
  expect(new Set(all.map(({ at }) => dayName(at.getTime()))).size).toBe(before.days);
  for (const { at, zone } of all) {
    const hour = new Date(toLocal(zone, at.getTime())).getUTCHours();
    expect(hour >= 9 && hour < 17).toBe(true);
  }
  // The mailboxes of the pool send beside each other; each keeps the delay for itself.
  const gaps = (some: Sent[]) =>
    some.slice(1).map(({ at }, index) => at.getTime() - (some[index]?.at.getTime() ?? 0));
  const byMailbox = [...Map.groupBy(all, ({ email }) => email).values()];
  expect(byMailbox).toHaveLength(2);
  expect(Math.min(...gaps(all))).toBeLessThan(480_000);
  expect(Math.min(...byMailbox.flatMap(gaps))).toBeGreaterThanOrEqual(480_000);
});

test("what is forecast for a receiving domain with a limit an hour is what then happens", async () => {
  const emails = [...Array.from({ length: 8 }, (_, n) => `${n}@big.test`), "a@small.test"];
  const campaign = await newCampaign({ emails, settings: { ...always, delay_between_emails_seconds: 0 } });
  const { scope, campaignId, userId } = campaign;
  await withTenant(scope, (tx) =>
    saveSendingLimit(
      tx,
      { scope, userId },
      { kind: "recipient_domain", domain: "big.test", dailyLimit: null, hourlyLimit: 3 },
    ),
  );
  const sendingOf = async (tx: TenantTx) => {
    const sending = await loadSending(tx, campaignId);
    if (!sending) throw new Error("There is a campaign.");
    return sending;
  };
  const before = await withTenant(scope, async (tx) => {
    const sending = await sendingOf(tx);
    return forecastLaunch(tx, sending, { from: sending.now, count: emails.length, who: sql`true` });
  });
  await launch(scope, campaignId);
  await runner.settle();
  const sentAt = async () => (await ledger(campaign)).flatMap(({ sent_at }) => sent_at ?? []);
  const rounds = [await sentAt()];
  for (;;) {
    const due = await withTenant(scope, async (tx) => forecastDue(tx, await sendingOf(tx)));
    if (!due) break;
    expect(due.holdText).toBe("Their domains have had their emails for this hour.");
    await moveTo(due.firstAt.getTime());
    await runner.settle();
    const sent = (await sentAt()).slice(rounds.flat().length);
    expect(apart(sent[0], due.firstAt)).toBeLessThan(leeway);
    rounds.push(sent);
  }
  expect(rounds.map((round) => round.length)).toEqual([4, 3, 2]);
  expect(apart(rounds.at(-1)?.at(-1), before?.finishesAt)).toBeLessThan(leeway);
});

test("what is forecast counts what comes first: follow-ups of its own, and other campaigns of a higher priority", async () => {
  const steps = [
    emailStep(),
    { stepType: "wait", waitDuration: { value: 20, unit: "hours" } } as const,
    emailStep({ subjectLine: "Again" }),
  ];
  const settings = { ...always, delay_between_emails_seconds: 0, daily_limit: 1000 };
  const campaign = await newCampaign({ emails: people(9, "ours"), steps, settings });
  const { scope, campaignId } = campaign;
  const rival = await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update email_accounts set daily_limit = 6 where id = ${campaign.emailAccountId}::uuid`,
    );
    const contactIds = await createContacts(
      tx,
      people(9, "rival").map((email) => ({ email })),
    );
    const audience = { everyone: false, include: [await createList(tx, { contactIds })], exclude: [] };
    const { emailAccountId } = campaign;
    const made = await createCampaign(tx, { steps: [emailStep()], emailAccountId, audience, priority: 90 });
    await tx.execute(sql`
      update campaign_settings set send_window_start = '00:00', send_window_end = '00:00', send_days = ${always.send_days},
        delay_between_emails_seconds = 0, daily_limit = 4 where campaign_id = ${made.campaignId}::uuid`);
    return { ...campaign, ...made };
  });
  await launch(scope, rival.campaignId);
  await runner.settle();
  expect((await ledger(rival)).filter(({ sent_at }) => sent_at)).toHaveLength(4);
  const before = await withTenant(scope, async (tx) => {
    const sending = await loadSending(tx, campaignId);
    const who = sql`c.email_normalized like 'ours-%'`;
    return sending && forecastLaunch(tx, sending, { from: sending.now, count: 9, who });
  });
  await launch(scope, campaignId);
  const firstOnes = async () =>
    (await ledger(campaign))
      .filter(({ step_id: step, sent_at: at }) => step === campaign.stepIds[0] && at)
      .map(({ scheduled_for: at }) => at);
  for (let strides = 0; strides < 30 && (await firstOnes()).length < 9; strides += 1)
    await runner.pass("4 hours");
  const firsts = await firstOnes();
  expect(firsts).toHaveLength(9);
  const days = firsts.map((at) => at?.toISOString().slice(0, 10));
  expect(before?.days).toBe(new Set(days).size);
  expect(before?.finishesAt?.toISOString().slice(0, 10)).toBe(days.sort().at(-1));
});

test("whoever of very many is snoozed puts off the end, and nobody else", async () => {
  const campaign = await newCampaign({
    emails: people(1, "away"),
    settings: { ...atOnce, daily_limit: 1000 },
  });
  const { scope, campaignId, contactIds } = campaign;
  const until = await withTenant(scope, async (tx) => {
    await tx.execute(sql`update email_accounts set daily_limit = 1000`);
    await tx.execute(sql`
      insert into contacts (email, email_normalized)
      select n || '@many.test', n || '@many.test' from generate_series(1, 4100) n`);
    await tx.execute(
      sql`update campaigns set audience = jsonb_set(audience, '{everyone}', 'true') where id = ${campaignId}::uuid`,
    );
    const [away] = await tx.execute<{ until: Date }>(sql`
      update contacts set snoozed_until = app_now() + interval '30 days' where id = ${contactIds[0]}::uuid returning snoozed_until as until`);
    return away?.until;
  });
  const { forecast } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast).toMatchObject({ count: 4101, days: 6, finishesAt: until });
  expect(forecast?.samples.some(({ snoozed }) => snoozed)).toBe(false);
});

test("of a test with a very large sample, too, the end is when the others have been written to after the decision", async () => {
  const campaign = await newCampaign({
    emails: people(1, "first"),
    steps: [tested({ samplePercent: 60, durationMinutes: 3 * 24 * 60 })],
    settings: { ...atOnce, daily_limit: 1000 },
  });
  const { scope, campaignId } = campaign;
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update email_accounts set daily_limit = 1000`);
    await tx.execute(sql`
      insert into contacts (email, email_normalized)
      select n || '@many.test', n || '@many.test' from generate_series(1, 4999) n`);
    await tx.execute(sql`
      update campaigns set audience = jsonb_set(audience, '{everyone}', 'true'),
        end_date = date_trunc('day', app_now() at time zone 'UTC') at time zone 'UTC' + interval '5 days 12 hours'
      where id = ${campaignId}::uuid`);
  });
  const { forecast, problems } = await withTenant(scope, (tx) => reviewCampaign(tx, campaignId));
  expect(forecast).toMatchObject({ count: 5000, days: 5, test: { sample: 3000, others: 2000 } });
  // Three days for the sample, three more until the decision on the fifth after today, and one day more.
  const today = Math.floor((await clock()) / 86_400_000);
  expect(forecast?.finishesAt?.getTime()).toBe((today + 6) * 86_400_000);
  expect(problems.map(({ code }) => code)).toContain("ends_early");
});

test("of those who are overdue the one who has been for longest is foreseen first", async () => {
  const campaign = await newCampaign({ emails: people(3), settings: { ...atOnce, daily_limit: 1 } });
  const { scope, campaignId, emailAccountId } = campaign;
  await launch(scope, campaignId);
  await runner.settle();
  const due = await withTenant(scope, async (tx) => {
    const second = await createMailbox(tx, { email: "second@sandbox.test" });
    await poolOfBoth(tx, campaign, second);
    // The one who stands first by their id is due last.
    await tx.execute(sql`
      update campaign_contacts e set pinned_account_id = case nth when 1 then ${emailAccountId}::uuid else ${second}::uuid end,
        next_email_scheduled_at = app_now() - make_interval(hours => nth::int)
      from (select id, row_number() over (order by id) as nth from campaign_contacts
        where campaign_id = ${campaignId}::uuid and current_step_id is not null) o where e.id = o.id`);
    const sending = await loadSending(tx, campaignId);
    return sending && forecastDue(tx, sending);
  });
  expect(due).toMatchObject({ count: 2, mailbox: "second@sandbox.test" });
});

test("who waits for the winner of a test is due when it is decided, not before, and says until when", async () => {
  const campaign = await newCampaign({
    emails: people(10, "tested"),
    steps: [tested({ samplePercent: 40, durationMinutes: 60 })],
    settings: atOnce,
  });
  const { scope, campaignId, userId } = campaign;
  const due = () =>
    withTenant(scope, async (tx) => {
      const sending = await loadSending(tx, campaignId);
      return sending && forecastDue(tx, sending);
    });
  await launch(scope, campaignId);
  await runner.settle("mailbox/messages.queued");
  await moveClock("3 seconds");
  await runner.settle("mailbox/messages.queued");
  expect(await waiting(campaign)).toBe(6);
  // The emails of the sample have yet to leave, so that nobody knows the time of the decision.
  expect(await due()).toMatchObject({ count: 4 });
  expect(await findUnexplained(scope)).toEqual([]);
  await runner.pass("11 minutes");
  await runner.sweep();
  await runner.settle();
  await runner.pass("1 minute");
  expect((await ledger(campaign)).filter(({ sent_at }) => sent_at)).toHaveLength(4);
  const { id, endsAt, now } = await testOf(campaign);
  expect(endsAt).not.toBeNull();
  expect(await due()).toBeNull();
  // Decided, while they have not been let go yet.
  await commitThenSend(scope, (tx) => pickWinner(tx, { id, userId, variantId: now[1]?.id ?? "" }));
  expect(await waiting(campaign)).toBe(6);
  const decided = await due();
  expect(decided).toMatchObject({ count: 6 });
  expect(await findUnexplained(scope)).toEqual([]);
  await runner.settle();
  const last = (await ledger(campaign)).slice(4).flatMap(({ sent_at: at }) => at ?? []);
  expect(last).toHaveLength(6);
  expect(apart(last[0], decided?.firstAt)).toBeLessThan(leeway);
});
