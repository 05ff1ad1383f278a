import { priorities } from "#inngest/queues";
import type { Asked } from "./asked.ts";
import type { Database, Sql } from "./database.ts";

/** A job in this engine's hands, until its lease runs out. */
export type Job = {
  id: string;
  queueName: string;
  runId: string;
  functionId: string;
  appId: string;
  kind: "discover" | "step" | "sleep" | "timeout" | "deadline";
  stepId: string;
  attempt: number;
  maxAttempts: number;
  lost: number;
  fence: number;
  /** Whether it takes up a slot of a concurrency limit. */
  limited: boolean;
};

/** Leases are real time and short: a dead engine's jobs are free again after this long. */
export const leaseMs = 4000;
export const beatMs = 1000;

/** So many of the jobs that fell due first are looked at; behind them, the first few of so many lanes. */
const headSize = 200;
const lanesMax = 64;
const laneSize = 8;

export type ClaimOptions = {
  owner: string;
  limit: number;
  /** The most jobs of one tenant that this engine may have in its hands. */
  tenantMax: number;
  /** Apps that have a live worker. */
  apps: string[];
  /** This engine's own calls in flight: after a long pause of the machine it must not take them for abandoned. */
  held: string[];
  /** Where to begin among the lanes, behind a long backlog; from the first one unless given. */
  fromLane?: bigint;
};

/**
 * Takes up to `limit` due jobs, the highest priority first. Within one, tenants take turns: first those that have
 * the least in this engine's hands, and each tenant's own in the order in which they fell due. That order alone would
 * let the many runs of one tenant hide the few of another behind them, so with a backlog longer than `headSize` the
 * first jobs of each lane (a tenant, a function and its concurrency keys) are in the running too.
 *
 * One engine claims at a time (the advisory lock), because a concurrency limit is a count over all leased jobs:
 * two claims side by side would each see the last free slot. Within one claim no key gets more than its free
 * slots. Only what is chosen is locked, and what is being applied is skipped, not waited for.
 */
export function claim(
  database: Database,
  { owner, limit, tenantMax, apps, held, fromLane = -(2n ** 63n) }: ClaimOptions,
): Promise<Job[]> {
  return database.transact(async (sql) => {
    void sql`select pg_advisory_xact_lock(hashtextextended('queue.claim', 0))`;
    return sql<Job>`
      with recursive leased as materialized (
        select concurrency_key_1 as key_1, concurrency_key_2 as key_2, tenant_id, lease_owner
        from queue.jobs where lease_until is not null and lease_until > clock_timestamp()
      ), busy as materialized (
        select key, count(*)::int as slots from leased, unnest(array[key_1, key_2]) as key
        where key is not null group by key
      ), mine as materialized (
        select tenant_id, count(*)::int as slots from leased where lease_owner = ${owner} group by tenant_id
      ), levels as (
        select level from unnest(${[...priorities]}::int[]) as p (level)
      ), head as materialized (
        select j.* from levels cross join lateral (
          select id, queue_name, priority, lane, due_at, lag_seconds, function_id, tenant_id,
                 concurrency_key_1 as key_1, concurrency_key_2 as key_2
          from queue.jobs
          where priority = level and due_at <= app_now()
            and (lease_until is null or lease_until <= clock_timestamp())
          order by due_at, id limit ${headSize}
        ) as j
      ), lanes (priority, lane, number) as (
        select level, l.lane, 1 from levels cross join lateral (
          select lane from queue.jobs where priority = level and lane >= ${String(fromLane)}::bigint
          order by lane limit 1
        ) as l
        where (select count(*) from head h where h.priority = level) = ${headSize}
        union all
        select lanes.priority, l.lane, lanes.number + 1 from lanes cross join lateral (
          select j.lane from queue.jobs j where j.priority = lanes.priority and j.lane > lanes.lane
          order by j.lane limit 1
        ) as l
        where lanes.number < ${lanesMax}
      ), due as (
        select * from head
        union
        select j.* from lanes cross join lateral (
          select c.id, c.queue_name, c.priority, c.lane, c.due_at, c.lag_seconds, c.function_id, c.tenant_id,
                 c.concurrency_key_1, c.concurrency_key_2
          from queue.jobs c
          where c.priority = lanes.priority and c.lane = lanes.lane and c.due_at <= app_now()
            and (c.lease_until is null or c.lease_until <= clock_timestamp())
          order by c.due_at, c.id limit ${laneSize}
        ) as j
      ), free as (
        select d.*, d.due_at + d.lag_seconds * interval '1 second' as place, fn.app_id,
               coalesce(mine.slots, 0) as mine,
               fn.concurrency_limit_1 - coalesce(k1.slots, 0) as free_1,
               fn.concurrency_limit_2 - coalesce(k2.slots, 0) as free_2
        from due d
        join queue.functions fn on fn.id = d.function_id and fn.removed_at is null
        left join busy k1 on k1.key = d.key_1
        left join busy k2 on k2.key = d.key_2
        left join mine on mine.tenant_id = d.tenant_id
        where fn.app_id = any(${apps}::text[]) and d.id <> all(${held}::uuid[])
      ), ranked as (
        select *,
          row_number() over (partition by key_1 order by priority desc, place, id) as rank_1,
          row_number() over (partition by key_2 order by priority desc, place, id) as rank_2
        from free
        where (key_1 is null or coalesce(free_1 > 0, true)) and (key_2 is null or coalesce(free_2 > 0, true))
      ), turns as (
        select *, mine + row_number() over (partition by tenant_id order by priority desc, place, id) as turn
        from ranked
        where (key_1 is null or coalesce(rank_1 <= free_1, true))
          and (key_2 is null or coalesce(rank_2 <= free_2, true))
      ), chosen as materialized (
        select id, queue_name, app_id from turns where tenant_id is null or turn <= ${tenantMax}
        order by priority desc, turn, place, id limit ${limit}
      ), picked as materialized (
        select j.id, j.queue_name, c.app_id from queue.jobs j
        join chosen c on c.id = j.id and c.queue_name = j.queue_name
        where j.lease_until is null or j.lease_until <= clock_timestamp()
        for update of j skip locked
      )
      update queue.jobs j
      set fence = j.fence + 1, lease_owner = ${owner},
          lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
      from picked p where j.id = p.id and j.queue_name = p.queue_name
      returning j.id, j.queue_name as "queueName", j.run_id as "runId", j.function_id as "functionId",
                p.app_id as "appId", j.kind, j.step_id as "stepId", j.attempt, j.max_attempts as "maxAttempts",
                j.lost, j.fence, coalesce(j.concurrency_key_1, j.concurrency_key_2) is not null as limited`;
  });
}

