import { appPool } from "./client.ts";
import { quoted, transaction, type Transaction, type TransactionOptions } from "./transaction.ts";

declare const scoped: unique symbol;

/** A transaction that sees one tenant's rows, and one workspace's unless its scope says `*`. */
export type TenantTx = Transaction & { readonly [scoped]: true };

/** Whose rows a transaction may see and write. `*` is every workspace of the tenant; `userId` opens personal rows. */
export type Scope = { tenantId: string; workspaceId: string; userId?: string };

/**
 * The only way to reach tenant rows. The policies read these settings, which die with the transaction.
 * `work` may be run again after a deadlock or serialization failure: SQL only, no mail, no events.
 */
export function withTenant<T>(
  scope: Scope,
  work: (tx: TenantTx) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return transaction(appPool(), tenantSettings(scope), (tx) => work(tx as TenantTx), options);
}

function tenantSettings({ tenantId, workspaceId, userId }: Scope): string {
  const settings = {
    "app.current_tenant_id": uuid("tenantId", tenantId),
    "app.current_workspace_id": workspaceId === "*" ? "*" : uuid("workspaceId", workspaceId),
    "app.current_user_id": userId === undefined ? "" : uuid("userId", userId),
  };
  const statements = Object.entries(settings).map(([name, value]) => `set local ${name} = ${quoted(value)};`);
  return [...statements, workspaceId === "*" ? takeWideRole : ""].join(" ");
}

/*
 * Work over every workspace takes on a role with policies of its own: `or workspace = '*'` in the ordinary ones would
 * keep them from driving an index. Which role that is, the policies know: roles are the cluster's, and their names
 * need not follow this database's.
 */
const takeWideRole = `
  select set_config('role', (
    select r.rolname from pg_policy p join pg_roles r on r.oid = p.polroles[1]
    where p.polrelid = 'public.contacts'::regclass and p.polname = 'contacts_tenant_wide'), true);`;

function uuid(name: string, value: string): string {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)) return value.toLowerCase();
  throw new TypeError(`The scope's ${name} must be a uuid, and is ${JSON.stringify(value)}.`);
}
