import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify, notifyTogether } from "#server/notifications/mutations";
import type { InboundMail } from "./inbound-mail.ts";
import type { Answered } from "./match.ts";
import { snippetOf } from "./own-words.ts";

type Whom = { campaign: string; userId: string | null };

async function launcherOf(tx: TenantTx, campaignId: string | null): Promise<Whom | undefined> {
  const [row] = await tx.execute<Whom>(sql`
    select name as campaign, coalesce(launched_by, created_by) as "userId" from campaigns where id = ${campaignId}::uuid`);
  return row;
}

/** Tells who launched the campaign. Answers that nobody has looked at yet share one notification. */
export async function tellOfReply(
  tx: TenantTx,
  { campaignId, contactId }: Answered,
  mail: InboundMail,
): Promise<void> {
  const whom = await launcherOf(tx, campaignId);
  if (!whom?.userId) return;
  await notifyTogether(tx, {
    userId: whom.userId,
    type: "campaign.replied",
    key: campaignId ?? "",
    about: [{ id: contactId ?? "", name: mail.from.name ?? mail.from.email }],
    words: ({ who }) => ({
      title: `${who} replied to “${whom.campaign}”`,
      body: snippetOf(mail.text) || undefined,
      path: `/campaigns/${campaignId}#replies`,
    }),
  });
}

export async function tellOfComplaint(tx: TenantTx, { campaignId, toEmail }: Answered): Promise<void> {
  const whom = await launcherOf(tx, campaignId);
  if (!whom) return;
  await notify(tx, {
    userId: whom.userId,
    type: "campaign.complained",
    title: `${toEmail} marked “${whom.campaign}” as spam`,
    body: "Nobody of the organization mails this address any more. Receivers judge a sender by one complaint in a thousand: check who is in the audience, and whether they expect to hear from you.",
    path: `/campaigns/${campaignId}#replies`,
  });
}
