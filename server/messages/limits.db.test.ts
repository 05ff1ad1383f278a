// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { createCampaign, createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { commitThenSend } from "#server/drivers/events";
import { takeOver } from "#server/drivers/mutations";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  type Started,
  statusOf,
} from "#server/enrollments/testing";
import { createPool } from "#server/pools/mutations";
import { queueMessages } from "./queue.ts";
import { replanSteps } from "./replan.ts";
import { releaseCampaignSlots, releaseLostSlots, releaseSlotsOf } from "./slots.ts";
import { sinks } from "./testing-sinks.ts";
import { always, atOnce, changeSettings, claim, people, queued, settle, statuses, usage } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("workers who claim at once never share a message, nor exceed the daily limit between them", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: people(40), settings: { ...atOnce, daily_limit: 40 } }),
  );
  // Lowered now, so that only the claim stands between forty slots and the limit.
  await changeSettings(campaign, sql`daily_limit = 25`);
  const claims = await Promise.all(Array.from({ length: 6 }, () => claim(campaign, 7)));
  const ids = claims.flatMap((one) => one.messages.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  const rest = await claim(campaign);
  expect(ids.length + rest.messages.length).toBe(25);
});

test("two campaigns that plan at once stay within the daily limit of the mailbox they share", async () => {
  const one = await newCampaign({ emails: people(30), settings: { ...atOnce, daily_limit: 1000 } });
  const other = await secondCampaign(one);
  await withTenant(one.scope, (tx) =>
    tx.execute(sql`update email_accounts set daily_limit = 20 where id = ${one.emailAccountId}::uuid`),
  );
  for (const { scope, campaignId } of [one, other]) await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
  const slices = [one, other].map(({ scope, campaignId, stepIds: [stepId = ""] }) => ({
    scope,
    campaignId,
    stepId,
    limit: 7,
  }));
  for (let round = 0; round < 3; round += 1) {
    await Promise.all(
      slices.map((slice) =>
        withTenant(one.scope, async (tx) => {
          const fence = await takeOver(
            tx,
            { table: "step_drivers", id: slice.stepId },
            { runId: slice.stepId },
          );
          return queueMessages(tx, { ...slice, fence: fence ?? -1 });
        }),
      ),
    );
  }
  expect((await ledger(one)).length + (await ledger(other)).length).toBe(20);
});

/** The same list again, in another campaign of the same mailbox. */
async function secondCampaign(first: Started): Promise<Started> {
  return withTenant(first.scope, async (tx) => {
    const audience = { everyone: false, include: [first.listId], exclude: [] };
    const made = await createCampaign(tx, {
      steps: [emailStep()],
      emailAccountId: first.emailAccountId,
      audience,
    });
    await tx.execute(sql`update campaign_settings set send_window_start = '00:00', send_window_end = '00:00',
      send_days = ${atOnce.send_days}, delay_between_emails_seconds = 0, daily_limit = 1000 where campaign_id = ${made.campaignId}::uuid`);
    return { ...first, ...made };
  });
}

test("a sender that comes late keeps the distance between two emails all the same", async () => {
  const paced = { ...always, delay_between_emails_seconds: 60, daily_limit: 1000 };
  const campaign = await queued(runner, await newCampaign({ emails: people(5, "late"), settings: paced }));
  runner.forget();
  await moveClock("10 minutes");
  await runner.sweep();
  await runner.settle();
  expect((await ledger(campaign)).filter((row) => row.claimed_at)).toHaveLength(1);
  await runner.pass("49 seconds", 5);
  const times = (await ledger(campaign))
    .flatMap((row) => row.claimed_at?.getTime() ?? [])
    .sort((a, b) => a - b);
  expect(times).toHaveLength(5);
  for (const [index, at] of times.entries())
    expect(at - (times[index - 1] ?? 0)).toBeGreaterThanOrEqual(48_000);
});

