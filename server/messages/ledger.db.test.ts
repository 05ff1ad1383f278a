import { sql } from "drizzle-orm";
import { afterAll, beforeEach, expect, test, vi } from "vitest";
import { moveClock } from "#db/testing";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { takeOver } from "#server/drivers/mutations";
import { exitContacts } from "#server/enrollments/exits";
import { pauseCampaign } from "#server/enrollments/launch";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  statusOf,
  type Started,
} from "#server/enrollments/testing";
import { claimMessages } from "./claim.ts";
import { queueMessages } from "./queue.ts";
import { settleMessages } from "./settle.ts";
import { releaseLostSlots } from "./slots.ts";
import { confirmMessages, expireLeases, resendMessages } from "./unknown.ts";

const sinks = await vi.hoisted(async () => (await import("./testing-sinks.ts")).startSinks());
const runner = createRunner(sinks);
beforeEach(() => runner.forget());
afterAll(() => sinks.stop());

const people = (count: number, name = "person") =>
  Array.from({ length: count }, (_, index) => `${name}-${index}@example.test`);
const always = {
  send_window_start: "00:00",
  send_window_end: "00:00",
  send_days: sql`array['mon','tue','wed','thu','fri','sat','sun']`,
};
const in24h = { ...always, delay_between_emails_seconds: 0 };

/** Launches and writes the ledger, with nobody sending yet. */
async function queued(campaign: Started): Promise<Started & { fence: number }> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const fence = await withTenant(campaign.scope, (tx) =>
    takeOver(tx, { table: "mailbox_lanes", id: campaign.emailAccountId }, { runId: "test" }),
  );
  return { ...campaign, fence: fence ?? -1 };
}

const claim = ({ scope, emailAccountId, fence }: Started & { fence: number }, limit = 100) =>
  withTenant(scope, (tx) =>
    claimMessages(tx, { accountId: emailAccountId, fence, limit, leaseSeconds: 120 }),
  );
const settle = (
  { scope }: Started,
  claimed: Awaited<ReturnType<typeof claim>>,
  outcome: "sent" | "failed" | "not_sent" | "deferred",
) =>
  withTenant(scope, (tx) =>
    settleMessages(tx, {
      scope,
      token: claimed.token,
      results: claimed.messages.map(({ id }) => ({ id, outcome })),
    }),
  );
const usage = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ reserved: number; sent: number }>(sql`
      select sum(reserved)::int as reserved, sum(sent)::int as sent from campaign_usage where campaign_id = ${campaignId}::uuid`);
    return { reserved: row?.reserved, sent: row?.sent };
  });
const statuses = async (campaign: Started) =>
  (await ledger(campaign)).map((row) => row.delivery_status).sort();

test("there is never a second message for one enrollment, pass, step and visit", async () => {
  const campaign = await newCampaign({
    emails: people(2),
    steps: [emailStep(), emailStep({ subjectLine: "Second" })],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [first] = campaign.stepIds;
  // As if somebody put them back to where they have been, in the same pass and visit.
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaign_contacts set status = 'active', current_step_id = ${first}::uuid, visit = 1,
      next_email_scheduled_at = app_now() where campaign_id = ${campaign.campaignId}::uuid`),
  );
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`delete from enrollment_step_log where campaign_id = ${campaign.campaignId}::uuid`),
  );
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update campaigns set status = 'active' where id = ${campaign.campaignId}::uuid`),
  );
  await runner.pass("1 minute");
  for (let round = 0; round < 2; round += 1) {
    await runner.sweep();
    await runner.settle();
  }
  expect(await ledger(campaign)).toHaveLength(4);
  expect(sinks.mails.filter((mail) => mail.raw.includes(campaign.workspaceId))).toHaveLength(4);
  expect(await statusOf(campaign)).toBe("completed");
});

test("two workers who claim at once never share a message, nor exceed the daily limit between them", async () => {
  const campaign = await queued(
    await newCampaign({ emails: people(40), settings: { ...in24h, daily_limit: 25 } }),
  );
  const claims = await Promise.all(Array.from({ length: 6 }, () => claim(campaign, 7)));
  const ids = claims.flatMap((one) => one.messages.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBe(25);
  expect(await claim(campaign)).toMatchObject({ messages: [] });
});

test("two workers who give out slots at once stay within the daily limit", async () => {
  const campaign = await newCampaign({ emails: people(30), settings: { ...in24h, daily_limit: 20 } });
  await launch(campaign.scope, campaign.campaignId);
  const [stepId = ""] = campaign.stepIds;
  await runner.settle("campaign/step.due");
  // Two that both believe to be the driver: the limit's lock, not the fence, keeps them apart.
  await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`update step_drivers set fence = 77 where step_id = ${stepId}::uuid`),
  );
  await moveClock("1 minute");
  const slice = { scope: campaign.scope, campaignId: campaign.campaignId, stepId, fence: 77, limit: 9 };
  for (let round = 0; round < 3; round += 1) {
    await Promise.all([1, 2].map(() => withTenant(campaign.scope, (tx) => queueMessages(tx, slice))));
  }
  expect(await ledger(campaign)).toHaveLength(20);
});

