import { priorities } from "#inngest/queues";
import type { Database, Sql } from "./database.ts";

/** A job in this engine's hands, until its lease runs out. */
export type Job = {
  id: string;
  queueName: string;
  runId: string;
  functionId: string;
  appId: string;
  kind: "discover" | "step" | "sleep" | "timeout";
  stepId: string;
  attempt: number;
  maxAttempts: number;
  lost: number;
  fence: number;
};

/** Leases are real time and short: a dead engine's jobs are free again after this long. */
export const leaseMs = 4000;
export const beatMs = 1000;

/**
 * Takes up to `limit` due jobs of apps that have a live worker, the highest priority first.
 *
 * One engine claims at a time (the advisory lock), because a concurrency limit is a count over all leased jobs:
 * two claims side by side would each see the last free slot. Within one claim no key gets more than its free
 * slots. Rows that are being applied are skipped, not waited for. `held` are this engine's own calls in
 * flight: after a long pause of the machine it must not take them for abandoned.
 */
export function claim(
  database: Database,
  { owner, limit, apps, held }: { owner: string; limit: number; apps: string[]; held: string[] },
): Promise<Job[]> {
  return database.transact(async (sql) => {
    void sql`select pg_advisory_xact_lock(hashtextextended('queue.claim', 0))`;
    return sql<Job>`
      with busy as materialized (
        select key, count(*)::int as slots
        from queue.jobs, unnest(array[concurrency_key_1, concurrency_key_2]) as key
        where lease_until is not null and lease_until > clock_timestamp() and key is not null
        group by key
      ), due as materialized (
        select j.*
        from unnest(${[...priorities]}::int[]) as p (level)
        cross join lateral (
          select c.id, c.queue_name, c.priority, c.due_at, c.concurrency_key_1, c.concurrency_key_2, fn.app_id,
                 fn.concurrency_limit_1 - coalesce(k1.slots, 0) as free_1,
                 fn.concurrency_limit_2 - coalesce(k2.slots, 0) as free_2
          from queue.jobs c
          join queue.functions fn on fn.id = c.function_id and fn.removed_at is null
          left join busy k1 on k1.key = c.concurrency_key_1
          left join busy k2 on k2.key = c.concurrency_key_2
          where c.priority = p.level and c.due_at <= app_now()
            and (c.lease_until is null or c.lease_until <= clock_timestamp())
            and fn.app_id = any(${apps}::text[]) and c.id <> all(${held}::uuid[])
            and (c.concurrency_key_1 is null or coalesce(fn.concurrency_limit_1 > coalesce(k1.slots, 0), true))
            and (c.concurrency_key_2 is null or coalesce(fn.concurrency_limit_2 > coalesce(k2.slots, 0), true))
          order by c.due_at, c.id
          limit 500
          for update of c skip locked
        ) as j
      ), ranked as (
        select *,
          row_number() over (partition by concurrency_key_1 order by priority desc, due_at, id) as rank_1,
          row_number() over (partition by concurrency_key_2 order by priority desc, due_at, id) as rank_2
        from due
      ), chosen as (
        select id, queue_name, app_id from ranked
        where (concurrency_key_1 is null or coalesce(rank_1 <= free_1, true))
          and (concurrency_key_2 is null or coalesce(rank_2 <= free_2, true))
        order by priority desc, due_at, id limit ${limit}
      )
      update queue.jobs j
      set fence = j.fence + 1, lease_owner = ${owner},
          lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      from chosen c where j.id = c.id and j.queue_name = c.queue_name
      returning j.id, j.queue_name as "queueName", j.run_id as "runId", j.function_id as "functionId",
                c.app_id as "appId", j.kind, j.step_id as "stepId", j.attempt, j.max_attempts as "maxAttempts",
                j.lost, j.fence`;
  });
}

/** Keeps this engine's leases alive while their calls last. */
export function beat(database: Database, owner: string): Promise<unknown> {
  return database.transact(
    (sql) => sql`
      update queue.jobs set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      where lease_until is not null and lease_owner = ${owner}`,
  );
}

/** Gives back at once what this engine holds: on a graceful stop, for calls that could not be finished. */
export function releaseAll(database: Database, owner: string): Promise<unknown> {
  return database.transact(
    (sql) => sql`
      update queue.jobs set lease_until = null, lease_owner = null
      where lease_until is not null and lease_owner = ${owner}`,
  );
}

/** Locks a claimed job if the claim is still the last one; a reply to an earlier claim finds nothing. */
export async function hold(sql: Sql, job: Job): Promise<{ again: boolean } | undefined> {
  const [held] = await sql<{ again: boolean }>`
    select again from queue.jobs
    where id = ${job.id} and queue_name = ${job.queueName} and fence = ${job.fence} for update`;
  return held;
}

export async function removeJob(sql: Sql, job: Job): Promise<void> {
  await sql`delete from queue.jobs where id = ${job.id} and queue_name = ${job.queueName}`;
}

/**
 * Milliseconds until something falls due, by the product's clock: a job or a schedule. What is due already but
 * not claimed waits for a slot or a worker, which wakes the engine itself.
 */
export function nextDue(database: Database): Promise<{ jobMs: number | null; cronMs: number | null }> {
  return database.transact(async (sql) => {
    const [row] = await sql<{ jobMs: number | null; cronMs: number | null }>`
      select
        (select extract(epoch from min(j.due_at) - app_now()) * 1000
         from unnest(${[...priorities]}::int[]) as p (level)
         cross join lateral (
           select due_at from queue.jobs
           where priority = p.level and due_at > app_now() order by due_at limit 1
         ) as j)::float8 as "jobMs",
        (select extract(epoch from min(next_at) - app_now()) * 1000 from queue.crons)::float8 as "cronMs"`;
    return row ?? { jobMs: null, cronMs: null };
  });
}
