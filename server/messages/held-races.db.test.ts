// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { driveEmailStep } from "#server/ab-tests/email-step";
import { holds } from "#server/drivers/mutations";
import { workOnStep } from "#server/enrollments/run";
import { createRunner, launch, newCampaign, places } from "#server/enrollments/testing";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const blocked = () =>
  asOwner(async (owner) => {
    const rows =
      await owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length;
  });

const limit = (dailyLimit: number) => ({
  kind: "recipient_domain" as const,
  domain: "*",
  dailyLimit,
  hourlyLimit: null,
});

/** Four people of whom three wait for tomorrow, at a step whose next slice begins while a limit is raised: how many still do. */
async function raiseWhileAtWork({ reached }: { reached: "nobody" | "everybody" }): Promise<number> {
  const campaign = await newCampaign({ emails: people(4), settings: { ...atOnce, daily_limit: 1000 } });
  const { scope, userId, campaignId, stepIds, contactIds } = campaign;
  const stepId = stepIds[0] ?? "";
  const driver = { table: "step_drivers", id: stepId } as const;
  await withTenant(scope, (tx) => saveSendingLimit(tx, { scope, userId }, limit(1)));
  await launch(scope, campaignId);
  await runner.settle();
  const fence = await withTenant(scope, async (tx) => {
    if (reached === "everybody")
      await tx.execute(sql`
        update campaign_steps set retimed_up_to = ${contactIds.toSorted().at(-1)}::uuid where id = ${stepId}::uuid`);
    const [row] = await tx.execute<{ fence: number }>(
      sql`select fence from step_drivers where step_id = ${stepId}::uuid`,
    );
    return row?.fence ?? -1;
  });
  expect(await withTenant(scope, (tx) => holds(tx, driver, fence))).toBe(true);
  const work = () =>
    workOnStep({ ...scope, campaignId, stepId, stepOrder: 0, stepType: "email", fence }, driveEmailStep);
  const { working } = await withTenant(scope, async (tx) => {
    const { events } = await saveSendingLimit(tx, { scope, userId }, limit(10));
    expect(events, "somebody is at work").toEqual([]);
    const waits = work();
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    return { working: waits };
  });
  for (let slice = await working; slice.more; slice = await work()) expect(slice.held).toBe(true);
  return (await places(campaign)).filter(({ wait_reason: reason }) => reason === "recipient_domain_limit")
    .length;
}

test("a limit that is raised while a step's next slice begins is seen by that step, which nobody would wake for it", async () => {
  expect(await raiseWhileAtWork({ reached: "nobody" })).toBe(0);
});

test("a limit that is raised while a step goes through its people for another one has it go through all of them anew", async () => {
  expect(await raiseWhileAtWork({ reached: "everybody" })).toBe(0);
});
