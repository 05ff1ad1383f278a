import { sql, type SQL } from "drizzle-orm";
import { createCampaign } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { takeOver } from "#server/drivers/mutations";
import { emailStep, launch, ledger, type Runner, type Started } from "#server/enrollments/testing";
import { claimMessages, type Claim } from "./claim.ts";
import { settleMessages } from "./settle.ts";

export const people = (count: number, name = "person") =>
  Array.from({ length: count }, (_, index) => `${name}-${index}@example.test`);

/** Settings of a campaign that sends at any hour of any day. */
export const always = {
  send_window_start: "00:00",
  send_window_end: "00:00",
  send_days: sql`array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']`,
};
/** The same, as fast as it can. */
export const atOnce = { ...always, delay_between_emails_seconds: 0 };

/** A launched campaign whose messages are written, and the lane's fence of a sender who has not begun. */
export type Queued = Started & { fence: number };

export async function queued(runner: Runner, campaign: Started): Promise<Queued> {
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle("mailbox/messages.queued");
  return { ...campaign, fence: await takeLane(campaign, "test") };
}

/** A sender that begins: its fence. */
export async function takeLane({ scope, emailAccountId }: Started, runId: string): Promise<number> {
  const ref = { table: "mailbox_lanes", id: emailAccountId } as const;
  return (await withTenant(scope, (tx) => takeOver(tx, ref, { runId }))) ?? -1;
}

export const claim = ({ scope, emailAccountId, fence }: Queued, limit = 100): Promise<Claim> =>
  withTenant(scope, (tx) =>
    claimMessages(tx, { scope, accountId: emailAccountId, fence, limit, leaseSeconds: 120 }),
  );

export const settle = (
  { scope }: Started,
  { token, messages }: Claim,
  outcome: "sent" | "failed" | "not_sent" | "deferred",
) =>
  withTenant(scope, (tx) =>
    settleMessages(tx, { scope, token, results: messages.map(({ id }) => ({ id, outcome })) }),
  );

export const usage = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<{ reserved: number; sent: number }>(sql`
      select sum(reserved)::int as reserved, sum(sent)::int as sent
      from campaign_usage where campaign_id = ${campaignId}::uuid`);
    return { reserved: row?.reserved, sent: row?.sent };
  });

export const statuses = async (campaign: Started) =>
  (await ledger(campaign)).map((row) => row.delivery_status).sort();

export const changeSettings = ({ scope, campaignId }: Started, change: SQL) =>
  withTenant(scope, (tx) =>
    tx.execute(sql`update campaign_settings set ${change} where campaign_id = ${campaignId}::uuid`),
  );

/** Another campaign with one email to the same people from the same mailbox, as fast as it can. */
export async function toTheSame(first: Started, priority: number): Promise<Started> {
  const { emailAccountId, listId } = first;
  const audience = { everyone: false, include: [listId], exclude: [] };
  const made = await withTenant(first.scope, (tx) =>
    createCampaign(tx, { steps: [emailStep()], emailAccountId, audience, priority }),
  );
  const campaign = { ...first, ...made };
  await changeSettings(
    campaign,
    sql`send_window_start = '00:00', send_window_end = '00:00', send_days = ${always.send_days},
      delay_between_emails_seconds = 0, daily_limit = 1000`,
  );
  return campaign;
}
