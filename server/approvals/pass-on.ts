import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { getCampaign } from "#server/campaigns/queries";
import { contentDigest } from "./digest.ts";

/**
 * Gives an untouched copy of a campaign the approval that the campaign has for what it is now, if it has one: the copy
 * runs with it, and a change of it needs another.
 */
export async function passOnApproval(
  tx: TenantTx,
  { from, to }: { from: string; to: string },
): Promise<void> {
  const given = await tx.execute(sql`
    select from campaign_approvals where campaign_id = ${from}::uuid and approval_status = 'approved' limit 1`);
  if (given.length === 0) return;
  const approved = await contentDigest(tx, await getCampaign(tx, from));
  const copied = await contentDigest(tx, await getCampaign(tx, to));
  await tx.execute(sql`
    with newest as (
      select a.* from campaign_approvals a where a.campaign_id = ${from}::uuid
        and a.submission_no = (select max(submission_no) from campaign_approvals where campaign_id = ${from}::uuid)
    )
    insert into campaign_approvals (campaign_id, approver_role, required, approval_status, requested_by, approved_by,
      requested_at, decided_at, expires_at, comments, reminders, snapshot_version, snapshot)
    select ${to}::uuid, approver_role, required, approval_status, requested_by, approved_by, requested_at, decided_at,
      expires_at, comments, reminders, ${copied}, snapshot
    from newest
    where (select bool_and(approval_status = 'approved' and snapshot_version = ${approved}) from newest)
    order by created_at, id`);
}
