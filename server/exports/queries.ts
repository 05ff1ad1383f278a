import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";

export type ExportSummary = {
  id: string;
  what: string;
  fileName: string | null;
  fileSize: number | null;
  status: "pending" | "processing" | "completed" | "failed" | "expired";
  problem: string | null;
  total: number | null;
  processed: number;
  createdAt: Date;
  completedAt: Date | null;
  expiresAt: Date | null;
  createdBy: string | null;
};

const columns = sql`j.id, coalesce(j.scope_snapshot ->> 'what', 'All contacts') as what, j.file_name as "fileName",
  j.file_size as "fileSize", case when j.status = 'completed' and j.expires_at <= app_now() then 'expired' else j.status end as status,
  j.problem, j.total_contacts as total, j.processed_contacts as processed, j.created_at as "createdAt",
  j.completed_at as "completedAt", j.expires_at as "expiresAt", u.name as "createdBy"`;
const historyPage = 30;

/** Exports, newest first; `after` is the last id of the page before. */
export async function listExports(
  tx: TenantTx,
  { after }: { after?: string | undefined },
): Promise<{ rows: ExportSummary[]; next: string | null }> {
  const rows = await tx.execute<ExportSummary>(sql`
    select ${columns} from export_jobs j left join users u on u.id = j.created_by
    ${after ? sql`where j.id < ${after}::uuid` : sql``} order by j.id desc limit ${historyPage + 1}`);
  const page = rows.slice(0, historyPage);
  return { rows: page, next: rows.length > historyPage ? (page.at(-1)?.id ?? null) : null };
}

export async function getExport(tx: TenantTx, id: string): Promise<ExportSummary> {
  const [row] = await tx.execute<ExportSummary>(sql`
    select ${columns} from export_jobs j left join users u on u.id = j.created_by where j.id = ${id}::uuid`);
  if (!row) throw new AppError("not_found", "No such export.");
  return row;
}

/** Where the file of a finished export lies. Throws `not_found` when it is not there or has expired. */
export async function getExportFile(
  tx: TenantTx,
  id: string,
): Promise<{ key: string; name: string; sizeBytes: number }> {
  const [row] = await tx.execute<{ key: string; name: string; sizeBytes: number }>(sql`
    select file_url as key, file_name as name, file_size as "sizeBytes" from export_jobs
    where id = ${id}::uuid and status = 'completed' and expires_at > app_now() and file_url is not null`);
  if (!row)
    throw new AppError("not_found", "This export is not there, or its file has expired. Export again.");
  return row;
}
