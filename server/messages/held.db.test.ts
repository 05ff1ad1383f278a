import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { beforeEach, expect, test } from "vitest";
import { appNow } from "#db/clock";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { goThrough } from "#server/ab-tests/email-step";
import { createBlackout, removeBlackout } from "#server/blackout-dates/mutations";
import { commitThenSend } from "#server/drivers/events";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { nobodyYet } from "#server/enrollments/retime";
import { removeCalendar } from "#server/holiday-calendars/mutations";
import { dayMs, dayName } from "#server/planner/zone";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { sinks } from "./testing-sinks.ts";
import { always, atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const limit = ({ scope, userId }: Started, dailyLimit: number) =>
  commitThenSend(scope, (tx) =>
    saveSendingLimit(
      tx,
      { scope, userId },
      { kind: "recipient_domain", domain: "*", dailyLimit, hourlyLimit: null },
    ),
  );

const reasons = async (campaign: Started) => (await places(campaign)).map(({ wait_reason }) => wait_reason);
const sent = async (campaign: Started) =>
  (await ledger(campaign)).filter(({ sent_at }) => sent_at !== null).length;
const now = ({ scope }: Started) => withTenant(scope, appNow);
const cursor = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [step] = await tx.execute<{ upTo: string | null }>(
      sql`select retimed_up_to as "upTo" from campaign_steps where campaign_id = ${campaignId}::uuid`,
    );
    return step?.upTo ?? null;
  });

const settings = { ...atOnce, daily_limit: 1000 };

test("a limit that is changed leaves those who wait for it to their step, and nobody is lost when what it says never arrives", async () => {
  const campaign = await newCampaign({ emails: people(4), settings });
  await limit(campaign, 1);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const held = Array.from({ length: 3 }, () => "recipient_domain_limit");
  expect((await reasons(campaign)).filter((reason) => reason === held[0])).toEqual(held);
  const times = async () =>
    (await places(campaign)).map(({ next_email_scheduled_at }) => next_email_scheduled_at);
  const before = await times();
  await limit(campaign, 10);
  expect(await times(), "the request itself touches nobody").toEqual(before);
  runner.forget();
  await moveClock("2 minutes");
  await runner.sweep();
  await runner.settle();
  expect([await sent(campaign), await cursor(campaign)]).toEqual([4, null]);
  await limit(campaign, 20);
  expect(await cursor(campaign), "nobody waits, so nobody is looked for").toBeNull();
});

test("who waits for a limit is looked at some at a time, whoever is paused too, and so is an email that is sent again to somebody who has gone on", async () => {
  const campaign = await newCampaign({ emails: people(4), settings, steps: [emailStep(), emailStep()] });
  const { scope, campaignId, stepIds } = campaign;
  const stepId = stepIds[0] ?? "";
  await limit(campaign, 1);
  await launch(scope, campaignId);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`
      update campaign_contacts set status = 'paused' where id = (select id from campaign_contacts
        where campaign_id = ${campaignId}::uuid and current_step_id = ${stepId}::uuid order by contact_id limit 1)`);
    await tx.execute(sql`
      update content.email_messages set delivery_status = 'queued', scheduled_for = null, reason_code = 'recipient_domain_limit',
        next_attempt_at = app_now() + interval '1 day' where campaign_id = ${campaignId}::uuid and step_id = ${stepId}::uuid`);
  });
  await limit(campaign, 10);
  const asked = () =>
    withTenant(scope, async (tx) => {
      const [row] = await tx.execute<{ places: number; messages: number }>(sql`
        select (select count(*)::int from campaign_contacts where current_step_id = ${stepId}::uuid
            and wait_reason = 'recipient_domain_limit' and next_email_scheduled_at <= app_now()) as places,
          (select count(*)::int from content.email_messages where step_id = ${stepId}::uuid and scheduled_for is null
            and delivery_status = 'queued' and next_attempt_at <= app_now()) as messages`);
      return row;
    });
  const look = async () => {
    const upTo = await cursorOf(campaign, stepId);
    if (upTo === null) return false;
    await withTenant(scope, (tx) =>
      goThrough(tx, { scope, campaignId, stepId, fence: 0, limit: 1 }, { upTo, decided: true, size: 1 }),
    );
    return true;
  };
  expect(await asked()).toEqual({ places: 0, messages: 0 });
  await look();
  expect(await asked()).toEqual({ places: 1, messages: 1 });
  let looks = 1;
  while (await look()) looks += 1;
  expect([looks, await asked()]).toEqual([4, { places: 3, messages: 1 }]);
});

test("a step at which only somebody paused by hand waits for the limit is looked through as well", async () => {
  const campaign = await newCampaign({ emails: people(2), settings });
  await limit(campaign, 1);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await withTenant(campaign.scope, (tx) =>
    tx.execute(
      sql`update campaign_contacts set status = 'paused' where wait_reason = 'recipient_domain_limit'`,
    ),
  );
  await limit(campaign, 10);
  expect(await cursor(campaign)).not.toBeNull();
  await runner.settle();
  const late = await withTenant(campaign.scope, (tx) =>
    tx.execute(
      sql`select from campaign_contacts where status = 'paused' and next_email_scheduled_at > app_now()`,
    ),
  );
  expect(late).toEqual([]);
});

