import { sql, type SQL } from "drizzle-orm";
import { beforeEach, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { createRunner, launch, newCampaign } from "#server/enrollments/testing";
import { atOnce, people } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { findUnexplained, unexplainedIn } from "./testing-standstills.ts";

const runner = createRunner(sinks);
beforeEach(() => runner.forget());

const spoilt: Record<string, [expected: RegExp, statement: SQL]> = {
  "a place whose time is not known": [
    /^\S+ in .+ waits \(waiting\) until nobody knows when$/,
    sql`update campaign_contacts set wait_reason = 'waiting', next_email_scheduled_at = null, awaiting_message_id = null`,
  ],
  "a place for a reason that nobody has heard of": [
    /^\S+ in .+ stands still for “stars”$/,
    sql`update campaign_contacts set wait_reason = 'stars'`,
  ],
  "a message without a reason": [
    /^message \S+ \(queued\) stands still for no reason$/,
    sql`update content.email_messages set reason_code = null`,
  ],
  "a message whose reason has no words": [
    /^message \S+ \(queued\) stands still for “moon”$/,
    sql`update content.email_messages set reason_code = 'moon'`,
  ],
  "a message whose time is not known": [
    /^message \S+ \(queued\) waits \(awaiting_send\) until nobody knows when$/,
    sql`with asleep as (update step_drivers set wakes_at = null)
      update content.email_messages set scheduled_for = null, next_attempt_at = null`,
  ],
};

test.each(Object.entries(spoilt))("%s would be found", async (_, [expected, statement]) => {
  const campaign = await newCampaign({ emails: people(1), settings: atOnce });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  expect(await findUnexplained(campaign.scope)).toEqual([]);
  const rollBack = new Error("only to look");
  const found: string[] = [];
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(statement);
    found.push(...(await unexplainedIn(tx)));
    throw rollBack;
  }).catch((error: unknown) => {
    if (error !== rollBack) throw error;
  });
  expect(found).toContainEqual(expect.stringMatching(expected));
});
