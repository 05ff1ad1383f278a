import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createCampaign, createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { createRunner, emailStep, launch } from "#server/enrollments/testing";
import { people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { createPool } from "#server/pools/mutations";
import { replyMail } from "./testing-mails.ts";
import { arrive, readAll, sentTo, underway } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const steps = [
  emailStep(),
  { stepType: "wait" as const, waitDuration: { value: 2, unit: "days" } },
  emailStep(),
];

/**
 * Somebody on the way in five campaigns: one that they answer, one of the same mailbox, one of a pool that holds it, one
 * of another mailbox, and one of the same mailbox that does not stop on replies.
 */
async function inFiveCampaigns(reach: "campaign" | "sender" | "workspace") {
  const answered = await underway(runner, {
    emails: people(1),
    steps,
    settings: { no_limits: true, reply_reach: reach },
  });
  const { scope, emailAccountId, listId, userId } = answered;
  const audience = { everyone: false, include: [listId], exclude: [] };
  const others = await withTenant(scope, async (tx) => {
    const elsewhere = await createMailbox(tx, { isDefault: false });
    const pool = await createPool(tx, userId, {
      name: "Both",
      strategy: "round_robin",
      dailyLimitPerAccount: null,
      members: [
        { mailboxId: emailAccountId, weight: 1 },
        { mailboxId: elsewhere, weight: 1 },
      ],
    });
    const senders = {
      same: { emailAccountId },
      pool: { emailAccountId, rotationPoolId: pool.id },
      other: { emailAccountId: elsewhere },
      deaf: { emailAccountId, replyStops: false },
    };
    const made: [string, string][] = [];
    for (const [name, sender] of Object.entries(senders))
      made.push([name, (await createCampaign(tx, { ...sender, steps, audience })).campaignId]);
    // The first mailbox of a pool is no sender of its own.
    await tx.execute(sql`
      update campaigns set email_account_id = ${elsewhere}::uuid where rotation_pool_id = ${pool.id}::uuid`);
    await tx.execute(sql`update campaign_settings set no_limits = true`);
    return made;
  });
  for (const [, id] of others) await launch(scope, id);
  await runner.settle();
  const names = new Map([
    [answered.campaignId, "answered"],
    ...others.map(([name, id]) => [id, name] as const),
  ]);
  const { messageId } = await sentTo(answered, "person-0@example.test");
  await arrive(
    answered,
    replyMail({ from: "person-0@example.test" }, { head: [`In-Reply-To: ${messageId}`] }),
  );
  expect(await readAll(answered)).toBe(1);
  const left = await withTenant(scope, (tx) =>
    tx.execute<{ id: string }>(sql`select campaign_id as id from campaign_contacts where status = 'replied'`),
  );
  return left.map(({ id }) => names.get(id)).sort();
}

test.each([
  ["campaign", ["answered"]],
  ["sender", ["answered", "pool", "same"]],
  ["workspace", ["answered", "other", "pool", "same"]],
] as const)("a reply that reaches the %s ends just these ways", async (reach, left) => {
  expect(await inFiveCampaigns(reach)).toEqual(left);
});
