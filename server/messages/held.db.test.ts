import { sql } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock } from "#db/testing";
import { goThrough } from "#server/ab-tests/email-step";
import { commitThenSend } from "#server/drivers/events";
import {
  createRunner,
  emailStep,
  launch,
  ledger,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { saveSendingLimit } from "#server/sending-limits/mutations";
import { sinks } from "./testing-sinks.ts";
import { atOnce, people } from "./testing.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const limit = ({ scope, userId }: Started, dailyLimit: number) =>
  commitThenSend(scope, (tx) =>
    saveSendingLimit(
      tx,
      { scope, userId },
      { kind: "recipient_domain", domain: "*", dailyLimit, hourlyLimit: null },
    ),
  );

const reasons = async (campaign: Started) => (await places(campaign)).map(({ wait_reason }) => wait_reason);
const sent = async (campaign: Started) =>
  (await ledger(campaign)).filter(({ sent_at }) => sent_at !== null).length;
const cursor = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [step] = await tx.execute<{ upTo: string | null }>(
      sql`select retimed_up_to as "upTo" from campaign_steps where campaign_id = ${campaignId}::uuid`,
    );
    return step?.upTo ?? null;
  });

const settings = { ...atOnce, daily_limit: 1000 };

test("a limit that is changed leaves those who wait for it to their step, and nobody is lost when what it says never arrives", async () => {
  const campaign = await newCampaign({ emails: people(4), settings });
  await limit(campaign, 1);
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  const held = Array.from({ length: 3 }, () => "recipient_domain_limit");
  expect((await reasons(campaign)).filter((reason) => reason === held[0])).toEqual(held);
  const times = async () =>
    (await places(campaign)).map(({ next_email_scheduled_at }) => next_email_scheduled_at);
  const before = await times();
  await limit(campaign, 10);
  expect(await times(), "the request itself touches nobody").toEqual(before);
  runner.forget();
  await moveClock("2 minutes");
  await runner.sweep();
  await runner.settle();
  expect([await sent(campaign), await cursor(campaign)]).toEqual([4, null]);
  await limit(campaign, 20);
  expect(await cursor(campaign), "nobody waits, so nobody is looked for").toBeNull();
});

test("who waits for a limit is looked at some at a time, whoever is paused too, and so is an email that is sent again to somebody who has gone on", async () => {
  const campaign = await newCampaign({ emails: people(4), settings, steps: [emailStep(), emailStep()] });
  const { scope, campaignId, stepIds } = campaign;
  const stepId = stepIds[0] ?? "";
  await limit(campaign, 1);
  await launch(scope, campaignId);
  await runner.settle();
  await withTenant(scope, async (tx) => {
    await tx.execute(sql`
      update campaign_contacts set status = 'paused' where id = (select id from campaign_contacts
        where campaign_id = ${campaignId}::uuid and current_step_id = ${stepId}::uuid order by contact_id limit 1)`);
    await tx.execute(sql`
      update content.email_messages set delivery_status = 'queued', scheduled_for = null, reason_code = 'recipient_domain_limit',
        next_attempt_at = app_now() + interval '1 day' where campaign_id = ${campaignId}::uuid and step_id = ${stepId}::uuid`);
  });
  await limit(campaign, 10);
  const asked = () =>
    withTenant(scope, async (tx) => {
      const [row] = await tx.execute<{ places: number; messages: number }>(sql`
        select (select count(*)::int from campaign_contacts where current_step_id = ${stepId}::uuid
            and wait_reason = 'recipient_domain_limit' and next_email_scheduled_at <= app_now()) as places,
          (select count(*)::int from content.email_messages where step_id = ${stepId}::uuid and scheduled_for is null
            and delivery_status = 'queued' and next_attempt_at <= app_now()) as messages`);
      return row;
    });
  const look = async () => {
    const upTo = await cursorOf(campaign, stepId);
    if (upTo === null) return false;
    await withTenant(scope, (tx) =>
      goThrough(tx, { scope, campaignId, stepId, fence: 0, limit: 1 }, { upTo, decided: true, size: 1 }),
    );
    return true;
  };
  expect(await asked()).toEqual({ places: 0, messages: 0 });
  await look();
  expect(await asked()).toEqual({ places: 1, messages: 1 });
  let looks = 1;
  while (await look()) looks += 1;
  expect([looks, await asked()]).toEqual([4, { places: 3, messages: 1 }]);
});

const cursorOf = ({ scope }: Started, stepId: string) =>
  withTenant(scope, async (tx) => {
    const [step] = await tx.execute<{ upTo: string | null }>(
      sql`select retimed_up_to as "upTo" from campaign_steps where id = ${stepId}::uuid`,
    );
    return step?.upTo ?? null;
  });
