// @module-tag race
import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { deleteCampaign, takePeopleOut } from "#server/campaigns/removal";
import { sweepCampaigns } from "#server/drivers/sweep";
import { createRunner, emailStep, launch, newCampaign, places, statusOf } from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { snoozeFor } from "./snooze.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const blocked = () =>
  asOwner(async (owner) => {
    const rows =
      await owner`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return rows.length;
  });

test("who snoozes people locks the drivers of their steps by the places of these, as whoever drives them does", async () => {
  const campaign = await newCampaign({
    emails: ["ada@x.test", "bea@x.test"],
    steps: [emailStep(), emailStep()],
    settings: { no_limits: true },
  });
  const { scope, campaignId, contactIds, stepIds } = campaign;
  // The first step is the one with the later id, as one is that was put before the others in the editor.
  const [earlier = "", later = ""] = stepIds.toSorted();
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`update campaign_steps set step_order = case when id = ${later}::uuid then 0 else 1 end
      where campaign_id = ${campaignId}::uuid`);
  });
  await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
  await withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_contacts set current_step_id = case when contact_id = ${contactIds[0]}::uuid
      then ${earlier}::uuid else ${later}::uuid end where campaign_id = ${campaignId}::uuid`),
  );
  const { snoozing } = await withTenant(scope, async (tx) => {
    const drive = (id: string) =>
      tx.execute(sql`select from step_drivers where step_id = ${id}::uuid for no key update nowait`);
    await drive(later);
    const waits = withTenant(scope, (inner) =>
      snoozeFor(inner, { scope, contactIds, days: 1, author: { actorId: null } }),
    );
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    // Else the two would wait for each other.
    await drive(earlier);
    return { snoozing: waits };
  });
  await snoozing;
  const rows = await withTenant(scope, (tx) =>
    tx.execute(sql`select from contacts where snoozed_until is not null`),
  );
  expect(rows).toHaveLength(2);
});

test("whoever takes people out of a deleted campaign locks it before the limits that their messages count against", async () => {
  const campaign = await newCampaign({ emails: ["ada@x.test"], settings: { daily_limit: 10 } });
  const { scope, userId, campaignId } = campaign;
  await launch(scope, campaignId);
  await runner.settle("mailbox/messages.queued");
  await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update campaigns set status = 'paused', archived_at = app_now() where id = ${campaignId}::uuid`,
    );
    await deleteCampaign(tx, { id: campaignId, userId });
  });
  const { leaving } = await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from campaigns where id = ${campaignId}::uuid for no key update`);
    const waits = takePeopleOut({ scope, id: campaignId }, { slices: 1 });
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    await tx.execute(
      sql`select from campaign_settings where campaign_id = ${campaignId}::uuid for no key update nowait`,
    );
    return { leaving: waits };
  });
  expect(await leaving).toBe(true);
  expect((await places(campaign)).map(({ status }) => status)).toEqual(["exited"]);
  expect(await statusOf(campaign)).toBe("paused");
});

test("the sweeper holds no campaign that has ended while it waits for the next one", async () => {
  const campaign = await newCampaign({ emails: ["ada@x.test"], steps: [emailStep()] });
  const { scope, emailAccountId, listId } = campaign;
  const other = await withTenant(scope, (tx) =>
    createCampaign(tx, {
      steps: [emailStep()],
      emailAccountId,
      audience: { everyone: false, include: [listId], exclude: [] },
    }),
  );
  const both = [campaign, { ...campaign, ...other }].toSorted((a, b) =>
    a.campaignId < b.campaignId ? -1 : 1,
  );
  for (const { campaignId } of both) await launch(scope, campaignId);
  await runner.settle("mailbox/messages.queued");
  await withTenant(scope, (tx) => tx.execute(sql`update campaigns set end_date = app_now()`));
  const { sweeping } = await withTenant(scope, async (tx) => {
    const change = (id?: string) =>
      tx.execute(sql`select from campaigns where id = ${id}::uuid for no key update nowait`);
    await change(both[1]?.campaignId);
    const swept = sweepCampaigns();
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    // Else the two would wait for each other.
    await change(both[0]?.campaignId);
    return { sweeping: swept };
  });
  expect(await sweeping).toMatchObject({ failed: [] });
  expect(await Promise.all(both.map(statusOf))).toEqual(["completed", "completed"]);
});
