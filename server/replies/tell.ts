import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify } from "#server/notifications/mutations";
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
export async function tellOfReply(tx: TenantTx, { campaignId }: Answered, mail: InboundMail): Promise<void> {
  const whom = await launcherOf(tx, campaignId);
  if (!whom?.userId) return;
  const path = `/campaigns/${campaignId}#replies`;
  const who = mail.from.name ?? mail.from.email;
  const [before] = await tx.execute<{ count: number }>(sql`
    delete from notify.notifications
    where user_id = ${whom.userId}::uuid and notification_type = 'campaign.replied' and read_at is null
      and data ->> 'path' = ${path} and workspace_id = current_setting('app.current_workspace_id')::uuid
    returning coalesce((regexp_match(title, ' and (\d+) others? '))[1]::int, 0) + 1 as count`);
  const others = before ? ` and ${before.count} ${before.count === 1 ? "other" : "others"}` : "";
  await notify(tx, {
    userId: whom.userId,
    type: "campaign.replied",
    title: `${who}${others} replied to “${whom.campaign}”`,
    body: snippetOf(mail.text) || undefined,
    path,
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