test("a limit lowered after the slots were given holds at the claim, and the rest leave tomorrow", async () => {
  const campaign = await queued(
    await newCampaign({ emails: people(10), settings: { ...in24h, daily_limit: 10 } }),
  );
  await withTenant(campaign.scope, (tx) =>
    tx.execute(
      sql`update campaign_settings set daily_limit = 4 where campaign_id = ${campaign.campaignId}::uuid`,
    ),
  );
  await settle(campaign, await claim(campaign), "sent");
  await withTenant(campaign.scope, (tx) =>
    releaseLostSlots(tx, { scope: campaign.scope, accountId: campaign.emailAccountId, limit: 100 }),
  );
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 4 });
  runner.forget();
  await runner.pass("12 hours", 6);
  for (let round = 0; round < 4; round += 1) {
    await runner.sweep();
    await runner.pass("10 minutes", 3);
  }
  const days = Map.groupBy(
    (await ledger(campaign)).filter((row) => row.sent_at),
    (row) => row.sent_at?.toISOString().slice(0, 10),
  );
  expect(Math.max(...[...days.values()].map((rows) => rows.length))).toBeLessThanOrEqual(4);
  expect([...days.values()].flat().length).toBeGreaterThan(4);
});

test("after a pause has committed, nothing is claimed", async () => {
  const campaign = await queued(await newCampaign({ emails: people(5) }));
  expect((await claim(campaign, 2)).messages).toHaveLength(2);
  await withTenant(campaign.scope, (tx) => pauseCampaign(tx, { campaignId: campaign.campaignId }));
  expect((await claim(campaign)).messages).toHaveLength(0);
});

test("whoever is suppressed, unsubscribed or deleted between queue and claim is not sent to, and leaves with the reason", async () => {
  const campaign = await queued(
    await newCampaign({ emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test"] }),
  );
  const [, unsubscribed, deleted, told] = campaign.contactIds;
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(
      sql`insert into suppressions (email_normalized, scope, reason, source) values ('a@x.test', 'tenant', 'complained', 'fbl')`,
    );
    await tx.execute(sql`update contacts set status = 'unsubscribed' where id = ${unsubscribed}::uuid`);
    await tx.execute(sql`update contacts set deleted_at = app_now() where id = ${deleted}::uuid`);
    await exitContacts(tx, { contactIds: [told ?? ""], reason: "manual" });
  });
  expect((await claim(campaign)).messages).toEqual([]);
  expect((await places(campaign)).map((one) => one.exit_reason)).toEqual([
    "suppressed",
    "unsubscribed",
    "contact_deleted",
    "manual",
  ]);
  expect(await statuses(campaign)).toEqual(["cancelled", "cancelled", "cancelled", "cancelled"]);
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 0 });
});

test("a sender that falls silent leaves its messages unknown, never sent again by themselves; its late reply still counts", async () => {
  const campaign = await queued(await newCampaign({ emails: people(3) }));
  const claimed = await claim(campaign);
  await moveClock("3 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["unknown", "unknown", "unknown"]);
  expect((await places(campaign)).map((one) => one.wait_reason)).toEqual(
    Array.from({ length: 3 }, () => "outcome_unknown"),
  );
  await runner.pass("1 hour", 3);
  await runner.sweep();
  await runner.settle();
  expect(sinks.mails.filter((mail) => mail.raw.includes(campaign.workspaceId))).toEqual([]);

  await settle(campaign, { ...claimed, messages: claimed.messages.slice(0, 1) }, "sent");
  expect(await statuses(campaign)).toEqual(["sent", "unknown", "unknown"]);
  expect((await places(campaign)).filter((one) => one.status === "completed")).toHaveLength(1);
  // Nobody decides about the others: after a day their contacts move on, and the messages stay listed.
  await runner.pass("12 hours", 3);
  await runner.sweep();
  await runner.settle();
  expect(await statusOf(campaign)).toBe("completed");
  expect(await statuses(campaign)).toEqual(["sent", "unknown", "unknown"]);
});

test("an unknown message sent again by hand is the same row and Message-ID, once; the first try's late reply is void", async () => {
  const campaign = await queued(await newCampaign({ emails: people(2) }));
  const claimed = await claim(campaign);
  const ids = claimed.messages.map(({ id }) => id);
  await moveClock("3 minutes");
  await withTenant(campaign.scope, (tx) => expireLeases(tx, { scope: campaign.scope, messageIds: ids }));
  const [again = "", arrived = ""] = ids;
  await commitThenSend(campaign.scope, (tx) =>
    resendMessages(tx, { scope: campaign.scope, messageIds: [again] }),
  );
  await commitThenSend(campaign.scope, (tx) =>
    confirmMessages(tx, { scope: campaign.scope, messageIds: [arrived] }),
  );
  await settle(campaign, claimed, "failed");
  await runner.settle();
  await runner.sweep();
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["sent", "sent"]);
  const row = (await ledger(campaign)).find(({ id }) => id === again);
  expect(row).toMatchObject({ attempts: 2 });
  expect(sinks.mails.filter((mail) => mail.messageId === row?.rfc_message_id)).toHaveLength(1);
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 2 });
  const refused = withTenant(campaign.scope, (tx) =>
    resendMessages(tx, { scope: campaign.scope, messageIds: [again] }),
  );
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
});

