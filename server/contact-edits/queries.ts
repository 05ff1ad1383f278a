import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { editWaitJoin, jobWaitColumns } from "#server/drivers/job-waits";
import type { JobWait } from "#server/drivers/schema";
import { AppError } from "#server/errors";

export type ContactEdit = JobWait & {
  id: string;
  summary: string;
  status: "pending" | "processing" | "completed" | "failed" | "cancelled";
  problem: string | null;
  /** Null when it is of more than ten thousand contacts. */
  total: number | null;
  processed: number;
  changed: number;
  unchanged: number;
  failed: number;
  createdAt: Date;
  completedAt: Date | null;
  createdBy: string | null;
};

const columns = sql`j.id, j.summary, j.status, j.problem, j.total_contacts as total, j.processed_contacts as processed,
  j.changed_count as changed, j.unchanged_count as unchanged, j.failed_count as failed, j.created_at as "createdAt",
  j.completed_at as "completedAt", u.name as "createdBy",
  ${jobWaitColumns}`;
const joins = sql`left join users u on u.id = j.created_by ${editWaitJoin}`;
const pageRows = 50;

export async function getContactEdit(tx: TenantTx, id: string): Promise<ContactEdit> {
  const [row] = await tx.execute<ContactEdit>(sql`
    select ${columns} from contact_edits j ${joins} where j.id = ${id}::uuid`);
  if (!row) throw new AppError("not_found", "No such edit.");
  return row;
}

/** Edits of many contacts, newest first; `after` is the last id of the page before. */
export async function listContactEdits(
  tx: TenantTx,
  { after }: { after?: string | undefined },
): Promise<{ rows: ContactEdit[]; next: string | null }> {
  const rows = await tx.execute<ContactEdit>(sql`
    select ${columns} from contact_edits j ${joins}
    ${after ? sql`where j.id < ${after}::uuid` : sql``} order by j.id desc limit ${pageRows + 1}`);
  return pageOf(rows);
}

export type EditFailure = { id: string; contactId: string; email: string | null; reason: string };

/** Contacts an edit left as they were, each with its reason. */
export async function listEditFailures(
  tx: TenantTx,
  { id, after }: { id: string; after?: string | undefined },
): Promise<{ rows: EditFailure[]; next: string | null }> {
  const rows = await tx.execute<EditFailure>(sql`
    select id, contact_id as "contactId", contact_email as email, reason from contact_edit_failures
    where contact_edit_id = ${id}::uuid ${after ? sql`and id > ${after}::uuid` : sql``}
    order by id limit ${pageRows + 1}`);
  return pageOf(rows);
}

function pageOf<Row extends { id: string }>(rows: Row[]): { rows: Row[]; next: string | null } {
  const page = rows.slice(0, pageRows);
  return { rows: page, next: rows.length > pageRows ? (page.at(-1)?.id ?? null) : null };
}
