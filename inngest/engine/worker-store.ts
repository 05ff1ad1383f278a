import type { Database } from "./database.ts";

export type WorkerRow = {
  url: string;
  appId: string | null;
  /** Another one means that the worker has restarted. */
  instance: string | null;
  /** Milliseconds since the last sign of life, by the database's real clock. */
  ageMs: number;
  /** Whether the worker reports by itself. */
  beating: boolean;
  /** Whether its app has functions. */
  known: boolean;
};

export function listWorkers(database: Database): Promise<WorkerRow[]> {
  return database.transact(
    (sql) => sql<WorkerRow>`
      select url, app_id as "appId", instance, extract(epoch from clock_timestamp() - seen_at)::float8 * 1000 as "ageMs",
             coalesce(beat_at > clock_timestamp() - interval '7 seconds', false) as beating,
             exists (select from queue.functions f where f.app_id = w.app_id and f.removed_at is null) as known
      from queue.workers w where seen_at > clock_timestamp() - interval '10 minutes'`,
  );
}

/** Notes that the worker at this address serves this app and is alive. */
export function storeWorker(database: Database, url: string, appId: string): Promise<unknown> {
  return database.transact(
    (sql) => sql`
      insert into queue.workers (url, app_id, seen_at) values (${url}, ${appId}, clock_timestamp())
      on conflict (url) do update set app_id = excluded.app_id, seen_at = excluded.seen_at`,
  );
}
