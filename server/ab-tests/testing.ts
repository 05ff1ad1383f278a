import { sql } from "drizzle-orm";
import type { StepValues } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { commitThenSend } from "#server/drivers/events";
import {
  emailStep,
  launch,
  newCampaign,
  places,
  type Runner,
  type Started,
} from "#server/enrollments/testing";
import { sinks } from "#server/messages/testing-sinks";
import { recordHits } from "#server/tracking/hits";
import { listTests } from "./results.ts";
import { type EmailTest, newTest } from "./schema.ts";

export const variant = (subjectLine: string, weight = 1) => ({ weight, changes: { subjectLine } });
export const tested = (values: Partial<EmailTest> = {}, step: Partial<StepValues> = {}): StepValues =>
  emailStep({
    subjectLine: "As it is",
    test: { ...newTest(), variants: [{ weight: 1, changes: {} }, variant("Another")], ...values },
    ...step,
  });
/** A launched campaign whose sample has been mailed. */
export async function begun(
  runner: Runner,
  emails: readonly string[],
  steps: readonly StepValues[],
): Promise<Started> {
  const campaign = await newCampaign({ emails, steps });
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.pass("3 seconds");
  return campaign;
}
export const testOf = async ({ scope, campaignId }: Started) => {
  const [only] = await withTenant(scope, (tx) => listTests(tx, campaignId));
  if (!only) throw new Error("The campaign has no test.");
  return only;
};
export const mailsOf = ({ scope }: Started) =>
  sinks.mails.filter((mail) => mail.raw.includes(scope.workspaceId));
export const subjectsOf = (campaign: Started) => {
  const counts: Record<string, number> = {};
  for (const { subject } of mailsOf(campaign)) counts[subject] = (counts[subject] ?? 0) + 1;
  return counts;
};
export const waiting = async (campaign: Started) =>
  (await places(campaign)).filter(({ wait_reason }) => wait_reason === "waiting_for_winner").length;

/** Opens the mails of a subject, so many of them, as a person or a machine does. */
export async function open(
  campaign: Started,
  subject: string,
  count: number,
  machineReason: string | null = null,
) {
  const { scope, campaignId } = campaign;
  await commitThenSend(scope, async (tx) => {
    const rows = await tx.execute<{ id: string }>(sql`
      select id from content.email_messages where campaign_id = ${campaignId}::uuid and subject = ${subject}
        and first_opened_at is null order by id limit ${count}`);
    return hit(
      tx,
      scope,
      rows.map(({ id }) => id),
      { type: "opened", machineReason },
    );
  });
}

/** What readers do with messages, as the pixel and the links report it. */
export function hit(
  tx: TenantTx,
  scope: Started["scope"],
  messageIds: readonly string[],
  { type, machineReason = null }: { type: "opened" | "clicked"; machineReason?: string | null },
) {
  const link = type === "clicked" ? { linkIndex: 0, url: "https://x.test/" } : { linkIndex: null, url: null };
  const userAgent = machineReason ?? "Mozilla/5.0 (X11)";
  return recordHits(
    tx,
    scope,
    messageIds.map((messageId) => ({ ...link, type, messageId, machineReason, ip: null, userAgent })),
  );
}

/** The messages of a variant, by its name, in the order in which they were written. */
export const messagesOf = ({ scope, campaignId }: Started, variantName: string) =>
  withTenant(scope, async (tx) => [
    ...(await tx.execute<{ id: string; to: string; contactId: string }>(sql`
      select m.id, m.to_email as to, m.contact_id as "contactId"
      from content.email_messages m join ab_test_variants v on v.id = m.variant_id and v.name = ${variantName}
      where m.campaign_id = ${campaignId}::uuid order by m.id`)),
  ]);
