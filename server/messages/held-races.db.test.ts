// @module-tag race
import { type SQL, sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { driveEmailStep, goThrough } from "#server/ab-tests/email-step";
import { holds } from "#server/drivers/mutations";
import { nobodyYet } from "#server/enrollments/retime";
import { workOnStep } from "#server/enrollments/run";
import { createRunner, launch, newCampaign, places } from "#server/enrollments/testing";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people, queued } from "./testing.ts";

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

/**
 * Goes through a step of which one email is queued that nobody has reviewed, while one of its contact, who has left and come
 * again and waits for their hour, is sent again. Somebody else has `first` meanwhile, and asks for `then` when the other waits.
 */
async function goThroughBeside(
  rows: (of: { campaignId: string; messageId: string; placeId: string }) => {
    first: SQL;
    then: SQL;
  },
): Promise<boolean> {
  const campaign = await newCampaign({ emails: people(2), settings: { ...atOnce, daily_limit: 1000 } });
  const { scope, campaignId, stepIds } = campaign;
  const stepId = stepIds[0] ?? "";
  await queued(runner, campaign);
  const place = await withTenant(scope, async (tx) => {
    await tx.execute(
      sql`update campaign_steps set requires_draft_approval = true where id = ${stepId}::uuid`,
    );
    const [row] = await tx.execute<{ placeId: string; messageId: string }>(sql`
      select id as "placeId", awaiting_message_id as "messageId" from campaign_contacts
      where campaign_id = ${campaignId}::uuid order by id limit 1`);
    if (!row) throw new Error("Nobody is there.");
    await tx.execute(sql`update campaign_contacts set awaiting_message_id = null, wait_reason = 'best_hour',
      next_email_scheduled_at = app_now() + interval '1 day' where id = ${row.placeId}::uuid`);
    await tx.execute(sql`update content.email_messages set scheduled_for = null, reason_code = 'recipient_domain_limit',
      next_attempt_at = app_now() + interval '1 day' where id = ${row.messageId}::uuid`);
    return row;
  });
  const { first, then } = rows({ campaignId, ...place });
  const slice = { scope, campaignId, stepId, fence: 0, limit: 10 };
  const { going } = await withTenant(scope, async (tx) => {
    await tx.execute(sql`select from ${first} for no key update`);
    const waits = withTenant(scope, (inner) => goThrough(inner, slice, { upTo: nobodyYet, decided: true }));
    await expect.poll(blocked, { timeout: 5000 }).toBe(1);
    // Else the two would wait for each other.
    await tx.execute(sql`select from ${then} for no key update nowait`);
    return { going: waits };
  });
  await going;
  const done = await withTenant(scope, (tx) =>
    tx.execute(sql`
      select from campaign_contacts e join content.email_messages m on m.id = ${place.messageId}::uuid and m.next_attempt_at <= app_now()
      where e.campaign_id = ${campaignId}::uuid and e.wait_reason is null and e.next_email_scheduled_at <= app_now()`),
  );
  return done.length === 2;
}

test("whoever goes through a step locks the limits before any message, and messages before any place", async () => {
  const limits = (id: string) => sql`campaign_settings where campaign_id = ${id}::uuid`;
  const message = (id: string) => sql`content.email_messages where id = ${id}::uuid`;
  const place = (id: string) => sql`campaign_contacts where id = ${id}::uuid`;
  const behindLimits = goThroughBeside(({ campaignId, messageId }) => ({
    first: limits(campaignId),
    then: message(messageId),
  }));
  expect(await behindLimits).toBe(true);
  const behindMessages = goThroughBeside(({ messageId, placeId }) => ({
    first: message(messageId),
    then: place(placeId),
  }));
  expect(await behindMessages).toBe(true);
});
