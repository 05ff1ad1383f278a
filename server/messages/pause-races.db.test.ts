// @module-tag race
import { setTimeout as delay } from "node:timers/promises";
import { beforeEach, expect, test } from "vitest";
import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { pause } from "#server/campaigns/lifecycle";
import { completeIfDone } from "#server/enrollments/complete";
import { createRunner, newCampaign, places } from "#server/enrollments/testing";
import { claimMessages } from "./claim.ts";
import { lockLimits } from "./limits.ts";
import { sinks } from "./testing-sinks.ts";
import { atOnce, claim, people, queued, statuses } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

test("a pause is answered once the claims that had begun are written down, and none follows", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(6), settings: atOnce }));
  const { scope, userId, campaignId, emailAccountId, fence } = campaign;
  let answered = false;
  let pausing: Promise<void> = Promise.resolve();
  await withTenant(scope, async (tx) => {
    const ask = { scope, accountId: emailAccountId, fence, limit: 2, leaseSeconds: 120 };
    expect((await claimMessages(tx, ask)).messages).toHaveLength(2);
    pausing = pause({ scope, act: { id: campaignId, userId } }, "").then(() => void (answered = true));
    await delay(500);
    expect(answered).toBe(false);
  });
  await pausing;
  expect((await claim(campaign)).messages).toEqual([]);
  expect((await statuses(campaign)).filter((status) => status === "sending")).toHaveLength(2);
});

/** Whoever runs a statement like this one waits for a lock that somebody else has. */
const untilWaiting = (statement: string) =>
  expect
    .poll(
      () =>
        asOwner(async (db) => {
          const rows = await db`select from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like ${statement}`;
          return rows.length;
        }),
      { timeout: 10_000 },
    )
    .toBe(1);
const pausesCampaign = "%update campaigns set status = 'paused'%";

test("a pause that waits for somebody who changes the campaign holds its limits up for nobody", async () => {
  const { scope, userId, campaignId } = await queued(
    runner,
    await newCampaign({ emails: people(2), settings: atOnce }),
  );
  let pausing: Promise<void> = Promise.resolve();
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from campaigns where id = ${campaignId}::uuid for no key update`);
    pausing = pause({ scope, act: { id: campaignId, userId } }, "");
    await untilWaiting(pausesCampaign);
    // What an end or an edit comes to next: had the pause taken them first, the two would wait for each other.
    await tx.execute(
      sql`select from campaign_settings where campaign_id = ${campaignId}::uuid for no key update nowait`,
    );
  });
  await pausing;
});

test("an end date that has passed takes the campaign before its limits, as a pause does: the two never wait for each other", async () => {
  const campaign = await queued(runner, await newCampaign({ emails: people(2), settings: atOnce }));
  const { scope, userId, campaignId } = campaign;
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaigns set end_date = app_now() where id = ${campaignId}::uuid`),
  );
  const gate = Promise.withResolvers<undefined>();
  const shut = Promise.withResolvers<undefined>();
  const claiming = withTenant(scope, async (tx) => {
    await lockLimits(tx, { campaignIds: [campaignId], accountIds: [] });
    shut.resolve(undefined);
    await gate.promise;
  });
  await shut.promise;
  const ending = withTenant(scope, (tx) => completeIfDone(tx, campaignId));
  await untilWaiting("%from campaign_settings%");
  const pausing = pause({ scope, act: { id: campaignId, userId } }, "").then(
    () => "paused",
    (error: unknown) => (error instanceof Error ? error.message : ""),
  );
  try {
    await untilWaiting(pausesCampaign);
  } finally {
    gate.resolve(undefined);
  }
  await claiming;
  expect(await ending).toBe("completed");
  expect(await pausing).toMatch(/This campaign is completed/);
  expect((await places(campaign)).map(({ exit_reason }) => exit_reason)).toEqual(
    Array(2).fill("campaign_ended"),
  );
});
