import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { type Scope, withTenant } from "#db/tenancy";
import { storage } from "#server/storage";
import { spoolOf } from "./formats/format.ts";
import type { StoredFormat } from "./queries.ts";

type Found = { tenant_id: string; workspace_id: string; id: string };
type Job = { folder: string; format: StoredFormat; over: boolean };

/**
 * Removes the files of imports after 30 days, uploads that nobody went on with after seven, and normalised rows of
 * imports that have ended. The files go first: dying in between leaves a row that is found again. Returns how many.
 */
export async function expireImports(): Promise<number> {
  const found = await withoutTenant((tx) => tx.execute<Found>(sql`select * from expired_imports()`));
  for (const { tenant_id: tenantId, workspace_id: workspaceId, id } of found)
    await expireImport({ tenantId, workspaceId }, id);
  return found.length;
}

async function expireImport(scope: Scope, id: string): Promise<void> {
  const [job] = await withTenant(scope, (tx) =>
    tx.execute<Job>(sql`
      select file_url as folder, file_format as format,
        (created_at <= app_now() - interval '30 days'
          or status = 'pending' and updated_at <= app_now() - interval '7 days') as over
      from import_jobs where id = ${id}::uuid and file_url is not null
        and status not in ('fetching', 'validating', 'processing', 'rolling_back')`),
  );
  if (!job) return;
  const { format } = job.format;
  if (job.over) await storage.removeFolder(job.folder);
  else if (format?.spool)
    await storage.removeFolder(spoolOf({ folder: job.folder, sizeBytes: 0 }, format, 0).folder);
  await withTenant(scope, (tx) =>
    tx.execute(sql`
      update import_jobs set file_format = file_format #- '{format,spool}', updated_at = app_now(),
        file_url = case when ${job.over} then null else file_url end,
        status = case when ${job.over} and status in ('pending', 'awaiting_confirmation') then 'cancelled' else status end,
        problem = case when ${job.over} and status in ('pending', 'awaiting_confirmation')
          then 'Nobody went on with this import, and its file is no longer kept.' else problem end
      where id = ${id}::uuid and status not in ('fetching', 'validating', 'processing', 'rolling_back')`),
  );
}
