import { hold, removeJob, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { parseDuration } from "./duration.ts";
import { findFunction } from "./functions.ts";
import { reserveStarts } from "./rates.ts";
import { enqueue, lockRun, type Run } from "./run-store.ts";

/**
 * Opens a run whose first call is due: it takes no more events in, its throttle gives it a place, and the time in
 * which it must finish begins. Returns whether it may be called now.
 */
export function openRun(database: Database, job: Job): Promise<boolean> {
  return database.transact(async (sql) => {
    const run = await lockRun(sql, job.runId);
    if (!(await hold(sql, job))) return false;
    if (run?.status !== "running") {
      await removeJob(sql, job);
      return false;
    }
    if (!run.unopened) return true;
    const fn = await findFunction(sql, run.functionId);
    // A run that gathers has no place yet; every other got it when it was made.
    const gathers = run.gatherKey !== null && fn !== undefined;
    const [startAt = null] = gathers ? await reserveStarts(sql, [{ fn, events: run.events }]) : [];
    await sql`
      update queue.runs set gather_key = null, unopened = ${startAt !== null},
        started_at = case when ${startAt}::timestamptz is null then app_now() end
      where id = ${run.id}`;
    if (startAt !== null) {
      await putBack(sql, job, startAt);
      return false;
    }
    await startTimeouts(sql, run, fn?.config.timeouts?.finish);
    return true;
  });
}

async function putBack(sql: Sql, { id, queueName }: Job, dueAt: Date): Promise<void> {
  await sql`
    update queue.jobs set lease_owner = null, lease_until = null, due_at = ${dueAt}::timestamptz
    where id = ${id} and queue_name = ${queueName}`;
}

async function startTimeouts(sql: Sql, run: Run, finish: string | undefined): Promise<void> {
  await sql`delete from queue.jobs where run_id = ${run.id} and kind = 'deadline' and step_id = 'start'`;
  const afterMs = finish === undefined ? null : parseDuration(finish);
  if (afterMs === null) return;
  await enqueue(sql, run.id, { kind: "deadline", stepId: "finish", due: { afterMs } });
}