/**
 * Keeps the leases of these jobs alive while their calls last. Only what is known to be in flight: a claim whose
 * commit was not heard of must run out.
 */
export function beat(database: Database, owner: string, ids: readonly string[]): Promise<unknown> {
  return database.once`
    update queue.jobs set lease_until = clock_timestamp() + ${leaseMs}::float8 * interval '1 millisecond'
    where lease_until is not null and lease_owner = ${owner} and id = any(${[...ids]}::uuid[])`;
}

/** Gives back at once what this engine holds: on a graceful stop, for calls that could not be finished. */
export function releaseAll(database: Database, owner: string): Promise<unknown> {
  return database.transact(
    (sql) => sql`
      with released as (
        update queue.jobs set lease_until = null, lease_owner = null
        where lease_until is not null and lease_owner = ${owner} returning id
      )
      select pg_notify('queue', ${owner}) from released limit 1`,
  );
}

/** A claimed job, locked. `again`: a discovery is wanted after this one. `pending`: other steps are outstanding. */
export type Held = { again: boolean; lost: number; pending: boolean };

/**
 * Locks a claimed job if the claim is still the last one and nobody has given it back; a reply to an earlier claim
 * finds nothing.
 */
export async function hold(
  sql: Sql,
  job: Pick<Job, "id" | "queueName" | "fence">,
): Promise<Held | undefined> {
  const [held] = await sql<Held>`
    select again, lost, exists (
      select from queue.jobs other
      where other.run_id = j.run_id and other.id <> j.id and other.kind in ('step', 'sleep', 'timeout')
    ) as pending
    from queue.jobs j
    where id = ${job.id} and queue_name = ${job.queueName} and fence = ${job.fence} and lease_owner is not null
    for update`;
  return held;
}

/** Returns what the step had asked for, if it was for one. */
export async function removeJob(sql: Sql, job: Job): Promise<Asked | undefined> {
  const [asked] = await sql<{ name: string | null; input: string | null }>`
    delete from queue.jobs where id = ${job.id} and queue_name = ${job.queueName} returning step_name as name, input`;
  return asked?.name ? { name: asked.name, input: asked.input } : undefined;
}

/**
 * Milliseconds until something falls due, by the product's clock: a job or a schedule. What is due already but
 * not claimed waits for a slot or a worker, which wakes the engine itself.
 */
export async function nextDue(database: Database): Promise<{ jobMs: number | null; cronMs: number | null }> {
  const [row] = await database.once<{ jobMs: number | null; cronMs: number | null }>`
    select
      (select extract(epoch from min(j.due_at) - app_now()) * 1000
       from unnest(${[...priorities]}::int[]) as p (level)
       cross join lateral (
         select due_at from queue.jobs
         where priority = p.level and due_at > app_now() order by due_at limit 1
       ) as j)::float8 as "jobMs",
      (select extract(epoch from min(next_at) - app_now()) * 1000 from queue.crons)::float8 as "cronMs"`;
  return row ?? { jobMs: null, cronMs: null };
}
