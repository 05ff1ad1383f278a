import { sql } from "drizzle-orm";
import { emailAccounts } from "#db/schema/email-accounts";
import { workspaces } from "#db/schema/workspaces";
import type { TenantTx } from "#db/tenancy";

/**
 * Gives a new workspace a sender that works at once: a mailbox of the built-in sandbox, without limits. Call in the
 * workspace's own scope, after its row. Gives the mailbox's id.
 */
export async function insertSandboxMailbox(tx: TenantTx): Promise<string> {
  const rows = await tx.execute<{ id: string }>(sql`
    insert into ${emailAccounts} (email, display_name, provider, status, timezone, lanes, is_default, last_verified_at)
    select 'hello@' || w.slug || '.sandbox.test', w.name, 'sandbox', 'active', w.timezone, 4, true, app_now()
    from ${workspaces} w
    where w.id = nullif(current_setting('app.current_workspace_id', true), '')::uuid
    on conflict (tenant_id, workspace_id, email) do update set updated_at = app_now()
    returning id`);
  const id = rows[0]?.id;
  if (!id) throw new Error("A sandbox mailbox needs the scope of one existing workspace.");
  return id;
}
