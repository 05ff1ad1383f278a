import type { Database } from "./database.ts";
import type { Workers } from "./workers.ts";

/** `due` are not taken yet; `oldestDueMs` is for how long the first of those has been due. */
export type Depth = {
  queue: string;
  due: number;
  waiting: number;
  running: number;
  oldestDueMs: number | null;
};

export function readDepths(database: Database): Promise<Depth[]> {
  return database.transact(
    (sql) => sql<Depth>`
      select queue_name as queue,
             count(*) filter (where due_at <= app_now() and (lease_until is null or lease_until <= clock_timestamp()))::int as due,
             count(*) filter (where due_at > app_now())::int as waiting,
             count(*) filter (where lease_until > clock_timestamp())::int as running,
             (extract(epoch from app_now() - min(due_at) filter (where due_at <= app_now()
               and (lease_until is null or lease_until <= clock_timestamp()))) * 1000)::float8 as "oldestDueMs"
      from queue.jobs group by queue_name order by queue_name`,
  );
}

/** Whether the engine does its work: 200, or 503 with what is in the way. */
export async function findHealth({
  database,
  workers,
}: {
  database: Database;
  workers: Pick<Workers, "list">;
}) {
  const known = workers.list();
  const refusals = await database.transact(
    (sql) =>
      sql<{ id: string; refusal: string }>`select id, refusal from queue.apps where refusal is not null`,
  );
  const queues = await readDepths(database);
  const live = known.some((worker) => worker.live);
  const problems = [
    ...refusals.map(({ refusal }) => refusal),
    ...(live ? [] : ["No worker has registered its functions yet, or none is alive."]),
  ];
  return {
    status: problems.length === 0 ? 200 : 503,
    body: { status: problems.length === 0 ? "ok" : "not ready", problems, workers: known, queues },
  };
}
