import { sql } from "drizzle-orm";
import type postgres from "postgres";
import { expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { refreshPerformance } from "#server/analytics/refresh";
import { rollUp } from "#server/analytics/rollup";
import { recountCampaign } from "#server/enrollments/recount";
import { createRunner, emailStep, ledger, newCampaign } from "#server/enrollments/testing";
import { claim, queued, settle } from "#server/messages/testing";
import { sinks } from "#server/messages/testing-sinks";
import { recordHits } from "#server/tracking/hits";
import { recountNumbers } from "./numbers.ts";
import { recount } from "./recount.ts";

const runner = createRunner(sinks);

/** Three people who got an email, one of whom has opened it. */
async function sent() {
  const campaign = await newCampaign({ emails: ["a@x.test", "b@x.test", "c@x.test"], steps: [emailStep()] });
  const ready = await queued(runner, campaign);
  await settle(ready, await claim(ready), "sent");
  const [first] = await ledger(campaign);
  const hit = {
    type: "opened",
    linkIndex: null,
    url: null,
    ip: null,
    userAgent: null,
    machineReason: null,
  } as const;
  await withTenant(campaign.scope, async (tx) => {
    await tx.execute(sql`update content.email_messages set sent_at = sent_at - interval '1 minute'`);
    await recordHits(tx, campaign.scope, [{ ...hit, messageId: String(first?.id) }]);
    await rollUp(tx);
    await recountCampaign(tx, campaign.campaignId);
  });
  await refreshPerformance();
  return campaign;
}

/** As one who sees every row of the tenant. */
const asSeer = <T>(tenantId: string, work: (owner: postgres.Sql) => Promise<T>): Promise<T> =>
  asOwner(async (owner) => {
    await owner`select set_config('app.current_tenant_id', ${tenantId}, false), set_config('app.current_workspace_id', '*', false)`;
    return work(owner);
  });

test.each<[string, string, RegExp]>([
  ["the opens of a person", "update campaign_contacts set total_opens = 0", /emails opened of enrollment/],
  ["the emails of a person", "update campaign_contacts set total_emails_sent = 2", /emails of enrollment/],
  [
    "the opens of a message",
    "update content.email_messages set open_count = open_count + 1",
    /opens of message/,
  ],
  ["the opens of a campaign", "update campaigns set emails_opened = 3", /emails opened of campaign/],
  [
    "a day of a campaign",
    "update analytics.campaign_analytics set emails_opened = 0",
    /daily numbers of campaign/,
  ],
  [
    "a day of a step",
    "update analytics.sequence_step_analytics set emails_sent = 2",
    /daily numbers of sequence_step/,
  ],
  ["a day of a mailbox", "delete from analytics.mailbox_analytics", /daily numbers of mailbox/],
  [
    "the day's emails",
    "update analytics.email_analytics set total_emails_sent = 2",
    /emails sent of all days/,
  ],
])("kept numbers that are not what the rows say are found: %s", async (_, tampering, found) => {
  const { tenantId } = await sent();
  const all = () =>
    asSeer(tenantId, async (owner) => [
      ...(await recount(owner, tenantId)),
      ...(await recountNumbers(owner, tenantId)),
    ]);
  expect(await all()).toEqual([]);
  await asSeer(tenantId, (owner) => owner.unsafe(`${tampering} where tenant_id = '${tenantId}'`));
  expect((await all()).join("; ")).toMatch(found);
});
