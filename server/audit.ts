import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Who did what to what, as `noun.verb` facts: "member.removed". Values are small and hold no secrets. */
export type Act = {
  /** Null is the system. */
  actorId: string | null;
  action: string;
  resourceType: string;
  resourceId?: string;
  /** The scope's own workspace unless named; none in a scope of the whole organization. */
  workspaceId?: string;
  before?: Record<string, unknown>;
  after?: Record<string, unknown>;
};

const json = (value: Record<string, unknown> | undefined) => (value ? JSON.stringify(value) : null);

/** Writes one row of the audit log in the transaction of the act itself: neither exists without the other. */
export async function recordAct(tx: TenantTx, act: Act): Promise<void> {
  await tx.execute(sql`
    insert into audit_log (workspace_id, actor_id, actor_type, action, resource_type, resource_id, old_value, new_value)
    values (coalesce(${act.workspaceId ?? null}::uuid,
        nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid),
      ${act.actorId}::uuid, ${act.actorId ? "user" : "system"}, ${act.action}, ${act.resourceType}, ${act.resourceId ?? null}::uuid,
      ${json(act.before)}::jsonb, ${json(act.after)}::jsonb)`);
}
