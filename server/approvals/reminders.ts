import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { notify } from "#server/notifications/mutations";
import { askNext, voidOpen } from "./mutations.ts";
import { approvalHours } from "./schema.ts";

/** Reminds those who have not answered a request, or ends one that nobody answered in time. Done twice, the second time does nothing. */
export async function followUp(tx: TenantTx, campaignId: string): Promise<void> {
  const [campaign] = await tx.execute<{ id: string; name: string; open: boolean }>(sql`
    select id, name, deleted_at is null and archived_at is null and status in ('draft', 'scheduled', 'paused') as open
    from campaigns where id = ${campaignId}::uuid for no key update`);
  if (!campaign) return;
  if (!campaign.open) {
    await voidOpen(tx, campaignId);
    return;
  }
  if (await expire(tx, campaign)) return;
  const due = await tx.execute(sql`
    update campaign_approvals set updated_at = app_now(),
      reminders = case when requested_at <= app_now() - interval '44 hours' then 2 else 1 end
    where campaign_id = ${campaignId}::uuid and approval_status = 'pending'
      and (reminders = 0 and requested_at <= app_now() - interval '24 hours'
        or reminders = 1 and requested_at <= app_now() - interval '44 hours')
    returning id`);
  if (due.length > 0) await askNext(tx, campaign, true);
}

async function expire(tx: TenantTx, { id, name }: { id: string; name: string }): Promise<boolean> {
  const [ended] = await tx.execute<{ requestedBy: string | null }>(sql`
    with ended as (
      update campaign_approvals set approval_status = 'expired', decided_at = app_now(), updated_at = app_now()
      where campaign_id = ${id}::uuid and approval_status = 'pending' and expires_at <= app_now()
      returning requested_by)
    select requested_by as "requestedBy" from ended limit 1`);
  if (!ended) return false;
  await recordCampaignAct(tx, { id, userId: null }, "campaign.approval_expired");
  await notify(tx, {
    userId: ended.requestedBy,
    type: "campaign.approval_rejected",
    title: `“${name}” was not approved`,
    body: `Not everybody who was asked answered within ${approvalHours} hours. Request the approval again.`,
    path: `/campaigns/${id}/edit/review`,
  });
  return true;
}
