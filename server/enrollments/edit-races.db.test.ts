// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { type TenantTx, withTenant } from "#db/tenancy";
import { deleteSteps, type Edited, saveStep } from "#server/campaigns/step-mutations";
import { email } from "#server/campaigns/testing";
import { commitThenSend } from "#server/drivers/events";
import { claim, people, queued, type Queued, settle } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { createRunner, emailStep, ledger, newCampaign, places } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

/** A dozen people whose first email is queued, with a second one behind it. */
const dozen = async () =>
  queued(
    runner,
    await newCampaign({
      emails: people(12),
      steps: [emailStep({ subjectLine: "First" }), emailStep({ subjectLine: "Kept" })],
    }),
  );
type Edit = { id: string; version: number };
const edit = (
  { scope, campaignId }: Queued,
  change: (tx: TenantTx, scope: Queued["scope"], at: Edit) => Promise<Edited>,
) =>
  commitThenSend(scope, async (tx) => {
    const [row] = await tx.execute<{ version: number }>(
      sql`select version from campaigns where id = ${campaignId}::uuid`,
    );
    return change(tx, scope, { id: campaignId, version: row?.version ?? -1 });
  });
const remove = (campaign: Queued) =>
  edit(campaign, (tx, scope, at) => deleteSteps(tx, scope, { ...at, stepIds: [campaign.stepIds[0] ?? ""] }));
const rewrite = (campaign: Queued) =>
  edit(campaign, (tx, scope, at) =>
    saveStep(tx, scope, {
      ...at,
      stepId: campaign.stepIds[0] ?? "",
      content: { ...email, subjectLine: "Rewritten" },
      retime: false,
    }),
  );

/** A claim that has begun and waits for the campaign's limits, which somebody else holds until `act` is through. */
async function claimWhile(
  campaign: Queued,
  act: () => Promise<unknown>,
): Promise<Awaited<ReturnType<typeof claim>>> {
  const { scope, campaignId } = campaign;
  const gate = Promise.withResolvers<undefined>();
  const shut = Promise.withResolvers<undefined>();
  const holding = withTenant(scope, async (tx) => {
    await tx.execute(sql`select 1 from campaign_settings where campaign_id = ${campaignId}::uuid for update`);
    shut.resolve(undefined);
    await gate.promise;
  });
  await shut.promise;
  const claiming = claim(campaign);
  const blocked = () =>
    withTenant(scope, (tx) =>
      tx.execute(sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock' and query like '%campaign_settings%'`),
    );
  try {
    await expect.poll(async () => (await blocked()).length, { timeout: 10_000 }).toBeGreaterThan(0);
    await act();
  } finally {
    gate.resolve(undefined);
  }
  const [claimed] = await Promise.all([claiming, holding]);
  return claimed;
}

/** Sends what was claimed, lets everything else come to its end, and counts who left with what. */
async function outcome(campaign: Queued, claimed: Awaited<ReturnType<typeof claim>>) {
  await settle(campaign, claimed, "sent");
  await runner.pass("3 minutes", 2);
  await runner.sweep();
  await runner.settle();
  const left = (await ledger(campaign)).filter(({ delivery_status: status }) => status === "sent");
  const byStep = campaign.stepIds.map((stepId) => left.filter(({ step_id }) => step_id === stepId));
  for (const rows of byStep) expect(new Set(rows.map(({ to_email }) => to_email)).size).toBe(rows.length);
  expect((await places(campaign)).map(({ status }) => status)).toEqual(Array(12).fill("completed"));
  return byStep.map((rows) => rows.length);
}

test("a step that is deleted while its claim waits sends nothing; one that is deleted behind it has sent, and everybody goes on", async () => {
  const before = await dozen();
  const nothing = await claimWhile(before, () => remove(before));
  expect(nothing.messages).toEqual([]);
  expect(await outcome(before, nothing)).toEqual([0, 12]);

  const behind = await dozen();
  const claimed = await claim(behind);
  await remove(behind);
  expect(claimed.messages).toHaveLength(12);
  expect(await outcome(behind, claimed)).toEqual([12, 12]);
});

test("an email that is rewritten while its claim waits leaves in the new words to everybody, never in both", async () => {
  const campaign = await dozen();
  const claimed = await claimWhile(campaign, () => rewrite(campaign));
  expect(claimed.messages).toHaveLength(12);
  const subjects = await withTenant(campaign.scope, async (tx) => [
    ...(await tx.execute<{ subject: string; count: number }>(sql`
      select v.subject, count(*)::int as count from content.email_messages m
      join campaign_step_versions v on v.id = m.step_version_id where m.claim_token = ${claimed.token}::uuid group by 1`)),
  ]);
  expect(subjects).toEqual([{ subject: "Rewritten", count: 12 }]);
  expect(await outcome(campaign, claimed)).toEqual([12, 12]);
});
