import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createMailbox } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import { resumeCampaign } from "#server/enrollments/launch";
import { createRunner, launch, ledger, newCampaign, type Started } from "#server/enrollments/testing";
import { noteMailboxTest } from "#server/mailboxes/connection";
import { createPool } from "#server/pools/mutations";
import { failMailbox } from "./mailbox-failure.ts";
import { noteMailbox } from "./mailbox-health.ts";
import { sinks } from "./testing-sinks.ts";
import { people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => {
  runner.forget();
  sinks.forget();
});

/** How it stands with a campaign and its mailbox, and what its owner was told. */
const stateOf = ({ scope, userId, campaignId, emailAccountId }: Started) =>
  withTenant({ ...scope, userId }, async (tx) => {
    const [row] = await tx.execute<{ campaign: string; reason: string | null; mailbox: string }>(sql`
      select k.status as campaign, k.pause_reason as reason, a.status as mailbox from campaigns k, email_accounts a
      where k.id = ${campaignId}::uuid and a.id = ${emailAccountId}::uuid`);
    const told = await tx.execute<{ title: string }>(sql`select title from notify.notifications order by id`);
    return { ...row, told: told.map(({ title }) => title) };
  });

async function owned(campaign: Started): Promise<Started> {
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(
      sql`update email_accounts set created_by = ${campaign.userId}::uuid, email = 'ana@acme.test'`,
    );
  });
  return campaign;
}

test("a mailbox whose password is refused stops its campaign with a word to its owner, loses nothing, and goes on when it is mended", async () => {
  const campaign = await owned(await newCampaign({ emails: people(3) }));
  const { scope, campaignId, emailAccountId } = campaign;
  sinks.refused.add(emailAccountId);
  await launch(scope, campaignId);
  await runner.settle();
  // Once may be a hiccup.
  expect(await stateOf(campaign)).toMatchObject({ campaign: "active", mailbox: "active", told: [] });
  await runner.pass("3 minutes", 2);
  expect(await stateOf(campaign)).toMatchObject({
    campaign: "paused",
    mailbox: "error",
    reason: expect.stringMatching(
      /^ana@acme\.test cannot send any more: .* 5\.7\.8 wrong password/,
    ) as string,
    told: ["ana@acme.test cannot send any more"],
  });
  expect((await ledger(campaign)).map(({ delivery_status }) => delivery_status)).toEqual(
    Array.from({ length: 3 }, () => "queued"),
  );
  sinks.refused.clear();
  await commitThenSend(scope, (tx) => noteMailboxTest(tx, scope, emailAccountId, null));
  await commitThenSend(scope, (tx) => resumeCampaign(tx, { campaignId }));
  await runner.settle();
  expect(sinks.mails.map(({ to }) => to).sort()).toEqual(people(3));
  expect(await stateOf(campaign)).toMatchObject({ mailbox: "active" });
});

test("an owner is told once of a server that cannot be reached, while it is tried again ever more slowly", async () => {
  const campaign = await owned(await newCampaign({ emails: [] }));
  const unreached = { text: "connect: no answer in time", refused: false };
  const waits: number[] = [];
  for (let time = 0; time < 7; time += 1)
    waits.push(
      await withTenant(campaign.scope, async (tx) => {
        const trouble = await noteMailbox(tx, campaign.emailAccountId, unreached);
        return (trouble?.waitMs ?? 0) / 60_000;
      }),
    );
  expect(waits).toEqual([1, 2, 5, 10, 15, 15, 15]);
  expect(await stateOf(campaign)).toMatchObject({
    mailbox: "active",
    told: ["The server of ana@acme.test cannot be reached"],
  });
});

test("a campaign of a pool goes on while one of its mailboxes can send, and stops when none can, though they fail at once", async () => {
  const campaign = await owned(await newCampaign({ emails: people(2) }));
  const { scope, campaignId, emailAccountId, userId } = campaign;
  const other = await withTenant(scope, async (tx) => {
    const made = await createMailbox(tx, { email: "bea@acme.test", isDefault: false });
    const { id } = await createPool(tx, userId, {
      name: "Both",
      strategy: "round_robin",
      dailyLimitPerAccount: null,
      members: [emailAccountId, made].map((mailboxId) => ({ mailboxId, weight: 1 })),
    });
    await tx.execute(sql`update campaigns set rotation_pool_id = ${id}::uuid where id = ${campaignId}::uuid`);
    return made;
  });
  await launch(scope, campaignId);
  const fail = (id: string) => withTenant(scope, (tx) => failMailbox(tx, id, "It is gone."));
  await fail(emailAccountId);
  expect(await stateOf(campaign)).toMatchObject({ campaign: "active", mailbox: "error" });
  await withTenant(scope, (tx) => tx.execute(sql`update email_accounts set status = 'active'`));
  await Promise.all([fail(emailAccountId), fail(other)]);
  expect(await stateOf(campaign)).toMatchObject({ campaign: "paused", mailbox: "error" });
});
