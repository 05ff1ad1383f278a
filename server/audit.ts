import { auditLog } from "#db/schema/tenants";
import type { TenantTx } from "#db/tenancy";

/** What a person did to what, as `noun.verb` facts: "member.removed". Values are small and hold no secrets. */
export type Act = {
  action: string;
  resourceType: string;
  resourceId?: string;
  workspaceId?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};

/** Writes one row of the audit log in the transaction of the act itself: neither exists without the other. */
export async function recordAct(
  tx: TenantTx,
  actorId: string,
  { before, after, ...act }: Act,
): Promise<void> {
  await tx.insert(auditLog).values({ ...act, actorId, oldValue: before, newValue: after });
}
