import { sql } from "drizzle-orm";
import type { Scope, TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";

/**
 * Whether steps of the organization may send what AI has written without anybody's review: as of now, or until the end of
 * the transaction, for which a change then waits.
 */
export async function mayLeaveUnread(tx: TenantTx, holds: "now" | "until the end" = "now"): Promise<boolean> {
  const [row] = await tx.execute<{ allowed: boolean }>(
    sql`select ai_unreviewed_allowed as allowed from tenant_policies ${holds === "now" ? sql`` : sql`for share`}`,
  );
  return row?.allowed ?? false;
}

export async function updateDraftPolicy(
  tx: TenantTx,
  { scope, userId, unreviewed }: { scope: Scope; userId: string; unreviewed: boolean },
): Promise<void> {
  const before = await mayLeaveUnread(tx);
  await tx.execute(sql`
    insert into tenant_policies (ai_unreviewed_allowed) values (${unreviewed})
    on conflict (tenant_id) do update set ai_unreviewed_allowed = excluded.ai_unreviewed_allowed, updated_at = app_now()`);
  await recordAct(tx, {
    actorId: userId,
    action: "organization.draft_policy_updated",
    resourceType: "organization",
    resourceId: scope.tenantId,
    before: { aiUnreviewed: before },
    after: { aiUnreviewed: unreviewed },
  });
}
