import { sql } from "drizzle-orm";
import { tenantPolicies } from "#db/schema/tenants";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { approvalPolicy, type ApprovalPolicy } from "./schema.ts";

/** What the transaction's organization asks for; of one that has said nothing, nothing. */
export async function getApprovalPolicy(tx: TenantTx): Promise<ApprovalPolicy> {
  const [row] = await tx.select({ policy: tenantPolicies.requireCampaignApproval }).from(tenantPolicies);
  return approvalPolicy.parse(row?.policy ?? {});
}

/** Holds for every launch from now on; requests under way keep the roles that they were made to. */
export async function updateApprovalPolicy(
  tx: TenantTx,
  { tenantId, userId }: { tenantId: string; userId: string },
  policy: ApprovalPolicy,
): Promise<void> {
  const before = await getApprovalPolicy(tx);
  const set = { requireCampaignApproval: policy, updatedAt: sql`app_now()` };
  await tx
    .insert(tenantPolicies)
    .values({ requireCampaignApproval: policy })
    .onConflictDoUpdate({ target: tenantPolicies.tenantId, set });
  await recordAct(tx, {
    actorId: userId,
    action: "organization.approvals_updated",
    resourceType: "organization",
    resourceId: tenantId,
    before,
    after: policy,
  });
}
