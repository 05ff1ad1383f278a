import { sql } from "drizzle-orm";
import PostalMime, { type Email } from "postal-mime";
import { beforeEach, expect, test } from "vitest";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
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
import { createPool } from "#server/pools/mutations";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** Four people of a pool of two mailboxes, each with their first email, who answer it in an hour. */
async function underWay(): Promise<Started & { second: string }> {
  const campaign = await newCampaign({
    emails: people(4),
    steps: [
      emailStep({ subjectLine: "Hello {{ first_name }}" }),
      { stepType: "wait", waitDuration: { value: 1, unit: "hours" } },
      emailStep({ subjectLine: "", replyInThread: true }),
    ],
    settings: { ...atOnce, daily_limit: 1000 },
  });
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
  await launch(scope, campaign.campaignId);
  await runner.settle();
  return { ...campaign, second };
}

/** As a mailbox is that people complained about. */
const rests = ({ scope }: Started, accountId: string) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`
      update email_accounts set status = 'cooling_down', status_reason = 'People complained.', status_until = app_now() + interval '48 hours'
      where id = ${accountId}::uuid`),
  );

const pause = ({ scope, userId }: Started, id: string) =>
  commitThenSend(scope, (tx) =>
    updateMailbox(
      tx,
      { scope, userId },
      { id, displayName: "", dailyLimit: null, hourlyLimit: null, minDelaySeconds: 0, status: "paused" },
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