test("mailboxes of a pool send at the same moment, and each keeps the distance for itself", async () => {
  const campaign = await newCampaign({
    emails: people(6),
    settings: { ...always, delay_between_emails_seconds: 3600, daily_limit: 1000 },
  });
  const { scope, emailAccountId: first } = campaign;
  const second = await withTenant(scope, async (tx) => {
    const other = await createMailbox(tx, { email: `beside-${campaign.userId.slice(-8)}@acme.test` });
    const { id } = await createPool(tx, campaign.userId, {
      name: "Both",
      strategy: "round_robin",
      dailyLimitPerAccount: null,
      members: [first, other].map((mailboxId) => ({ mailboxId, weight: 1 })),
    });
    await tx.execute(
      sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${campaign.campaignId}::uuid`,
    );
    return other;
  });
  const one = await queued(runner, campaign);
  const fence = await withTenant(scope, (tx) =>
    takeOver(tx, { table: "mailbox_lanes", id: second }, { runId: "test" }),
  );
  const other = { ...one, emailAccountId: second, fence: fence ?? -1 };
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual([
    "queued",
    "queued",
  ]);
  // Their next slots are there already, too early: only the claim stands between them and the distance.
  await withTenant(scope, (tx) => tx.execute(sql`delete from campaign_paces`));
  await commitThenSend(scope, async (tx) => ({ events: await replanSteps(tx, scope) }));
  await runner.settle("mailbox/messages.queued");
  expect(await ledger(campaign)).toHaveLength(4);
  const claims = await Promise.all([claim(one), claim(other), claim(one), claim(other)]);
  expect(claims.map(({ messages }) => messages.length).sort()).toEqual([0, 0, 1, 1]);
  expect([await claim(one), await claim(other)].flatMap(({ messages }) => messages)).toEqual([]);
  await moveClock("50 minutes");
  expect([await claim(one), await claim(other)].map(({ messages }) => messages.length)).toEqual([1, 1]);
});

test("a mailbox keeps its distance from what left and what is still to leave, not from slots that were given back", async () => {
  const campaign = await newCampaign({ emails: people(4), settings: { ...atOnce, daily_limit: 1000 } });
  await withTenant(campaign.scope, (tx) =>
    tx.execute(
      sql`update email_accounts set min_delay_seconds = 240 where id = ${campaign.emailAccountId}::uuid`,
    ),
  );
  const { scope, campaignId, stepIds } = campaign;
  const sender = await queued(runner, campaign);
  const { messages } = await claim(sender);
  expect(messages).toHaveLength(1);
  const slots = async () =>
    (await ledger(campaign))
      .filter(({ delivery_status }) => delivery_status === "queued")
      .flatMap(({ scheduled_for }) => scheduled_for?.getTime() ?? [])
      .sort();
  const plan = async () => {
    const ref = { table: "step_drivers", id: stepIds[0] ?? "" } as const;
    await withTenant(scope, async (tx) => {
      const fence = (await takeOver(tx, ref, { runId: "test" })) ?? -1;
      await queueMessages(tx, { scope, campaignId, stepId: ref.id, fence, limit: 100 });
    });
    return slots();
  };
  const before = await slots();
  expect(before).toHaveLength(3);
  await withTenant(scope, (tx) => releaseCampaignSlots(tx, { scope, campaignId }));
  const again = await plan();
  expect(Math.abs((again[0] ?? 0) - (before[0] ?? 0))).toBeLessThan(5_000);

  // One of them alone: the others keep theirs, and it comes behind them.
  const [last] = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`
      select enrollment_id as id from content.email_messages where campaign_id = ${campaignId}::uuid
      order by scheduled_for desc limit 1`),
  );
  await withTenant(scope, (tx) => releaseSlotsOf(tx, { scope, enrollmentIds: [last?.id ?? ""] }));
  const third = await plan();
  expect(third.map((at, index) => Math.abs(at - (again[index] ?? 0)) < 5_000)).toEqual([true, true, true]);
});

test("a limit lowered after the slots were given holds at the claim, and the rest leave tomorrow", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: people(10), settings: { ...atOnce, daily_limit: 10 } }),
  );
  await changeSettings(campaign, sql`daily_limit = 4`);
  await settle(campaign, await claim(campaign), "sent");
  await withTenant(campaign.scope, (tx) =>
    releaseLostSlots(tx, { scope: campaign.scope, accountId: campaign.emailAccountId, limit: 100 }),
  );
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 4 });
  runner.forget();
  for (let day = 0; day < 3; day += 1) {
    await moveClock("1 day");
    await runner.sweep();
    await runner.settle();
  }
  const days = Map.groupBy(
    (await ledger(campaign)).filter((row) => row.sent_at),
    (row) => row.sent_at?.toISOString().slice(0, 10),
  );
  expect(Math.max(...[...days.values()].map((rows) => rows.length))).toBeLessThanOrEqual(4);
  const sent = [...days.values()].flat();
  expect(sent).toHaveLength(10);
  expect(new Set(sent.map((row) => row.to_email)).size).toBe(10);
  expect(await statusOf(campaign)).toBe("completed");
});

test("nothing leaves outside the window, even when the sender comes late", async () => {
  const [clock] = await withoutTenant((tx) => tx.execute<{ now: Date }>(sql`select app_now() as now`));
  const opens = Math.ceil((clock?.now.getTime() ?? 0) / 3_600_000 + 1) * 3_600_000;
  const hour = (at: number) => new Date(at).toISOString().slice(11, 16);
  const window = {
    send_window_start: hour(opens),
    send_window_end: hour(opens + 3_600_000),
    timezone: "UTC",
  };
  const campaign = await newCampaign({ emails: people(4), settings: { ...atOnce, ...window } });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const moveTo = (at: number, now: number) => moveClock(`${at - now} milliseconds`);

  // Four minutes before it opens the slots are written; nobody sends until it has shut, then everybody is back.
  await moveTo(opens - 240_000, clock?.now.getTime() ?? 0);
  await runner.settle("mailbox/messages.queued");
  const slotted = async () => (await ledger(campaign)).filter((row) => row.scheduled_for !== null).length;
  expect(await slotted()).toBe(4);
  runner.forget();
  await moveClock("70 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["queued", "queued", "queued", "queued"]);
  expect(await slotted()).toBe(0);
  await runner.pass("11 hours 30 minutes", 2);
  await runner.pass("10 minutes", 2);
  const hours = (await ledger(campaign)).map((row) => row.claimed_at?.toISOString().slice(11, 13));
  expect(hours).toEqual(Array.from({ length: 4 }, () => hour(opens).slice(0, 2)));
});
