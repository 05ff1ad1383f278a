import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { type Scope, withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { sweepReaders } from "#server/drivers/sweep";
import {
  createRunner,
  emailStep,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { claim, people, queued, settle, statuses } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { postfixReport, replyMail } from "./testing-mails.ts";
import { prepareMail, recordMail } from "./record.ts";
import { readNext, startReader } from "./run.ts";
import { arrive, readAll, sentTo, slow, traces, underway } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const answer = async (campaign: Started, email: string, text?: string) =>
  replyMail({ from: email, text }, { head: [`In-Reply-To: ${(await sentTo(campaign, email)).messageId}`] });
const mailboxOf = ({ scope, emailAccountId }: Started) => ({
  tenantId: scope.tenantId,
  workspaceId: scope.workspaceId,
  emailAccountId,
});
const account = ({ emailAccountId }: Started) => ({ id: emailAccountId, email: "hello@ours.example" });
const pointer = ({ scope }: Started, change: ReturnType<typeof sql>) =>
  withTenant(scope, (tx) => tx.execute(sql`update mailbox_readers set ${change}`));

test("the same mails read again, under other numbers too, change nothing", async () => {
  const campaign = await underway(runner, { emails: people(4), steps: [emailStep(), emailStep()] });
  const bounced = await sentTo(campaign, "person-1@example.test");
  await arrive(campaign, await answer(campaign, "person-0@example.test"), postfixReport(bounced));
  await readAll(campaign);
  const before = await traces(campaign);
  expect(before).toMatchObject({ inbound: 2, replied: 1, bounced: 1, suppressed: 1 });
  await pointer(campaign, sql`last_uid = 0`);
  expect(await readAll(campaign)).toBe(0);
  await pointer(campaign, sql`uid_validity = 'before the server was moved'`);
  expect(await readAll(campaign)).toBe(0);
  expect(await traces(campaign)).toEqual(before);
});

test("a crash at any statement leaves nothing behind that the next reading does not mend", async () => {
  const campaign = await underway(runner, { emails: people(3), steps: [emailStep(), emailStep()] });
  const raws = [
    await answer(campaign, "person-0@example.test"),
    postfixReport(await sentTo(campaign, "person-1@example.test")),
  ];
  const before = [await traces(campaign), await places(campaign)];
  let crashes = 0;
  for (const raw of raws) {
    const arrived = await prepareMail(account(campaign), raw);
    if (!arrived) throw new Error("It is about nothing.");
    // The statement that fails comes later each time, until the work is done without reaching it.
    for (let survives = 0; ; survives += 1) {
      if (await recordUntil(campaign.scope, survives, campaign, arrived)) break;
      crashes += 1;
    }
  }
  expect(crashes).toBeGreaterThan(20);
  expect([await traces(campaign), await places(campaign)]).toEqual(before);
  await arrive(campaign, ...raws);
  expect(await readAll(campaign)).toBe(2);
  expect(await traces(campaign)).toMatchObject({
    inbound: 2,
    replied: 1,
    bounced: 1,
    mailboxBounced: 1,
    suppressed: 1,
  });
});

/** Records a mail, dies after so many statements, and undoes what was done in any case. True when it came to the end. */
async function recordUntil(
  scope: Scope & { workspaceId: string },
  survives: number,
  campaign: Started,
  arrived: NonNullable<Awaited<ReturnType<typeof prepareMail>>>,
): Promise<boolean> {
  class Crash extends Error {}
  let ended = false;
  const work = withTenant(scope, async (tx) => {
    let left = survives;
    const dying = new Proxy(tx, {
      get(target, name, receiver) {
        const member: unknown = Reflect.get(target, name, receiver);
        if (name !== "execute" && name !== "insert") return member;
        if (typeof member !== "function") return member;
        return (...given: unknown[]): unknown => {
          if (left-- === 0) throw new Crash();
          return member.apply(target, given);
        };
      },
    });
    await recordMail(dying, { scope, account: account(campaign), arrived });
    ended = true;
    throw new Crash();
  });
  await expect(work).rejects.toThrow(Crash);
  return ended;
}

test("of two readers of one mailbox the older one stops before its next mail", async () => {
  const campaign = await underway(runner, { emails: people(5), steps: [emailStep(), emailStep()] });
  for (let n = 0; n < 5; n += 1) await arrive(campaign, await answer(campaign, `person-${n}@example.test`));
  const mailbox = mailboxOf(campaign);
  const older = await startReader(mailbox, "older");
  expect(await startReader(mailbox, "newer")).toBeNull();
  await moveClock("3 minutes");
  const newer = await startReader(mailbox, "newer");
  const both = await Promise.all([older, newer].map((fence) => readNext({ ...mailbox, fence: fence ?? -1 })));
  expect(both.map(({ held }) => held)).toEqual([false, true]);
  expect(both.map(({ recorded }) => recorded)).toEqual([0, 5]);
  expect(await traces(campaign)).toMatchObject({ inbound: 5, replied: 5 });
});

test("readers of two mailboxes that get the same answer count it once", async () => {
  const campaign = await underway(runner, { emails: people(1), steps: [emailStep(), emailStep()] });
  const raw = await answer(campaign, "person-0@example.test");
  const { scope } = campaign;
  const outcomes = await Promise.all(
    [campaign.emailAccountId, crypto.randomUUID()].map(async (id) => {
      const box = { id, email: `${id}@ours.example` };
      const arrived = await prepareMail(box, raw);
      if (!arrived) throw new Error("It is about nothing.");
      return withTenant(scope, (tx) => recordMail(tx, { scope, account: box, arrived }));
    }),
  );
  expect(outcomes.map(({ outcome }) => outcome)).toEqual(["reply", "reply"]);
  expect(await traces(campaign)).toMatchObject({ inbound: 2, replied: 1 });
});

test("a reply cancels what is queued for its contact and gives the slot back, however it races with the sender", async () => {
  for (let round = 0; round < 4; round += 1) {
    const fresh = await newCampaign({ emails: people(6, `race${round}`), steps: [emailStep(), emailStep()] });
    const campaign = await queued(runner, fresh);
    const rows = await ledger(campaign);
    const arrived = await Promise.all(
      rows.map(async (row) => {
        const head = [`In-Reply-To: ${row.rfc_message_id}`];
        return prepareMail(account(campaign), replyMail({ from: row.to_email }, { head }));
      }),
    );
    // Each answers an earlier email: as if it had been sent, while the next one waits in the queue.
    await withTenant(campaign.scope, (tx) =>
      tx.execute(sql`
        insert into content.email_messages (campaign_id, contact_id, enrollment_id, email_account_id, from_email, to_email,
          delivery_status, sent_at, rfc_message_id)
        select campaign_id, contact_id, enrollment_id, email_account_id, from_email, to_email, 'sent', app_now(), 'earlier-' || rfc_message_id
        from content.email_messages where campaign_id = ${campaign.campaignId}::uuid`),
    );
    const answers = arrived.flatMap((one) => (one ? [one] : []));
    for (const { verdict } of answers)
      Object.assign(verdict.pointers, {
        rfcIds: verdict.pointers.rfcIds.map((id) => `earlier-${id}`),
        ledgerIds: [],
      });
    const recordAll = Promise.all(
      answers.map((one) =>
        withTenant(campaign.scope, (tx) =>
          recordMail(tx, { scope: campaign.scope, account: account(campaign), arrived: one }),
        ),
      ),
    );
    const [claimed] = await Promise.all([claim(campaign, 3), recordAll]);
    const sent = new Set(claimed.messages.map(({ id }) => id));
    await settle(campaign, claimed, "sent");
    // Claimed before the reply: it left. Not claimed: it never does.
    const ids = new Set(rows.map(({ id }) => id));
    for (const row of (await ledger(campaign)).filter(({ id }) => ids.has(id)))
      expect(row.delivery_status).toBe(sent.has(row.id) ? "sent" : "cancelled");
    expect((await claim(campaign)).messages).toEqual([]);
    expect((await places(campaign)).map(({ status }) => status)).toEqual(
      Array.from({ length: 6 }, () => "replied"),
    );
    const [used] = await withTenant(campaign.scope, (tx) =>
      tx.execute<{ reserved: number; sent: number }>(
        sql`select sum(reserved)::int as reserved, sum(sent)::int as sent from campaign_usage`,
      ),
    );
    expect(used).toEqual({ reserved: 0, sent: sent.size });
  }
});

test("a report that is quicker than its sender waits until the message has left", async () => {
  const campaign = await queued(
    runner,
    await newCampaign({ emails: people(1), steps: [emailStep(), emailStep()] }),
  );
  const claimed = await claim(campaign);
  const [row] = await ledger(campaign);
  await arrive(campaign, postfixReport({ to: row?.to_email ?? "", messageId: row?.rfc_message_id ?? "" }));
  const mailbox = mailboxOf(campaign);
  const fence = (await startReader(mailbox, "reader")) ?? -1;
  expect(await readNext({ ...mailbox, fence })).toMatchObject({ recorded: 0, more: false });
  await settle(campaign, claimed, "sent");
  expect(await readNext({ ...mailbox, fence })).toMatchObject({ recorded: 1, more: false, until: null });
  expect(await statuses(campaign)).toEqual(["bounced", "received"]);
});

test("an answer to a message of unknown fate proves that it arrived", async () => {
  const campaign = await underway(runner, {
    emails: ["drop-0@example.test"],
    steps: [emailStep(), emailStep()],
  });
  expect(await statuses(campaign)).toEqual(["unknown"]);
  await withTenant(campaign.scope, (tx) => tx.execute(sql`update campaigns set reply_stops = false`));
  await arrive(campaign, await answer(campaign, "drop-0@example.test"));
  await readAll(campaign);
  expect((await ledger(campaign)).map((one) => one.delivery_status)).toContain("sent");
});

test("mail of nobody's and bytes that are no mail do not hold up those behind them", async () => {
  const campaign = await underway(runner, {
    emails: people(1),
    steps: [emailStep(), emailStep()],
    settings: slow,
  });
  const [own] = sinks.mails.slice(-1);
  await arrive(
    campaign,
    Buffer.from([0, 255, 254, 13, 10, 0]),
    Buffer.from(
      `Content-Type: multipart/mixed; boundary=x\r\n\r\n${"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n".repeat(400)}`,
    ),
    Buffer.from(own?.raw ?? ""),
    replyMail({ from: "stranger@example.test" }, {}),
    await answer(campaign, "person-0@example.test"),
  );
  expect(await readAll(campaign)).toBe(1);
});

test("the sweeper calls for a reader when something lies in the sandbox, and for nobody else", async () => {
  const campaign = await underway(runner, { emails: people(1), steps: [emailStep(), emailStep()] });
  const called = async () => {
    sinks.events.splice(0);
    await sweepReaders();
    return sinks.events.filter(({ data }) => data.emailAccountId === campaign.emailAccountId).length;
  };
  expect(await called()).toBe(0);
  await arrive(campaign, await answer(campaign, "person-0@example.test"));
  expect(await called()).toBe(1);
  // The event got lost: a minute later it is sent again.
  await moveClock("1 minute");
  expect(await called()).toBe(1);
  await readAll(campaign);
  await moveClock("1 minute");
  expect(await called()).toBe(0);
});

test("a mailbox of whose mail too much comes back rests, and goes on by itself", async () => {
  const campaign = await underway(runner, { emails: people(60, "rest") });
  const status = async () =>
    withTenant(campaign.scope, async (tx) => {
      const [row] = await tx.execute<{ status: string }>(
        sql`select status from email_accounts where id = ${campaign.emailAccountId}::uuid`,
      );
      return row;
    });
  for (let n = 0; n < 4; n += 1)
    await arrive(campaign, postfixReport(await sentTo(campaign, `rest-${n}@example.test`)));
  await readAll(campaign);
  expect(await status()).toMatchObject({ status: "cooling_down" });
  await moveClock("25 hours");
  await arrive(campaign, replyMail({ from: "stranger@example.test" }, {}));
  await readAll(campaign);
  expect((await status())?.status).toBe("active");
});

test("another workspace's mailbox learns nothing of a message that an answer names", async () => {
  const ours = await underway(runner, { emails: people(1), steps: [emailStep(), emailStep()] });
  const theirs = await underway(runner, { emails: people(1, "theirs"), steps: [emailStep(), emailStep()] });
  await arrive(theirs, await answer(ours, "person-0@example.test"));
  expect(await readAll(theirs)).toBe(0);
  expect(await traces(ours)).toMatchObject({ replied: 0 });
  await withoutTenant((tx) =>
    tx.execute(sql`delete from sandbox.deliveries where mailbox = ${theirs.emailAccountId}`),
  );
});
