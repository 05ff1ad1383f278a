import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { exportWaitJoin, jobWaitColumns } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import { AppError } from "#server/errors";
import { type ExportFormat, type ExportInput, exportOf } from "./schema.ts";

export type ExportSummary = JobWait & {
  id: string;
  what: string;
  fileName: string | null;
  fileSize: number | null;
  format: ExportFormat;
  status: "pending" | "processing" | "completed" | "failed" | "cancelled" | "expired";
  problem: string | null;
  total: number | null;
  processed: number;
  createdAt: Date;
  completedAt: Date | null;
  /** The moment the file shows. */
  snapshotAt: Date | null;
  expiresAt: Date | null;
  createdBy: string | null;
};

const columns = sql`j.id, coalesce(j.scope_snapshot ->> 'what', 'All contacts') as what, j.file_name as "fileName",
  j.file_size as "fileSize", j.file_format as format, j.snapshot_at as "snapshotAt", case when j.status = 'completed' and j.expires_at <= app_now() then 'expired' else j.status end as status,
  j.problem, j.total_contacts as total, j.processed_contacts as processed, j.created_at as "createdAt",
  j.completed_at as "completedAt", j.expires_at as "expiresAt", u.name as "createdBy",
  ${jobWaitColumns}`;
const joins = sql`left join users u on u.id = j.created_by ${exportWaitJoin}`;
const historyPage = 30;

/** Exports, newest first; `after` is the last id of the page before. */
export async function listExports(
  tx: TenantTx,
  { after }: { after?: string | undefined },
): Promise<{ rows: ExportSummary[]; next: string | null }> {
  const rows = await tx.execute<ExportSummary>(sql`
    select ${columns} from export_jobs j ${joins}
    ${after ? sql`where j.id < ${after}::uuid` : sql``} order by j.id desc limit ${historyPage + 1}`);
  const page = rows.slice(0, historyPage);
  return { rows: page, next: rows.length > historyPage ? (page.at(-1)?.id ?? null) : null };
}

export async function getExport(tx: TenantTx, id: string): Promise<ExportSummary> {
  const [row] = await tx.execute<ExportSummary>(sql`
    select ${columns} from export_jobs j ${joins} where j.id = ${id}::uuid`);
  if (!row) throw new AppError("not_found", "No such export.");
  return row;
}

export type ExportFile = { key: string; name: string; sizeBytes: number; format: ExportFormat };

/** Where the file of a finished export lies. Throws `not_found` when it is not there or has expired. */
export async function getExportFile(tx: TenantTx, id: string): Promise<ExportFile> {
  const [row] = await tx.execute<ExportFile>(sql`
    select file_url as key, file_name as name, file_format as format, file_size as "sizeBytes" from export_jobs
    where id = ${id}::uuid and status = 'completed' and expires_at > app_now() and file_url is not null`);
  if (!row)
    throw new AppError("not_found", "This export is not there, or its file has expired. Export again.");
  return row;
}

export type ExportJob = Pick<ExportInput, "of" | "format" | "fields" | "leaveOut"> & { what: string };

/** What an export was asked to hold. */
export async function getExportJob(tx: TenantTx, id: string): Promise<ExportJob> {
  const [job] = await tx.execute<ExportJob>(sql`
    select filters as of, file_format as format, selected_fields as fields, left_out as "leaveOut",
      coalesce(scope_snapshot ->> 'what', 'All contacts') as what
    from export_jobs where id = ${id}::uuid`);
  if (!job) throw new AppError("not_found", "No such export.");
  return { ...job, of: exportOf.parse(job.of) };
}

export type ExportMail = {
  email: string;
  name: string;
  slug: string;
  workspace: string;
  what: string;
  contacts: number;
};

/** What the mail about a finished export says; null when it was sent, or whoever asked is gone, or the file is. */
export async function getExportMail(tx: TenantTx, id: string): Promise<ExportMail | null> {
  const [row] = await tx.execute<ExportMail>(sql`
    select u.email, u.name, w.slug, w.name as workspace, coalesce(j.scope_snapshot ->> 'what', 'all contacts') as what,
      j.total_contacts as contacts
    from export_jobs j join users u on u.id = j.created_by join workspaces w on w.id = j.workspace_id
    where j.id = ${id}::uuid and j.status = 'completed' and j.mailed_at is null`);
  return row ?? null;
}
