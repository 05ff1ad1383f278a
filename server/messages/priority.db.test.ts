// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { createRunner, launch, ledger, newCampaign, places, type Started } from "#server/enrollments/testing";
import { sinks } from "./testing-sinks.ts";
import { atOnce, changeSettings, toTheSame } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const ada = "ada@person.test";
const hourMs = 3_600_000;

/** Two campaigns to one person, who gets two emails a day at most, four hours apart. Both are due; nobody has asked. */
async function both(priorities: { first: number; second: number }): Promise<[Started, Started]> {
  const first = await newCampaign({ emails: [ada], settings: { ...atOnce, daily_limit: 1000 } });
  const { scope } = first;
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`insert into tenant_policies (contact_emails_per_day, contact_hours_apart) values (2, 4)`,
    );
    await tx.execute(
      sql`update campaigns set priority = ${priorities.first} where id = ${first.campaignId}::uuid`,
    );
  });
  const second = await toTheSame(first, priorities.second);
  return [first, second];
}

const sentAt = async (campaign: Started) => (await ledger(campaign))[0]?.sent_at?.getTime();
const reasonOf = async (campaign: Started) => (await places(campaign))[0]?.wait_reason;

test("of two campaigns that would write to somebody at once, the one of the lower priority waits, whoever asks first", async () => {
  const [low, high] = await both({ first: 10, second: 90 });
  await launch(low.scope, low.campaignId);
  await launch(high.scope, high.campaignId);
  // The lower one's step is told of her first.
  await runner.settle("mailbox/messages.queued");
  expect([await reasonOf(low), await reasonOf(high)]).toEqual(["higher_priority", "awaiting_send"]);
  runner.forget();
  for (let strides = 0; strides < 4; strides += 1) {
    await runner.sweep();
    await runner.pass("130 minutes");
  }
  const [first = NaN, second = NaN] = [await sentAt(high), await sentAt(low)];
  expect(second - first).toBeGreaterThanOrEqual(4 * hourMs);
});

test("of the same priority the first to ask goes first, and nobody waits for one that cannot write to them for long", async () => {
  const [one, other] = await both({ first: 50, second: 50 });
  await launch(one.scope, one.campaignId);
  await launch(other.scope, other.campaignId);
  await runner.settle("mailbox/messages.queued");
  expect([await reasonOf(one), await reasonOf(other)]).toEqual(["awaiting_send", "frequency_cap"]);

  const [low, shut] = await both({ first: 10, second: 90 });
  // Its window opens in eight hours.
  await changeSettings(
    shut,
    sql`send_window_start = ((app_now() at time zone 'UTC') + interval '8 hours')::time(0),
      send_window_end = ((app_now() at time zone 'UTC') + interval '10 hours')::time(0)`,
  );
  await launch(shut.scope, shut.campaignId);
  await runner.settle("mailbox/messages.queued");
  await launch(low.scope, low.campaignId);
  await runner.settle("mailbox/messages.queued");
  expect(await reasonOf(low)).toBe("awaiting_send");
});

test.each([
  [
    "waits for the winner of a test",
    sql`update campaign_contacts e set wait_reason = 'waiting_for_winner', next_email_scheduled_at = null
      from campaigns k where k.id = e.campaign_id and k.priority = 90`,
    "awaiting_send",
  ],
  ["cannot send", sql`update email_accounts set status = 'paused'`, "awaiting_send"],
  [
    "has ended",
    sql`update campaigns set end_date = app_now() - interval '1 minute' where priority = 90`,
    "awaiting_send",
  ],
  ["is about to write to them", sql`select 1`, "higher_priority"],
])("who is due in a campaign of a higher priority that %s", async (_what, change, expected) => {
  const [low, high] = await both({ first: 10, second: 90 });
  const { scope } = low;
  const own = await withTenant(scope, (tx) => createMailbox(tx, { isDefault: false, status: "paused" }));
  const to = (status: string) =>
    withTenant(scope, (tx) =>
      tx.execute(sql`update email_accounts set status = ${status} where id = ${own}::uuid`),
    );
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaigns set email_account_id = ${own}::uuid where id = ${high.campaignId}::uuid`),
  );
  await launch(scope, high.campaignId);
  await runner.settle("mailbox/messages.queued");
  await to("active");
  await withTenant(scope, (tx) => tx.execute(change));
  await withTenant(scope, (tx) =>
    tx.execute(sql`update email_accounts set status = 'active' where id <> ${own}::uuid`),
  );
  await launch(scope, low.campaignId);
  await runner.settle("mailbox/messages.queued");
  expect(await reasonOf(low)).toBe(expected);
});
