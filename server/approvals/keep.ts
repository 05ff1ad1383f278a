import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { getCampaign } from "#server/campaigns/queries";
import { contentDigest } from "./digest.ts";

/**
 * Makes a change that was part of what has been approved, such as a test's winner becoming the email: an approval that
 * held before it holds after it.
 */
export async function withApprovalKept(
  tx: TenantTx,
  campaignId: string,
  change: () => Promise<void>,
): Promise<void> {
  const given = await tx.execute(sql`
    select from campaign_approvals where campaign_id = ${campaignId}::uuid and snapshot_version is not null limit 1`);
  if (given.length === 0) return change();
  const before = await contentDigest(tx, await getCampaign(tx, campaignId));
  await change();
  const after = await contentDigest(tx, await getCampaign(tx, campaignId));
  await tx.execute(sql`
    update campaign_approvals set snapshot_version = ${after}, updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and snapshot_version = ${before}`);
}
