import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { notify } from "#server/notifications/mutations";
import type { UndoReport } from "./schema.ts";
import type { ImportStatus } from "./schema.ts";

type Ended = {
  fileName: string;
  status: ImportStatus;
  problem: string | null;
  created: number;
  updated: number;
  errors: number;
  report: UndoReport | null;
  /** Why its undo stopped. */
  stopped: string | null;
  createdBy: string | null;
  undoneBy: string | null;
};

/** Tells whoever asked for it that an import, or its undo, has ended: in the transaction that ends it. */
export async function tellEnd(tx: TenantTx, importId: string): Promise<void> {
  const [job] = await tx.execute<Ended>(sql`
    select file_name as "fileName", status, problem, created_count as created, updated_count as updated,
      error_count as errors, rollback_report as report, file_format #>> '{undo,stopped}' as stopped, created_by as "createdBy", rolled_back_by as "undoneBy"
    from import_jobs where id = ${importId}::uuid`);
  if (!job) return;
  const undo = job.status === "rolled_back" || job.stopped !== null;
  await notify(tx, {
    ...messageOf(job),
    userId: undo ? job.undoneBy : job.createdBy,
    path: `/imports/${importId}`,
  });
}

function messageOf(job: Ended) {
  const { fileName, report, stopped } = job;
  const problem = stopped ?? job.problem;
  if (job.status === "rolled_back" && report)
    return {
      type: "import.undone" as const,
      title: `The import of ${fileName} was undone`,
      body: `${count(report.deleted)} deleted, ${count(report.restored)} restored, ${count(report.kept)} kept${report.failed > 0 ? `, ${count(report.failed)} could not be taken back` : ""}.`,
    };
  if (problem !== null)
    return {
      type: "import.failed" as const,
      title: `The ${stopped === null ? "import" : "undo of the import"} of ${fileName} stopped`,
      body: problem,
    };
  return {
    type: "import.completed" as const,
    title: `${fileName} was imported`,
    body: `${count(job.created)} created, ${count(job.updated)} updated, ${count(job.errors)} rejected.`,
  };
}

const count = (value: number) => value.toLocaleString("en");
