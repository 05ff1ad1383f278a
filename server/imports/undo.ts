import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { holds, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { driverOf } from "./mutations.ts";
import { getImport, getImportJob } from "./queries.ts";
import { tellEnd } from "./tell.ts";
import { removeMade } from "./undo-made.ts";
import { reportOf } from "./undo-plan.ts";

/** Asks for the undo; returns the fence of the event to send. */
export async function requestUndo(tx: TenantTx, importId: string, actorId: string): Promise<number | null> {
  await getImportJob(tx, importId, true);
  const { status, canUndo, undoDeadline, fileName } = await getImport(tx, importId);
  if (status === "rolling_back" || status === "rolled_back") return null;
  if (!canUndo) {
    throw new AppError(
      "conflict",
      undoDeadline
        ? "This import can no longer be undone: that is possible for 30 days, once it has ended."
        : "There is nothing to undo: this import has written nothing.",
    );
  }
  await tx.execute(sql`
    update import_jobs set status = 'rolling_back', problem = null, rolled_back_by = ${actorId}::uuid, processed_rows = 0,
      file_format = file_format || jsonb_build_object('undo', jsonb_build_object('from', status, 'problem', problem)), run_id = null, lease_until = null, updated_at = app_now() where id = ${importId}::uuid`);
  await recordAct(tx, {
    actorId,
    action: "import.undone",
    resourceType: "import",
    resourceId: importId,
    before: { fileName },
  });
  return wakeNow(tx, driverOf(importId));
}

/** Takes away the list, tags and custom fields that the import made and nobody else uses, and ends the undo. */
export async function finishUndo(scope: Scope, importId: string, fence: number): Promise<void> {
  const end = async (tx: TenantTx) => {
    if (!(await holds(tx, driverOf(importId), fence))) return;
    const job = await getImportJob(tx, importId, true);
    if (job.status !== "rolling_back") return;
    const made = job.import_options.made;
    const stays = made && (await removeMade(tx, importId, made));
    const rows = await tx.execute<{ outcome: string; reason: string | null; count: number }>(sql`
      select split_part(undo_outcome, ':', 1) as outcome, nullif(split_part(undo_outcome, ':', 2), '') as reason, count(*)::int as count
      from import_events where import_job_id = ${importId}::uuid and undone_at is not null group by 1, 2`);
    await tx.execute(sql`
      update import_jobs set status = 'rolled_back', can_rollback = false, rolled_back_at = app_now(), updated_at = app_now(),
        rollback_report = ${JSON.stringify({ ...reportOf(rows), stays })}::jsonb where id = ${importId}::uuid`);
    await tellEnd(tx, importId);
    await yieldUntil(tx, driverOf(importId), fence, { until: null });
  };
  // Ten million lines of the log are counted in this one statement.
  await withTenant(scope, end, { statementTimeoutMs: 10 * 60_000 });
}
