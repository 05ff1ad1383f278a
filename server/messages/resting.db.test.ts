import { sql } from "drizzle-orm";
import PostalMime, { type Email } from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createMailbox, type StepValues } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { loadLive } from "#server/analytics/live";
import { commitThenSend } from "#server/drivers/events";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { updateMailbox } from "#server/mailboxes/mutations";
import { createPool, updatePool } from "#server/pools/mutations";
import { listPools } from "#server/pools/queries";
import { replanCampaigns } from "./replan.ts";
import { findSenders } from "./senders.ts";
import { releaseCampaignSlots } from "./slots.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** A campaign of a pool of two mailboxes, `second` and its tenant's own. */
async function pooled(emails: string[], steps: StepValues[]): Promise<Started & { second: string }> {
  const campaign = await newCampaign({ emails, steps, settings: { ...atOnce, daily_limit: 1000 } });
  const { scope, userId, emailAccountId: first } = campaign;
  const second = await withTenant(scope, async (tx) => {
    const other = await createMailbox(tx, { email: `beside-${userId.slice(-8)}@acme.test` });
    const { id } = await createPool(tx, userId, {
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
  return { ...campaign, second };
}

/** Four people of such a pool, each with their first email; the next one answers it an hour later. */
async function underWay(): Promise<Started & { second: string }> {
  const campaign = await pooled(people(4), [
    emailStep({ subjectLine: "Hello {{ first_name }}" }),
    { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
    emailStep({ subjectLine: "", replyInThread: true }),
  ]);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

/** As a mailbox is that people complained about. */
const rests = ({ scope }: Started, accountId: string) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      update email_accounts set status = 'cooling_down', status_reason = 'People complained.', status_until = app_now() + interval '48 hours'
      where id = ${accountId}::uuid`),
  );

const pause = ({ scope, userId }: Started, id: string, status: "paused" | "active" = "paused") =>
  commitThenSend(scope, (tx) =>
    updateMailbox(
      tx,
      { scope, userId },
      { id, displayName: "", dailyLimit: null, hourlyLimit: null, minDelaySeconds: 0, status },
    ),
  );

/** Each one's emails in order, by address. */
async function mailsOf({ scope }: Started): Promise<Email[][]> {
  const mails = await Promise.all(
    sinks.mails.filter(({ raw }) => raw.includes(scope.workspaceId)).map(({ raw }) => PostalMime.parse(raw)),
  );
  const byAddress = Map.groupBy(mails, ({ to }) => to?.[0]?.address ?? "");
  return [...byAddress].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, theirs]) => theirs);
}

const fromOf = (mail: Email | undefined) => mail?.from?.address;
const isSecond = (mail: Email | undefined) => fromOf(mail)?.startsWith("beside-");

test("a mailbox that rests keeps its people: they wait for it, and hear from it in the same thread", async () => {
  const campaign = await underWay();
  const resting = (await mailsOf(campaign)).map(([first]) => isSecond(first));
  expect(resting.filter(Boolean)).toHaveLength(2);
  await rests(campaign, campaign.second);
  await runner.pass("61 minutes", 2);
  expect((await mailsOf(campaign)).map((mails) => mails.length)).toEqual(
    resting.map((rest) => (rest ? 1 : 2)),
  );
  const [until] = await withTenant(campaign.scope, (tx) =>
    tx.execute<{ at: Date }>(
      sql`select status_until as at from email_accounts where id = ${campaign.second}::uuid`,
    ),
  );
  const waiting = (await places(campaign)).filter(({ status }) => status === "active");
  expect(waiting.map(({ wait_reason }) => wait_reason)).toEqual(["own_mailbox", "own_mailbox"]);
  expect(waiting.map(({ next_email_scheduled_at }) => next_email_scheduled_at)).toEqual([
    until?.at,
    until?.at,
  ]);

  runner.forget();
  await moveClock("47 hours");
  await runner.sweep();
  await runner.settle();
  for (const [first, second, ...more] of await mailsOf(campaign)) {
    expect(more).toEqual([]);
    expect(fromOf(second)).toBe(fromOf(first));
    expect(second).toMatchObject({ subject: "Re: Hello Ada", inReplyTo: first?.messageId });
  }
});

test("who is written to from another mailbox than before gets a new thread, with a subject of its own", async () => {
  const campaign = await underWay();
  await rests(campaign, campaign.second);
  await runner.pass("61 minutes");
  await pause(campaign, campaign.second);
  await runner.settle();
  const mails = await mailsOf(campaign);
  const moved = mails.filter(([first]) => isSecond(first));
  expect(moved).toHaveLength(2);
  for (const [, second] of moved) {
    expect(isSecond(second)).toBe(false);
    expect(second?.subject).toBe("Hello Ada");
    expect(second?.inReplyTo).toBeUndefined();
    expect(second?.references).toBeUndefined();
  }
  for (const [first, second] of mails.filter((theirs) => !moved.includes(theirs)))
    expect(second).toMatchObject({ subject: "Re: Hello Ada", inReplyTo: first?.messageId });
});

test("an email that comes back to the mailbox of the first one before it leaves goes on with its thread", async () => {
  const campaign = await underWay();
  const { emailAccountId: first, second } = campaign;
  await moveClock("61 minutes");
  // Nothing is sent meanwhile.
  await runner.settle("mailbox/messages.queued");
  const from = async () => {
    const { scope, campaignId } = campaign;
    await commitThenSend(scope, (tx) => releaseCampaignSlots(tx, { scope, campaignId }));
    await runner.settle("mailbox/messages.queued");
    return withTenant(scope, (tx) =>
      tx.execute<{ id: string; messages: number }>(sql`
        select email_account_id as id, count(*)::int as messages from content.email_messages
        where scheduled_for is not null and sent_at is null group by 1`),
    );
  };
  await pause(campaign, first);
  expect(await from()).toEqual([{ id: second, messages: 4 }]);
  await pause(campaign, first, "active");
  await pause(campaign, second);
  expect(await from()).toEqual([{ id: first, messages: 4 }]);
  await moveClock("1 minute");
  await runner.sweep();
  await runner.settle();
  const mails = await mailsOf(campaign);
  const back = mails.filter(([mail]) => !isSecond(mail));
  expect(back).toHaveLength(2);
  for (const [mail, again] of back) {
    expect(isSecond(again)).toBe(false);
    expect(again).toMatchObject({ subject: "Re: Hello Ada", inReplyTo: mail?.messageId });
    expect(again?.references).toContain(mail?.messageId);
  }
  const threads = await withTenant(campaign.scope, (tx) =>
    tx.execute(sql`
      select enrollment_id from content.email_messages where email_account_id = ${first}::uuid
      group by enrollment_id having count(*) = 2 and count(distinct coalesce(thread_id, id)) = 1`),
  );
  expect(threads).toHaveLength(2);
});

const notified = ({ scope, userId }: Started) =>
  withTenant({ ...scope, userId }, (tx) =>
    tx.execute<{ body: string }>(sql`
      select body from notify.notifications where notification_type = 'pool.continued' and user_id = ${userId}::uuid`),
  );

/** As if so many of a hundred emails of today had come back. */
const cameBack = ({ scope }: Started, accountId: string, bounced: number) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      insert into mailbox_usage as u (email_account_id, day, sent, bounced)
      select id, (app_now() at time zone timezone)::date, 100, ${bounced} from email_accounts where id = ${accountId}::uuid
      on conflict (tenant_id, email_account_id, day) do update set sent = 100, bounced = excluded.bounced`),
  );

test("a pool gives nobody new to a mailbox of which too much came back, says so, and waits when all are like that", async () => {
  const campaign = await pooled(people(6), [emailStep(), emailStep({ subjectLine: "Again" })]);
  const { scope, campaignId, second } = campaign;
  await cameBack(campaign, second, 3);
  await launch(scope, campaignId);
  await runner.settle("mailbox/messages.queued");
  const from = async () =>
    withTenant(scope, async (tx) => {
      const rows = await tx.execute<{ id: string }>(sql`
        select distinct email_account_id as id from content.email_messages
        where campaign_id = ${campaignId}::uuid and scheduled_for is not null`);
      return rows.map(({ id }) => id);
    });
  const why = () => withTenant(scope, async (tx) => (await loadLive(tx, campaignId)).answer);
  expect(await from()).toEqual([campaign.emailAccountId]);
  expect((await why()).text).toMatch(
    /Nobody new hears from beside-.*3 % of its emails since yesterday came back/,
  );

  await cameBack(campaign, campaign.emailAccountId, 5);
  await withTenant(scope, (tx) => releaseCampaignSlots(tx, { scope, campaignId }));
  await runner.sweep();
  await runner.settle("mailbox/messages.queued");
  expect(await from()).toEqual([]);
  expect(await why()).toMatchObject({
    code: "pool_unfit",
    text: expect.stringMatching(/5 % .*3 % /) as unknown,
  });

  // The day after the next nobody judges them by that any more.
  for (let day = 0; day < 3; day += 1) {
    runner.forget();
    await moveClock("1 day");
    await runner.sweep();
    await runner.settle();
  }
  expect((await mailsOf(campaign)).map((mails) => mails.length)).toEqual([2, 2, 2, 2, 2, 2]);
});

test("a pool that is to go on writes to new people from mailboxes that do not stand well, says so, and tells it once a day", async () => {
  const campaign = await pooled(people(6), [emailStep()]);
  const { scope, campaignId, second, userId, emailAccountId: first } = campaign;
  for (const id of [first, second]) await cameBack(campaign, id, 4);
  await launch(scope, campaignId);
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaigns set launched_by = ${userId}::uuid where id = ${campaignId}::uuid`),
  );
  await runner.settle("mailbox/messages.queued");
  const live = () => withTenant(scope, (tx) => loadLive(tx, campaignId));
  const queued = () =>
    withTenant(scope, (tx) =>
      tx.execute(
        sql`select id from content.email_messages where scheduled_for is not null and sent_at is null`,
      ),
    );
  expect([(await queued()).length, (await live()).answer.code]).toEqual([0, "pool_unfit"]);

  const [pool] = await withTenant(scope, (tx) => listPools(tx));
  const members = (pool?.members ?? []).map(({ mailboxId, weight }) => ({ mailboxId, weight }));
  const change = (whenUnfit: "wait" | "continue") =>
    commitThenSend(scope, (tx) =>
      updatePool(
        tx,
        { scope, userId },
        {
          id: pool?.id ?? "",
          name: "Both",
          strategy: "automatic",
          dailyLimitPerAccount: 102,
          members,
          whenUnfit,
        },
      ),
    );
  await change("continue");
  await runner.settle("mailbox/messages.queued");
  // What each may send a day holds: a hundred have left, and two more may.
  expect(await queued()).toHaveLength(4);
  expect((await live()).answer).toMatchObject({
    code: "pool_continues",
    kind: "warning",
    text: expect.stringMatching(/hear from them all the same: .*4 % of its emails/) as unknown,
  });
  const told = await notified(campaign);
  expect(told.map(({ body }) => body)).toEqual([expect.stringMatching(/4 % of its emails since yesterday/)]);
  expect((await withTenant(scope, (tx) => listPools(tx)))[0]).toMatchObject({
    whenUnfit: "continue",
    continued: true,
  });
  const again = () =>
    commitThenSend(scope, async (tx) => ({ events: await replanCampaigns(tx, scope, [campaignId]) }));
  await again();
  await runner.settle("mailbox/messages.queued");
  expect([(await queued()).length, (await notified(campaign)).length]).toEqual([4, 1]);

  await change("wait");
  await again();
  await runner.settle("mailbox/messages.queued");
  expect([(await queued()).length, (await live()).answer.code]).toEqual([0, "pool_unfit"]);

  await withTenant(scope, (tx) =>
    tx.execute(
      sql`update email_accounts set warmup_enabled = true, warmup_daily_limit = 51 where id = ${second}::uuid`,
    ),
  );
  const senders = await withTenant(scope, (tx) => findSenders(tx, campaignId));
  const weights = new Map(senders?.accounts.map(({ id, weight }) => [id, weight.toFixed(3)]));
  // A health of 92; and a warm-up that allows half of the 102 a day.
  expect([weights.get(first), weights.get(second)]).toEqual(["0.852", "0.702"]);
});
