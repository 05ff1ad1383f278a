import type { Database } from "./database.ts";

/** How long what has ended stays visible. */
const keptDays = 7;
const batch = 5000;

/**
 * Removes what has ended long ago, in small transactions, so that the tables stay as large as the work of a
 * week. Runs that still live are never touched, however old.
 */
export async function prune(database: Database): Promise<void> {
  while ((await pruneRuns(database)) === batch);
  await database.transact(async (sql) => {
    await sql`delete from queue.events where received_at < app_now() - ${keptDays}::int * interval '1 day'`;
    await sql`delete from queue.run_keys where expires_at < app_now()`;
    await sql`delete from queue.cron_fires where fire_at < app_now() - ${keptDays}::int * interval '1 day'`;
    await sql`delete from queue.workers where seen_at < clock_timestamp() - interval '1 hour'`;
  });
}

function pruneRuns(database: Database): Promise<number> {
  return database.transact(async (sql) => {
    const runs = await sql<{ id: string }>`
      delete from queue.runs where id in (
        select id from queue.runs
        where ended_at < app_now() - ${keptDays}::int * interval '1 day'
        order by ended_at limit ${batch} for update skip locked)
      returning id`;
    await sql`delete from queue.steps where run_id = any(${runs.map(({ id }) => id)}::text[])`;
    return runs.length;
  });
}
