import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { type Scope, withTenant } from "#db/tenancy";
import { storage } from "#server/storage";
import { folderOf } from "./progress.ts";

type Expired = { tenant_id: string; workspace_id: string; id: string };

/**
 * Removes the files of exports that are past their days; the rows stay. The file goes first: dying in between leaves a
 * row that is found again, and removing a file that is gone changes nothing. Returns how many expired.
 */
export async function expireExports(): Promise<number> {
  const expired = await withoutTenant((tx) => tx.execute<Expired>(sql`select * from expired_exports()`));
  for (const { tenant_id: tenantId, workspace_id: workspaceId, id } of expired)
    await removeExport({ tenantId, workspaceId }, id);
  return expired.length;
}

/** Removes the file of an export that is over, and what runs that died have left of it. */
export async function removeExport(scope: Scope, id: string): Promise<void> {
  await storage.removeFolder(folderOf(scope, id));
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update export_jobs set status = 'expired', file_url = null, updated_at = app_now()
      where id = ${id}::uuid and status = 'completed' and expires_at <= app_now()`),
  );
}
