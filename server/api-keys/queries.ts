import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import type { TenantTx } from "#db/tenancy";
import { digestOf } from "./secret.ts";

export type ApiKey = {
  id: string;
  name: string;
  /** How it begins: `postroad_Ab12Cd`. */
  prefix: string;
  revoked: boolean;
  createdAt: Date;
  createdBy: string | null;
  lastUsedAt: Date | null;
};

/** The keys of this workspace, those in use first. */
export async function listApiKeys(tx: TenantTx): Promise<ApiKey[]> {
  return [
    ...(await tx.execute<ApiKey>(sql`
      select k.id, k.name, k.prefix, k.status = 'revoked' as revoked, k.created_at as "createdAt", u.name as "createdBy",
        k.last_used_at as "lastUsedAt"
      from api_keys k left join users u on u.id = k.created_by
      where k.workspace_id = (select nullif(current_setting('app.current_workspace_id', true), '')::uuid)
      order by k.status = 'revoked', k.id desc limit 200`)),
  ];
}

/** Whose call it is. */
export type KeyHolder = { id: string; tenantId: string; workspaceId: string; scopes: string[] };

/** Who holds a key; null when there is none, it was revoked, or its organization was closed. */
export async function findKeyHolder(key: string): Promise<KeyHolder | null> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ id: string; tenant_id: string; workspace_id: string | null; scopes: string[] }>(
      sql`select id, tenant_id, workspace_id, scopes from auth_api_key(${digestOf(key)})`,
    ),
  );
  if (!row?.workspace_id) return null;
  return { id: row.id, tenantId: row.tenant_id, workspaceId: row.workspace_id, scopes: row.scopes };
}
