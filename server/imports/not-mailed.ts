import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { holds, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { driverOf, type FailedRun, isLeftBy, mustBe } from "./mutations.ts";
import { getImportJob } from "./queries.ts";
import { noteUnmailable } from "./unmailable.ts";
import { Superseded } from "./write.ts";

/*
 * The last thing that an import's run does, when the import has ended already: it notes who gets no mail. `judging` in
 * the job's row says that this is due, `judgingProblem` that it failed for good and waits for somebody to ask again.
 */

/** The rows of ten million people are held against those who are not mailed. */
const minutesMax = 10;

/** Notes who of an ended import gets no mail, once; not when it is being undone by then. */
export async function noteNotMailed(scope: Scope, id: string, fence: number): Promise<void> {
  const driver = driverOf(id);
  const ours = await withTenant(scope, (tx) => holds(tx, driver, fence, (minutesMax + 1) * 60));
  if (!ours) return;
  const yielded = (tx: TenantTx) => yieldUntil(tx, driver, fence, { until: null });
  try {
    const note = async (tx: TenantTx) => {
      await noteUnmailable(tx, id);
      await yielded(tx);
    };
    await withTenant(scope, note, { statementTimeoutMs: minutesMax * 60_000 });
  } catch (error) {
    if (!(error instanceof Superseded)) throw error;
    await withTenant(scope, yielded);
  }
}

/**
 * Says in the job's row that it could not be noted who gets no mail, unless another run drives it by now. False when
 * that is not what the job was at.
 */
export async function giveUpNoting(tx: TenantTx, id: string, run: FailedRun): Promise<boolean> {
  const said = JSON.stringify({ judgingProblem: failed });
  const rows = await tx.execute(sql`
    update import_jobs set file_format = (file_format - 'judging') || ${said}::jsonb,
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null, updated_at = app_now()
    where id = ${id}::uuid and status = 'completed' and jsonb_exists(file_format, 'judging')
      and ${isLeftBy(run)} returning id`);
  return rows.length > 0;
}

const failed =
  "Everything is imported. But who of these people gets no mail could not be looked up, after several tries. Nobody is mailed who must not be: this is only about the remarks on their rows.";

/**
 * Has it tried again; returns the fence of the event to send. Asked twice, it is tried once. Throws `not_found`, and
 * `conflict` when the import is not completed.
 */
export async function requestNoting(tx: TenantTx, id: string): Promise<number | null> {
  const { status, file_format: stored } = await getImportJob(tx, id, true);
  mustBe(status, ["completed"], "Who gets no mail is noted when an import is complete, and this one is not.");
  if (stored.judging) return null;
  if (stored.judgingProblem === undefined)
    throw new AppError("conflict", "Who gets no mail was noted meanwhile. Reload the page.");
  await tx.execute(sql`
    update import_jobs set file_format = (file_format - 'judgingProblem') || '{"judging": true}', updated_at = app_now()
    where id = ${id}::uuid`);
  return wakeNow(tx, driverOf(id));
}