test("an email that is not taken gives its place in the day back, whatever the reason", async () => {
  const campaign = await queued(
    await newCampaign({ emails: people(9), settings: { ...in24h, daily_limit: 9 } }),
  );
  await settle(campaign, await claim(campaign, 3), "failed");
  await settle(campaign, await claim(campaign, 3), "deferred");
  await settle(campaign, await claim(campaign, 3), "not_sent");
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 0 });
  expect(await statuses(campaign)).toEqual([
    "deferred",
    "deferred",
    "deferred",
    "failed",
    "failed",
    "failed",
    "queued",
    "queued",
    "queued",
  ]);
});

test("one bad recipient neither fails nor repeats the others, and each ends as its server said", async () => {
  const campaign = await newCampaign({
    emails: ["a@x.test", "defer@x.test", "drop@x.test", "policy@x.test", "refuse@x.test", "z@x.test"],
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const ends = new Map((await ledger(campaign)).map((row) => [row.to_email, row.delivery_status]));
  expect(Object.fromEntries(ends)).toEqual({
    "a@x.test": "sent",
    "defer@x.test": "deferred",
    "drop@x.test": "unknown",
    "policy@x.test": "failed",
    "refuse@x.test": "bounced",
    "z@x.test": "sent",
  });
  await runner.pass("2 hours", 15);
  const sent = sinks.mails.filter((mail) => mail.raw.includes(campaign.workspaceId)).map((mail) => mail.to);
  expect(sent.sort()).toEqual(["a@x.test", "drop@x.test", "z@x.test"]);
  const exits = new Map((await places(campaign)).map((one) => [one.email, one.exit_reason]));
  expect(exits.get("defer@x.test")).toBe("bounced_soft_limit");
  expect(exits.get("refuse@x.test")).toBe("bounced_hard");
  expect(exits.get("policy@x.test")).toBe("send_failed");
  const closed = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ email: string }>(sql`select email_normalized as email from suppressions`),
  );
  expect(closed.map((row) => row.email)).toEqual(["refuse@x.test"]);
  expect(await statusOf(campaign)).toBe("completed");
});

test("nothing leaves outside the window, even when the sender comes late", async () => {
  const campaign = await newCampaign({
    emails: people(4),
    settings: { ...in24h, send_window_start: "09:00", send_window_end: "10:00", timezone: "Europe/Berlin" },
  });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  const slotted = async () => (await ledger(campaign)).filter((row) => row.scheduled_for !== null).length;
  for (let stride = 0; stride < 70 && (await slotted()) === 0; stride += 1) {
    await moveClock("22 minutes");
    await runner.settle("mailbox/messages.queued");
  }
  expect(await slotted()).toBe(4);
  // Nobody sends until the window has shut; then everybody is back at once.
  runner.forget();
  await moveClock("80 minutes");
  await runner.sweep();
  await runner.settle();
  expect(await statuses(campaign)).toEqual(["queued", "queued", "queued", "queued"]);
  expect(await slotted()).toBe(0);
  await runner.pass("22 minutes", 70);
  const times = (await ledger(campaign)).flatMap((row) => row.claimed_at ?? []);
  expect(times).toHaveLength(4);
  const hourIn = (at: Date) =>
    new Intl.DateTimeFormat("en-GB", { timeZone: "Europe/Berlin", hour: "2-digit" }).format(at);
  expect(new Set(times.map(hourIn))).toEqual(new Set(["09"]));
});
