import type { Database, Sql } from "./database.ts";
import { loadFunctions } from "./functions.ts";
import { publish, startScheduled } from "./ingest.ts";
import type { InngestEvent } from "./protocol.ts";
import { lockRun, notifyEngines, type Run } from "./run-store.ts";
import { createRuns, endRun } from "./runs.ts";

/** What an operator asked for cannot be done; the message is a sentence for them. */
export class ActRefused extends Error {
  override name = "ActRefused";
  readonly status: 404 | 409;
  constructor(status: 404 | 409, message: string) {
    super(message);
    this.status = status;
  }
}

/** So many failed runs are run again in one request; the rest are left for the next one. */
export const replayedAtOnce = 200;

/** Ends a run as `cancelOn` would: a step that a worker has in hand still ends, and its result is dropped. */
export function cancelRun(database: Database, id: string, owner: string): Promise<void> {
  return database.transact(async (sql) => {
    const run = await lockedRun(sql, id);
    if (run.status !== "running") throw new ActRefused(409, `The run is not under way: it is ${run.status}.`);
    await publish(sql, await endRun(sql, run, { status: "cancelled" }));
    await notifyEngines(sql, owner);
  });
}

/**
 * Starts a new run with the events of one that has ended, by the function as it is registered now, and notes it at the old
 * one: asked twice, it answers with the same run. Returns the id of the new run.
 */
export function rerun(database: Database, id: string, owner: string): Promise<string> {
  return database.transact(async (sql) => {
    const run = await lockedRun(sql, id);
    if (run.status === "running")
      throw new ActRefused(409, "The run is still under way. Cancel it first, or wait for its end.");
    const [noted] = await sql<{ rerunId: string | null }>`
      select rerun_id as "rerunId" from queue.runs where id = ${id}`;
    if (noted?.rerunId) return noted.rerunId;
    const newId = await startAgain(sql, run);
    await sql`update queue.runs set rerun_id = ${newId} where id = ${id}`;
    await notifyEngines(sql, owner);
    return newId;
  });
}

async function startAgain(sql: Sql, { functionId, events }: Run): Promise<string> {
  const fn = (await loadFunctions(sql)).find((each) => each.id === functionId);
  if (!fn) throw new ActRefused(409, `There is no function ${functionId} any more.`);
  const [event] = events;
  if (!event) throw new ActRefused(409, "The run has no event to start again with.");
  const { runId, followUps } =
    events.length > 1 ? await startBatch(sql, fn, events) : await startScheduled(sql, fn, event);
  await publish(sql, followUps);
  if (!runId)
    throw new ActRefused(409, "Only one run of this function may be under way, and one is. Try again later.");
  return runId;
}

async function startBatch(sql: Sql, fn: Parameters<typeof startScheduled>[1], events: InngestEvent[]) {
  const [runId] = await createRuns(sql, [{ fn, events }]);
  return { runId, followUps: [] };
}

/**
 * Runs failed runs again, of one function or of all, the oldest first, each in a transaction of its own. Those that cannot
 * be are counted. `more`: there are others behind them.
 */
export async function replayFailed(
  database: Database,
  { functionId, owner }: { functionId: string | null; owner: string },
): Promise<{ replayed: number; refused: number; more: boolean }> {
  const rows = await database.transact(
    (sql) => sql<{ id: string }>`
      select id from queue.runs
      where status = 'failed' and rerun_id is null and (${functionId}::text is null or function_id = ${functionId})
      order by id limit ${replayedAtOnce + 1}`,
  );
  const done = { replayed: 0, refused: 0, more: rows.length > replayedAtOnce };
  for (const { id } of rows.slice(0, replayedAtOnce)) {
    try {
      await rerun(database, id, owner);
      done.replayed += 1;
    } catch (error) {
      if (!(error instanceof ActRefused)) throw error;
      done.refused += 1;
    }
  }
  return done;
}

async function lockedRun(sql: Sql, id: string): Promise<Run> {
  const run = await lockRun(sql, id);
  if (!run) throw new ActRefused(404, "There is no such run: it has been removed, or never was.");
  return run;
}
