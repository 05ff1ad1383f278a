import { nextFire, parseCron } from "./cron.ts";
import type { Database, Sql } from "./database.ts";
import { loadFunctions, type RegisteredFunction } from "./functions.ts";
import { publish, startScheduled } from "./ingest.ts";
import type { InngestEvent } from "./protocol.ts";
import { notifyEngines } from "./run-store.ts";

type DueCron = { functionId: string; expression: string; nextAt: Date; now: Date };

/**
 * Fires the schedules that are due. One that has missed several moments, while nothing ran or because the clock
 * was moved, fires once: for the oldest of them.
 */
export function fireCrons(database: Database, owner: string): Promise<number> {
  return database.transact(async (sql) => {
    const due = await sql<DueCron>`
      select function_id as "functionId", expression, next_at as "nextAt", app_now() as now from queue.crons
      where next_at <= app_now() order by function_id, expression for update skip locked`;
    if (due.length === 0) return 0;
    const functions = new Map((await loadFunctions(sql)).map((fn) => [fn.id, fn]));
    let fired = 0;
    for (const cron of due) fired += (await fire(sql, cron, functions.get(cron.functionId))) ? 1 : 0;
    if (fired > 0) await notifyEngines(sql, owner);
    return fired;
  });
}

/** The row of the fire decides: whoever cannot insert it comes second. */
async function fire(sql: Sql, cron: DueCron, fn: RegisteredFunction | undefined): Promise<boolean> {
  const { functionId, expression, nextAt, now } = cron;
  await sql`
    update queue.crons set next_at = ${nextFire(parseCron(expression), now)}::timestamptz
    where function_id = ${functionId} and expression = ${expression}`;
  if (!fn) return false;
  const first = await sql`
    insert into queue.cron_fires (function_id, expression, fire_at, run_id)
    values (${functionId}, ${expression}, ${nextAt}::timestamptz, '')
    on conflict (function_id, expression, fire_at) do nothing returning function_id`;
  if (first.length === 0) return false;
  const event: InngestEvent = {
    id: nextAt.toISOString(),
    name: "inngest/scheduled.timer",
    data: { cron: expression },
    ts: nextAt.getTime(),
    user: {},
  };
  const { runId, followUps } = await startScheduled(sql, fn, event);
  await publish(sql, followUps);
  await sql`
    update queue.cron_fires set run_id = ${runId ?? ""}
    where function_id = ${functionId} and expression = ${expression} and fire_at = ${nextAt}::timestamptz`;
  return true;
}
