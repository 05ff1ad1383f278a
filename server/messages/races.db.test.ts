// @module-tag race
import { spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { sql } from "drizzle-orm";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { createCampaign, createContacts, createList, createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { commitThenSend } from "#server/drivers/events";
import { exitContacts } from "#server/enrollments/exits";
import { pauseCampaign, resumeCampaign } from "#server/enrollments/launch";
import {
  createRunner,
  emailStep,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { anybody } from "#server/planner/persons";
import { writeGiven } from "./ledger.ts";
import { sendNext } from "./run.ts";
import { loadSending } from "./sending.ts";
import { cancelMessages, releaseSlotsOf } from "./slots.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, claim, people, queued, type Queued, settle, statuses, usage } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const laneOf = ({ tenantId, workspaceId, emailAccountId, fence }: Queued) => ({
  tenantId,
  workspaceId,
  emailAccountId,
  fence,
});

const hourMs = 3_600_000;
/** A little more than a third of an hour, so that the moments of an earlier stride are clearly in or out. */
const stride = "20 minutes 10 seconds";
const strides = 5;

/** A second mailbox of the first one's domain, with a campaign of its own. */
async function beside(first: Started, emails: readonly string[]): Promise<Started> {
  return withTenant(first.scope, async (tx) => {
    const emailAccountId = await createMailbox(tx, { email: `second-${first.userId.slice(-8)}@acme.test` });
    const contactIds = await createContacts(
      tx,
      emails.map((email) => ({ email })),
    );
    const listId = await createList(tx, { contactIds });
    const audience = { everyone: false, include: [listId], exclude: [] };
    const made = await createCampaign(tx, { steps: [emailStep()], emailAccountId, audience });
    await tx.execute(
      sql`update campaign_settings set no_limits = true where campaign_id = ${made.campaignId}::uuid`,
    );
    return { ...first, ...made, contactIds, listId, emailAccountId };
  });
}

/**
 * Two mailboxes of one domain with a message every four minutes each, more than the hour's limits let through: 6 from
 * the first, 9 from both. All have their slots, so that only the claims stand between them and the limits.
 */
async function twoMailboxes(): Promise<[Queued, Queued]> {
  const one = await newCampaign({ emails: people(24, "one") });
  const other = await beside(one, people(24, "other"));
  await withTenant(one.scope, (tx) =>
    tx.execute(
      sql`update email_accounts set email = ${`first-${one.userId.slice(-8)}@acme.test`} where id = ${one.emailAccountId}::uuid`,
    ),
  );
  const both: [Queued, Queued] = [await queued(runner, one), await queued(runner, other)];
  await withTenant(one.scope, async (tx) => {
    await tx.execute(sql`
      update content.email_messages m set next_attempt_at = app_now() + n.nth * interval '4 minutes',
        scheduled_for = app_now() + n.nth * interval '4 minutes'
      from (select id, row_number() over (partition by campaign_id order by id) - 1 as nth from content.email_messages) n
      where n.id = m.id`);
    await tx.execute(sql`update email_accounts set hourly_limit = 6 where id = ${one.emailAccountId}::uuid`);
    await tx.execute(
      sql`insert into sending_limits (kind, domain, hourly_limit) values ('domain', 'acme.test', 9)`,
    );
  });
  return both;
}

/** The most that any hour, wherever it begins, holds of these moments. */
const busiestHour = (times: readonly number[]) =>
  Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + hourMs).length));

