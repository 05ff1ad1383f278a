import type { Database, Sql } from "./database.ts";

/** How long and how much of what has ended stays visible. Failed runs stay longer: they can be started again. */
export type Retention = {
  keptDays: number;
  failedDays: number;
  /** Of each of the two kinds, and of events; the oldest go first. */
  keptRuns: number;
  keptEvents: number;
};

export const retention: Retention = { keptDays: 7, failedDays: 90, keptRuns: 200_000, keptEvents: 500_000 };
const batch = 2000;

/**
 * Removes what has ended long ago, and the oldest of what has ended when there is too much of it, in small
 * transactions. Runs that still live are never touched, however old. One engine does this at a time.
 */
export async function prune(database: Database, kept: Retention = retention): Promise<void> {
  for (const failed of [false, true]) {
    while ((await pruneRuns(database, failed, kept)) === batch);
  }
  while ((await pruneEvents(database, kept)) === batch);
  await database.transact(async (sql) => {
    await sql`delete from queue.run_keys where expires_at < app_now()`;
    // A throttle whose next start lies in the past says as much as none.
    await sql`delete from queue.rates where at < app_now()`;
    await sql`delete from queue.cron_fires where fire_at < app_now() - ${kept.keptDays}::int * interval '1 day'`;
    await sql`delete from queue.workers where seen_at < clock_timestamp() - interval '1 hour'`;
  });
}

function pruneRuns(
  database: Database,
  failed: boolean,
  { keptDays, failedDays, keptRuns }: Retention,
): Promise<number> {
  return alone(database, async (sql) => {
    const runs = await sql<{ id: string }>`
      with oldest as (
        select greatest(app_now() - ${failed ? failedDays : keptDays}::int * interval '1 day', (
          select ended_at from queue.runs where ended_at is not null and (status = 'failed') = ${failed}
          order by ended_at desc offset ${keptRuns} limit 1)) as at
      )
      delete from queue.runs where id in (
        select id from queue.runs, oldest
        where ended_at <= oldest.at and (status = 'failed') = ${failed}
        order by ended_at limit ${batch} for update of runs skip locked)
      returning id`;
    await sql`delete from queue.steps where run_id = any(${runs.map(({ id }) => id)}::text[])`;
    return runs.length;
  });
}

function pruneEvents(database: Database, { keptDays, keptEvents }: Retention): Promise<number> {
  return alone(database, async (sql) => {
    const events = await sql<{ id: string }>`
      with oldest as (
        select greatest(app_now() - ${keptDays}::int * interval '1 day', (
          select received_at from queue.events order by received_at desc offset ${keptEvents} limit 1)) as at
      )
      delete from queue.events where id in (
        select id from queue.events, oldest where received_at <= oldest.at order by received_at limit ${batch})
      returning id`;
    return events.length;
  });
}

/** Nothing, while another engine is at it. */
function alone(database: Database, work: (sql: Sql) => Promise<number>): Promise<number> {
  return database.transact(async (sql) => {
    const [lock] = await sql<{ mine: boolean }>`
      select pg_try_advisory_xact_lock(hashtextextended('queue.prune', 0)) as mine`;
    return lock?.mine ? work(sql) : 0;
  });
}
