import { sql } from "drizzle-orm";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { editContactField } from "#server/contacts/mutations";
import { commitThenSend } from "#server/drivers/events";
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
} from "#server/enrollments/testing";
import { groupSize } from "./send.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, claim, people, queued, settle, statuses, takeLane, usage } from "./testing.ts";
import { confirmMessages, expireLeases, resendMessages } from "./unknown.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

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

test("after a pause has committed, nothing is claimed", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(5) }));
  expect((await claim(campaign, 2)).messages).toHaveLength(2);
  await withTenant(campaign.scope, (tx) => pauseCampaign(tx, { campaignId: campaign.campaignId }));
  expect((await claim(campaign)).messages).toHaveLength(0);
});

test("a queued email follows its contact to a new address, whatever became of the old one", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: ["old@x.test"] }));
  await withTenant(campaign.scope, async (tx) => {
    const [contact] = await tx.execute<{ id: string }>(sql`select id from contacts`);
    const edit = { id: contact?.id ?? "", field: "email", seen: "old@x.test", value: "new@x.test" };
    await editContactField(tx, edit, campaign.userId);
    await tx.execute(sql`insert into suppressions (email_normalized, scope, reason, source)
      values ('old@x.test', 'tenant', 'bounced', 'test')`);
  });
  expect((await claim(campaign)).messages).toHaveLength(1);
  expect(await ledger(campaign)).toMatchObject([{ to_email: "new@x.test", delivery_status: "sending" }]);
});

test("whoever is suppressed, unsubscribed or deleted between queue and claim is not sent to, and leaves with the reason", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: ["a@x.test", "b@x.test", "c@x.test", "d@x.test", "nobody@x.test"] }),
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
  await asOwner(
    (owner) => owner`
    insert into platform_suppressions (email_normalized, reason, source) values ('nobody@x.test', 'complained', 'staff')`,
  );
  expect((await claim(campaign)).messages).toEqual([]);
  expect((await places(campaign)).map((one) => one.exit_reason)).toEqual([
    "suppressed",
    "unsubscribed",
    "contact_deleted",
    "manual",
    "suppressed",
  ]);
  expect(new Set(await statuses(campaign))).toEqual(new Set(["cancelled"]));
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 0 });
});

test("a sender that falls silent leaves its messages unknown, never sent again by themselves; its late reply still counts", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(3) }));
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

test("a database that goes away between the replies and their being written down leaves nothing unknown or twice", async () => {
  const campaign = await newCampaign({ emails: people(6) });
  // The connection is cut at the first writings, more often than a transaction is repeated by itself. A sequence counts
  // them, since what is rolled back takes its own count with it.
  await asOwner((owner) =>
    owner.unsafe(`
      create sequence test_cuts;
      grant usage on sequence test_cuts to public;
      create function test_cut() returns trigger language plpgsql as $$
      begin
        if nextval('public.test_cuts') <= 7 then perform pg_terminate_backend(pg_backend_pid()); end if;
        return null;
      end $$;
      create trigger test_cut after update on content.email_messages for each row
        when (new.delivery_status = 'sent' and new.tenant_id = '${campaign.tenantId}') execute function test_cut()`),
  );
  onTestFinished(() =>
    asOwner((owner) =>
      owner.unsafe("drop function test_cut() cascade; drop sequence test_cuts").then(() => undefined),
    ),
  );
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [cuts] = await asOwner((owner) => owner<{ n: number }[]>`select last_value::int as n from test_cuts`);
  expect(cuts?.n).toBeGreaterThan(7);
  expect(await statuses(campaign)).toEqual(Array.from({ length: 6 }, () => "sent"));
  const arrived = sinks.mails
    .filter((mail) => mail.raw.includes(campaign.workspaceId))
    .map((mail) => mail.to);
  expect(arrived.sort()).toEqual(people(6));
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 6 });
});

test("a mailbox never has more than one group claimed, and so never leaves more than that unknown", async () => {
  const campaign = await newCampaign({ emails: people(groupSize + 50) });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const [row] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ sent: number; most: number }>(sql`
      with held as (
        select claimed_at as from_at, sent_at as until_at from content.email_messages
        where campaign_id = ${campaign.campaignId}::uuid and delivery_status = 'sent'
      )
      select count(*)::int as sent, max((
        select count(*) from held other where other.from_at <= held.from_at and other.until_at > held.from_at))::int as most
      from held`),
  );
  expect(row).toEqual({ sent: groupSize + 50, most: groupSize });
});

test("an unknown message sent again by hand is the same row in its next attempt; the first one's late reply is void", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(2) }));
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
  await runner.settle("mailbox/messages.queued");
  // The first sender's lease has run out: another one was called for.
  expect((await claim(campaign)).messages).toEqual([]);
  const second = await claim({ ...campaign, fence: await takeLane(campaign, "second") });
  expect(second.messages.map(({ id }) => id)).toEqual([again]);
  await settle(campaign, claimed, "failed");
  await settle(campaign, second, "sent");
  expect(await statuses(campaign)).toEqual(["sent", "sent"]);
  const row = (await ledger(campaign)).find(({ id }) => id === again);
  expect(row).toMatchObject({ attempts: 2 });
  expect(await usage(campaign)).toEqual({ reserved: 0, sent: 2 });
  const refused = withTenant(campaign.scope, (tx) =>
    resendMessages(tx, { scope: campaign.scope, messageIds: [again] }),
  );
  await expect(refused).rejects.toMatchObject({ code: "conflict" });
});

test("an email that is not taken gives its place in the day back, whatever the reason", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: people(9), settings: { ...atOnce, daily_limit: 9 } }),
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
  await runner.pass("4 hours", 7);
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