test("one, four and sixteen workers of two mailboxes send at one rate: what the hour allows, and nothing twice", async () => {
  const rates: number[][] = [];
  for (const workers of [1, 4, 16]) {
    const [one, other] = await twoMailboxes();
    // Of a worker that lost the mailbox to another one.
    const late = { ...one, fence: one.fence - 1 };
    const claimed: string[] = [];
    const work = async (worker: number) => {
      for (const mailbox of workers === 1 ? [one, other] : [worker % 2 === 0 ? one : other]) {
        for (;;) {
          const group = await claim(mailbox, 3);
          if (group.messages.length === 0) break;
          claimed.push(...group.messages.map(({ id }) => id));
          await settle(mailbox, group, "sent");
        }
      }
    };
    const rate: number[] = [];
    for (let nth = 0; nth < strides; nth += 1) {
      const before = claimed.length;
      const [refused] = await Promise.all([
        claim(late, 3),
        ...Array.from({ length: workers }, (_, worker) => work(worker)),
      ]);
      expect(refused.messages).toEqual([]);
      rate.push(claimed.length - before);
      await moveClock(stride);
    }
    rates.push(rate);
    expect(new Set(claimed).size).toBe(claimed.length);
    const sent = await Promise.all([one, other].map(ledger));
    const times = sent.map((rows) => rows.flatMap(({ sent_at }) => sent_at?.getTime() ?? []));
    expect(busiestHour(times.flat())).toBe(9);
    expect(busiestHour(times[0] ?? [])).toBeLessThanOrEqual(6);
  }
  expect(rates[1]).toEqual(rates[0]);
  expect(rates[2]).toEqual(rates[0]);
});

/** A worker of its own process; `claim` has it claim all that it can get. */
async function startProcess({ tenantId, workspaceId, emailAccountId, fence }: Queued) {
  const file = path.join(import.meta.dirname, "testing-process.ts");
  const child = spawn(process.execPath, [file, tenantId, workspaceId, emailAccountId, String(fence)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => String((await lines.next()).value);
  expect(await answer()).toBe("ready");
  return {
    claim: async (): Promise<string[]> => {
      child.stdin.write("claim\n");
      return JSON.parse(await answer()) as string[];
    },
  };
}

test("two worker processes on one mailbox claim between them what the hour allows, each message once", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(30, "process") }));
  const { scope, emailAccountId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`update email_accounts set hourly_limit = 12 where id = ${emailAccountId}::uuid`),
  );
  const workers = await Promise.all([startProcess(campaign), startProcess(campaign)]);
  const hours: string[][][] = [];
  for (let hour = 0; hour < 3; hour += 1) {
    hours.push(await Promise.all(workers.map((worker) => worker.claim())));
    await moveClock("61 minutes");
  }
  expect(hours.map((claimed) => claimed.flat().length)).toEqual([12, 12, 6]);
  expect(new Set(hours.flat(2)).size).toBe(30);
  // Both were at it at the same time, or nothing is proven.
  expect(hours.flat().filter((claimed) => claimed.length > 0).length).toBeGreaterThan(3);
  expect(await statuses(campaign)).toEqual(Array.from({ length: 30 }, () => "sent"));
});

test("a pause at the moment of claims: what was claimed before leaves, the rest stays, and leaves once when it goes on", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(24), settings: atOnce }));
  const before = await claim(campaign, 3);
  const pausing = withTenant(campaign.scope, (tx) =>
    pauseCampaign(tx, { campaignId: campaign.campaignId }),
  ).then(() => claim(campaign));
  const [afterwards, ...during] = await Promise.all([
    pausing,
    ...Array.from({ length: 6 }, () => claim(campaign, 3)),
  ]);
  const groups = [before, ...during];
  expect(afterwards.messages).toEqual([]);
  const claimed = groups.flatMap(({ messages }) => messages.map(({ id }) => id));
  expect(new Set(claimed).size).toBe(claimed.length);
  expect(await usage(campaign)).toEqual({ reserved: 24 - claimed.length, sent: claimed.length });
  for (const group of groups) await settle(campaign, group, "sent");
  await commitThenSend(campaign.scope, (tx) => resumeCampaign(tx, campaign));
  await runner.settle();
  await sendNext(laneOf(campaign));
  await runner.settle();
  expect(await statuses(campaign)).toEqual(Array.from({ length: 24 }, () => "sent"));
  expect(sinks.mails.filter(({ raw }) => raw.includes(campaign.workspaceId))).toHaveLength(
    24 - claimed.length,
  );
});

