import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import {
  type Ledger,
  launch,
  ledger,
  newCampaign,
  type Runner,
  type Started,
} from "#server/enrollments/testing";
import { deliver } from "#server/sandbox/deliveries";
import { always } from "#server/messages/testing";
import { readNext, startReader } from "./run.ts";

/** A campaign that runs, whose first email has left to everybody. */
export async function underway(runner: Runner, given: Parameters<typeof newCampaign>[0]): Promise<Started> {
  const campaign = await newCampaign({ settings: { no_limits: true }, ...given });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  return campaign;
}

/** Settings of a campaign whose emails wait in the queue: an hour lies between two. */
export const slow = { ...always, delay_between_emails_seconds: 3600 };

/** The message to an address, as a report names it. */
export async function sentTo(
  campaign: Started,
  email: string,
): Promise<Ledger & { to: string; messageId: string }> {
  const row = (await ledger(campaign)).find((one) => one.to_email === email);
  if (!row) throw new Error(`Nothing was sent to ${email}.`);
  return { ...row, to: email, messageId: row.rfc_message_id };
}

/** Puts mails into the sandbox's inbox of the campaign's mailbox. */
export const arrive = ({ emailAccountId }: Started, ...mails: Buffer[]) =>
  withoutTenant((tx) =>
    deliver(
      tx,
      mails.map((raw) => ({ mailbox: emailAccountId, raw })),
    ),
  );

/** Reads the mailbox to its end as a run does. Returns how many mails were about something of ours. */
export async function readAll({ scope, emailAccountId }: Started, runId = "reader"): Promise<number> {
  const mailbox = { tenantId: scope.tenantId, workspaceId: scope.workspaceId, emailAccountId };
  const fence = await startReader(mailbox, runId);
  if (fence === null) throw new Error("Another run reads this mailbox.");
  for (let recorded = 0; ;) {
    const slice = await readNext({ ...mailbox, fence });
    recorded += slice.recorded;
    if (!slice.more) return recorded;
  }
}

export type ContactState = { status: string; soft: number; stage: string; suppressed: string | null };
export const contactState = ({ scope }: Started, email: string): Promise<ContactState | undefined> =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<ContactState>(sql`
      select c.status, c.soft_bounce_count as soft, c.lifecycle_stage as stage,
        (select x.scope || ':' || x.reason from suppressions x where x.email_normalized = c.email_normalized limit 1) as suppressed
      from contacts c where c.email = ${email}`);
    return row;
  });

/** Counts that must agree, and everything that a mail leaves behind. */
export const traces = ({ scope, campaignId }: Started) =>
  withTenant(scope, async (tx) => {
    const [row] = await tx.execute<Record<string, number>>(sql`
      select
        (select count(*)::int from email_replies where campaign_id = ${campaignId}::uuid) as replies,
        (select count(*)::int from content.email_messages where campaign_id = ${campaignId}::uuid and direction = 'inbound') as inbound,
        (select count(*)::int from email_events where campaign_id = ${campaignId}::uuid and type = 'replied') as replied,
        (select count(*)::int from email_events where campaign_id = ${campaignId}::uuid and type = 'bounced') as bounced,
        (select count(*)::int from email_events where campaign_id = ${campaignId}::uuid and type = 'complained') as complained,
        (select coalesce(sum(bounced), 0)::int from mailbox_usage) as "mailboxBounced",
        (select count(*)::int from suppressions) as suppressed,
        (select count(*)::int from notify.notifications) as notifications`);
    return row;
  });