test("an email that is sent again to somebody who has gone on, and waits for their hour, finds a new one", async () => {
  const campaign = await newCampaign({ emails: people(2), settings, steps: [emailStep(), emailStep()] });
  const { scope, campaignId, stepIds } = campaign;
  const stepId = stepIds[0] ?? "";
  await launch(scope, campaignId);
  await runner.settle();
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update content.email_messages set delivery_status = 'queued', scheduled_for = null, reason_code = 'best_hour',
        next_attempt_at = app_now() + interval '3 days' where step_id = ${stepId}::uuid`),
  );
  const slice = { scope, campaignId, stepId, fence: 0, limit: 1 };
  const look = () =>
    withTenant(scope, async (tx) => {
      await goThrough(tx, slice, { upTo: nobodyYet, decided: true, size: 1 });
      return tx.execute(sql`select from content.email_messages
        where step_id = ${stepId}::uuid and reason_code = 'awaiting_slot' and next_attempt_at <= app_now()`);
    });
  expect(await look()).toHaveLength(1);
  expect(await cursorOf(campaign, stepId), "there are more of them").toBe(nobodyYet);
  expect(await look()).toHaveLength(2);
});

const cursorOf = ({ scope }: Started, stepId: string) =>
  withTenant(scope, async (tx) => {
    const [step] = await tx.execute<{ upTo: string | null }>(
      sql`select retimed_up_to as "upTo" from campaign_steps where id = ${stepId}::uuid`,
    );
    return step?.upTo ?? null;
  });

/** A day on which nothing is sent, of a calendar of holidays. */
const holiday = (campaign: Started, onlyFor: string[] | null = null) =>
  withTenant(campaign.scope, async (tx) => {
    const today = dayName((await appNow(tx)).getTime());
    const [calendar] = await tx.execute<{ id: string }>(sql`
      insert into holiday_calendars (country, region, campaign_ids, filled_until)
      values ('DE', '', ${onlyFor === null ? null : sql.param(onlyFor)}::uuid[], 9000) returning id`);
    await tx.execute(sql`
      insert into blackout_dates (calendar_id, campaign_ids, name, starts_on, ends_on)
      select id, campaign_ids, 'Holiday', ${today}::date, ${today}::date from holiday_calendars where id = ${calendar?.id}::uuid`);
    return calendar?.id ?? "";
  });

test("whose turn had moved behind a holiday, on their own clock, gets the email when the calendar is taken out", async () => {
  const campaign = await newCampaign({
    emails: people(2),
    settings: { ...settings, ...always, timezone_mode: "recipient" },
  });
  const { scope, userId, campaignId } = campaign;
  const id = await holiday(campaign);
  await launch(scope, campaignId);
  await runner.settle();
  expect([await reasons(campaign), await sent(campaign)]).toEqual([
    ["recipient_window", "recipient_window"],
    0,
  ]);
  await commitThenSend(scope, (tx) => removeCalendar(tx, { scope, userId }, id));
  await runner.settle();
  expect(await sent(campaign)).toBe(2);
});

test("whose own hour had moved behind a day without sending finds an earlier one when the day is taken out, or is an exception", async () => {
  const campaign = await newCampaign({
    emails: ["ada@reads.test"],
    settings: { ...settings, optimize_send_time: true },
  });
  const { scope, userId, campaignId, contactIds } = campaign;
  const today = (await now(campaign)).getTime();
  const hour = (new Date(today).getUTCHours() + 3) % 24;
  await withTenant(scope, async (tx) => {
    for (let day = 1; day <= 8; day += 1)
      await tx.execute(sql`
        insert into email_events (message_id, contact_id, type, occurred_at, is_machine) values (${v7()}::uuid, ${contactIds[0]}::uuid,
          'opened', ${new Date(Math.floor(today / dayMs - day) * dayMs + hour * 3_600_000 + 600_000).toISOString()}::timestamptz, false)`);
  });
  const days = (action: "delay" | "allow", to: number) =>
    commitThenSend(scope, (tx) =>
      createBlackout(
        tx,
        { scope, userId },
        {
          name: "Fair",
          startsOn: dayName(today),
          endsOn: dayName(today + to * dayMs),
          onlyFor: null,
          action,
        },
      ),
    );
  const shut = await days("delay", 3);
  await launch(scope, campaignId);
  await runner.settle();
  const at = async () => (await places(campaign))[0]?.next_email_scheduled_at?.getTime() ?? 0;
  const behind = await at();
  expect([await reasons(campaign), behind > today + 3 * dayMs]).toEqual([["best_hour"], true]);
  const open = await days("allow", 1);
  await runner.settle();
  const first = await at();
  expect([await reasons(campaign), first < today + dayMs]).toEqual([["best_hour"], true]);
  await commitThenSend(scope, (tx) => removeBlackout(tx, { scope, userId }, open.id));
  await runner.settle();
  expect(await at()).toBe(behind);
  await commitThenSend(scope, (tx) => removeBlackout(tx, { scope, userId }, shut.id));
  await runner.settle();
  expect(await at()).toBe(first);
});