test("a slot for a message that is cancelled at that moment, or has one already, is given to nobody and counted nowhere", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(3), settings: atOnce }));
  const { scope, campaignId } = campaign;
  const rows = await ledger(campaign);
  const [gone, wants, has] = rows.map(({ id }) => id);
  await withTenant(scope, async (tx) => {
    const enrollments = await tx.execute<{ id: string }>(sql`
      select enrollment_id as id from content.email_messages where id in (${gone}::uuid, ${wants}::uuid)`);
    await releaseSlotsOf(tx, { scope, enrollmentIds: enrollments.map(({ id }) => id) });
  });
  let cancelled = () => {};
  const waits = new Promise<void>((resolve) => (cancelled = resolve));
  let begun = () => {};
  const writing = new Promise<void>((resolve) => (begun = resolve));
  const cancelling = withTenant(scope, async (tx) => {
    await cancelMessages(tx, [{ id: gone ?? "", reason: "manual" }]);
    begun();
    await waits;
  });
  await writing;
  // It was read before: of all three somebody believes that they want a slot.
  const giving = withTenant(scope, async (tx) => {
    const sending = await loadSending(tx, campaignId);
    if (!sending) throw new Error("The campaign is there.");
    const { now } = sending;
    const day = new Date(now).toISOString().slice(0, 10);
    const slot = {
      at: now,
      mailboxId: campaign.emailAccountId,
      day,
      mailboxDay: day,
      sendBefore: now + hourMs,
      hold: null,
    };
    const given = rows.map(({ id }) => ({
      person: { ...anybody, id, dueAt: now },
      slot,
      recipientDay: null,
    }));
    await writeGiven(tx, { sending, given, written: new Set(rows.map(({ id }) => id)) });
  });
  cancelled();
  await Promise.all([cancelling, giving]);
  expect(await statuses(campaign)).toEqual(["cancelled", "queued", "queued"]);
  expect(await usage(campaign)).toEqual({ reserved: 2, sent: 0 });
  expect((await claim(campaign)).messages.map(({ id }) => id).sort()).toEqual([wants, has].sort());
});

test("who is snoozed once their email has its slot is not written to, and gets it when the snooze is over", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: ["ada@x.test", "bea@x.test"] }));
  const { scope, contactIds } = campaign;
  // As a snooze that overtakes the writing of the message: it does not see it, and takes no slot back.
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update contacts set snoozed_until = app_now() + interval '3 days' where id = ${contactIds[0]}::uuid`),
  );
  expect((await claim(campaign)).messages).toHaveLength(1);
  await sendNext(laneOf(campaign));
  await runner.settle();
  expect((await places(campaign)).map(({ wait_reason }) => wait_reason)).toEqual([
    "snoozed",
    "awaiting_send",
  ]);
  const first = async () => (await ledger(campaign)).find(({ to_email }) => to_email.startsWith("ada"));
  expect(await first()).toMatchObject({ delivery_status: "queued", scheduled_for: null });
  await runner.pass("3 days", 1);
  await runner.pass("1 minute", 2);
  expect(await first()).toMatchObject({ delivery_status: "sent" });
});

test("whoever leaves the campaign in the moment in which their email is written down as sent has it counted", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: ["leaves@x.test"] }));
  const claimed = await claim(campaign);
  const left = Promise.withResolvers<void>();
  const written = Promise.withResolvers<void>();
  const leaving = withTenant(campaign.scope, async (tx) => {
    await exitContacts(tx, { contactIds: campaign.contactIds, reason: "suppressed" });
    left.resolve();
    await written.promise;
  });
  await left.promise;
  const settling = settle(campaign, claimed, "sent");
  const waiting = () =>
    asOwner(
      async (owner) =>
        (
          await owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
        ).length,
    );
  await expect.poll(waiting).toBe(1);
  written.resolve();
  await Promise.all([leaving, settling]);
  expect(await ledger(campaign)).toMatchObject([{ delivery_status: "sent" }]);
  const [person] = await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`select exit_reason, total_emails_sent as sent from campaign_contacts`),
  );
  expect(person).toEqual({ exit_reason: "suppressed", sent: 1 });
});
