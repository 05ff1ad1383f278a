import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Notes on a contact's timeline what happened to it, in the transaction in which it happens. `type` is noun.verb. */
export async function noteOnTimeline(
  tx: TenantTx,
  note: {
    contactId: string;
    type: string;
    actorId?: string;
    data?: Record<string, unknown>;
    ref?: { type: string; id: string };
  },
): Promise<void> {
  await tx.execute(sql`insert into contact_events (contact_id, type, ref_type, ref_id, actor_id, data)
    values (${note.contactId}::uuid, ${note.type}, ${note.ref?.type ?? null}, ${note.ref?.id ?? null}::uuid,
      ${note.actorId ?? null}::uuid, ${JSON.stringify(note.data ?? {})}::jsonb)`);
}

/** What somebody did, for the audit log, in the transaction in which they do it. `actorId` null is the system. */
export async function recordAct(
  tx: TenantTx,
  act: {
    actorId: string | null;
    action: string;
    resourceType: string;
    resourceId: string;
    before?: Record<string, unknown>;
    after?: Record<string, unknown>;
  },
): Promise<void> {
  await tx.execute(sql`
    insert into audit_log (workspace_id, actor_id, actor_type, action, resource_type, resource_id, old_value, new_value)
    values (nullif(nullif(current_setting('app.current_workspace_id', true), ''), '*')::uuid, ${act.actorId}::uuid,
      ${act.actorId ? "user" : "system"}, ${act.action}, ${act.resourceType}, ${act.resourceId}::uuid,
      ${act.before ? JSON.stringify(act.before) : null}::jsonb, ${act.after ? JSON.stringify(act.after) : null}::jsonb)`);
}
