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
/** A function of which so many could not be started (one runs already, or it is gone) is not tried any further. */
const refusalsMax = 20;
/** How the event of a run that a schedule has started begins, after its id. */
const scheduledEvent = '"name":"inngest/scheduled.timer"';

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

type Which = { functionId: string | null; owner: string };
export type Replayed = { replayed: number; refused: number; more: boolean };

/**
 * Runs failed runs again, of one function or of all, the oldest first, each in a transaction of its own. Those that cannot
 * be are counted and passed over, so that they keep none behind them back. `more`: there are others.
 */
export async function replayFailed(database: Database, which: Which): Promise<Replayed> {
  const done = await replaySchedules(database, which);
  const refusals = new Map<string, number>();
  const result = async (more: boolean): Promise<Replayed> => {
    for (const [functionId, refused] of refusals)
      done.refused += stuck.includes(functionId) ? await countReplayable(database, functionId) : refused;
    return { ...done, more };
  };
  const stuck: string[] = [];
  let after = "";
  for (let started = 0; ;) {
    const runs = await listReplayable(database, which, { after, stuck });
    for (const { id, functionId } of runs) {
      after = id;
      if (stuck.includes(functionId)) continue;
      if (started >= replayedAtOnce) return result(true);
      if (await tryRerun(database, id, which.owner)) {
        started += 1;
        done.replayed += 1;
        continue;
      }
      const refused = (refusals.get(functionId) ?? 0) + 1;
      refusals.set(functionId, refused);
      if (refused >= refusalsMax) stuck.push(functionId);
    }
    if (runs.length < replayedAtOnce) return result(false);
  }
}

type Page = { after: string; stuck: readonly string[] };

async function listReplayable(database: Database, { functionId }: Which, { after, stuck }: Page) {
  return database.transact(
    (sql) => sql<{ id: string; functionId: string }>`
      select id, function_id as "functionId" from queue.runs
      where status = 'failed' and rerun_id is null and (${functionId}::text is null or function_id = ${functionId})
        and id > ${after} and function_id <> all(${[...stuck]}::text[])
        and position(${scheduledEvent} in left(events::text, 200)) = 0
      order by id limit ${replayedAtOnce}`,
  );
}

async function countReplayable(database: Database, functionId: string): Promise<number> {
  const [row] = await database.transact(
    (sql) => sql<{ count: number }>`
      select count(*)::int as count from queue.runs
      where status = 'failed' and rerun_id is null and function_id = ${functionId}
        and position(${scheduledEvent} in left(events::text, 200)) = 0`,
  );
  return row?.count ?? 0;
}

/** The new run's id, or null when it cannot be run again. */
async function tryRerun(database: Database, id: string, owner: string): Promise<string | null> {
  try {
    return await rerun(database, id, owner);
  } catch (error) {
    if (!(error instanceof ActRefused)) throw error;
    return null;
  }
}

/**
 * Of a function that its schedule starts, one run makes up for all that failed: the one that is under way, or else the last of
 * them, run again.
 */
async function replaySchedules(database: Database, { functionId, owner }: Which): Promise<Replayed> {
  const groups = await database.transact(
    (sql) => sql<{ functionId: string; lastId: string; ids: string[]; liveId: string | null }>`
      select r.function_id as "functionId", max(r.id) as "lastId", array_agg(r.id) as ids, (
        select max(l.id) from queue.runs l where l.function_id = r.function_id and l.status = 'running'
      ) as "liveId"
      from queue.runs r
      where r.status = 'failed' and r.rerun_id is null and (${functionId}::text is null or r.function_id = ${functionId})
        and position(${scheduledEvent} in left(r.events::text, 200)) > 0
      group by r.function_id order by r.function_id`,
  );
  const done = { replayed: 0, refused: 0, more: false };
  for (const { ids, lastId, liveId } of groups) {
    const newId = liveId ?? (await tryRerun(database, lastId, owner));
    if (newId === null) {
      done.refused += ids.length;
      continue;
    }
    await database.transact(
      (sql) => sql`
        update queue.runs set rerun_id = ${newId}
        where id = any(${ids}::text[]) and status = 'failed' and rerun_id is null`,
    );
    done.replayed += ids.length;
  }
  return done;
}

async function lockedRun(sql: Sql, id: string): Promise<Run> {
  const run = await lockRun(sql, id);
  if (!run) throw new ActRefused(404, "There is no such run: it has been removed, or never was.");
  return run;
}
