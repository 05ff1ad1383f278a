import { sql } from "drizzle-orm";
import { withTenant } from "#db/tenancy";
import { type Storage, storage } from "./storage.ts";

const folderOf = /^([0-9a-f-]{36})\/([0-9a-f-]{36})\/(imports|exports)\/([0-9a-f-]{36})\//;

/**
 * Removes files that no row knows of any more: of imports and exports that are gone, and what runs of an export left
 * behind that died or were cancelled, once it has been over for a day. A job's row is there before its first file, so
 * a file without one is nobody's. Files of workspaces that this database does not know are left alone, since another
 * installation may share the store, and so are files of any other name. Returns how many were removed.
 */
export async function removeOrphans(files: Storage = storage): Promise<number> {
  let removed = 0;
  for await (const key of files.list()) {
    if (!(await isOrphan(key))) continue;
    await files.remove(key);
    removed += 1;
  }
  return removed;
}

type Job = { key: string | null; over: boolean };

async function isOrphan(key: string): Promise<boolean> {
  const found = folderOf.exec(key);
  if (!found) return false;
  const [, tenantId = "", workspaceId = "", kind, id = ""] = found;
  const exported = kind === "exports";
  const { ours, job } = await withTenant({ tenantId, workspaceId }, async (tx) => {
    const [workspace] = await tx.execute(sql`select 1 from workspaces where id = ${workspaceId}::uuid`);
    const [row] = await tx.execute<Job>(
      exported
        ? sql`select file_url as key, status not in ('pending', 'processing')
            and coalesce(completed_at, updated_at) < app_now() - interval '1 day' as over
          from export_jobs where id = ${id}::uuid`
        : sql`select file_url as key, false as over from import_jobs where id = ${id}::uuid`,
    );
    return { ours: workspace !== undefined, job: row };
  });
  return job ? job.over && job.key !== key : ours;
}
