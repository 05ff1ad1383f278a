import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { importWaitJoin, jobWaitColumns } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import type { ImportDetail } from "./queries.ts";
import type { HistoryState, ImportListInput } from "./schema.ts";

export type ImportSummary = Pick<
  ImportDetail,
  | "id"
  | "fileName"
  | "status"
  | "totalRows"
  | "processedRows"
  | "created"
  | "updated"
  | "unchanged"
  | "skipped"
  | "errors"
  | "createdAt"
  | "createdBy"
  | keyof JobWait
> & { source: "upload" | "scheduled" | "api" | "campaign_wizard" };

const pageSize = 30;

const inState: Record<HistoryState, SQL> = {
  waiting: sql`j.status in ('pending', 'awaiting_confirmation')`,
  running: sql`j.status in ('fetching', 'validating', 'processing', 'rolling_back')`,
  completed: sql`j.status = 'completed'`,
  rejected: sql`j.error_count > 0`,
  failed: sql`j.status = 'failed'`,
  cancelled: sql`j.status = 'cancelled'`,
  undone: sql`j.status = 'rolled_back'`,
};

/**
 * Imports that the filters let through, newest first; `after` is the last id of the page before. Days are those of
 * `timeZone`.
 */
export async function listImports(
  tx: TenantTx,
  { after, state, by, from, to, q }: ImportListInput,
  timeZone: string,
): Promise<{ rows: ImportSummary[]; next: string | null }> {
  const conditions = [
    sql`true`,
    ...(after ? [sql`j.id < ${after}::uuid`] : []),
    ...(state ? [inState[state]] : []),
    ...(by ? [sql`j.created_by = ${by}::uuid`] : []),
    ...(from ? [sql`j.created_at >= ${from}::date::timestamp at time zone ${timeZone}`] : []),
    ...(to ? [sql`j.created_at < (${to}::date + 1)::timestamp at time zone ${timeZone}`] : []),
    ...(q ? [sql`strpos(lower(j.file_name), lower(${q})) > 0`] : []),
  ];
  const rows = await tx.execute<ImportSummary>(sql`
    select j.id, j.file_name as "fileName", j.status, j.source, j.total_rows as "totalRows",
      j.processed_rows as "processedRows", j.created_count as created, j.updated_count as updated,
      j.unchanged_count as unchanged, j.skipped_count as skipped, j.error_count as errors,
      j.created_at as "createdAt", u.name as "createdBy", ${jobWaitColumns}
    from import_jobs j left join users u on u.id = j.created_by ${importWaitJoin}
    where ${sql.join(conditions, sql` and `)}
    order by j.id desc limit ${pageSize + 1}`);
  const page = rows.slice(0, pageSize);
  return { rows: page, next: rows.length > pageSize ? (page.at(-1)?.id ?? null) : null };
}

/** Who has imported into the workspace, by name: what the history can be filtered by. */
export async function listImporters(tx: TenantTx): Promise<{ id: string; name: string }[]> {
  return [
    ...(await tx.execute<{ id: string; name: string }>(sql`
      select u.id, u.name from users u
      where u.id in (select distinct j.created_by from import_jobs j) order by u.name, u.id limit 500`)),
  ];
}
