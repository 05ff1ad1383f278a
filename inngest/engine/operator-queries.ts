import { postgresError } from "#db/errors";
import type { Database } from "./database.ts";

/*
 * What an operator reads of runs. Payloads are cut: a page shows what something was, not four megabytes of it.
 */

export const runsShown = 50;
export const stepsShown = 200;
const textMax = 20_000;

/**
 * Half a character (a surrogate without its other half) or a zero byte, as JSON text escapes them. Payloads are kept as they
 * came, but Postgres reads nothing out of a JSON value that has one of these anywhere.
 */
const unreadable = String.raw`(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})`;
const replaced = String.raw`\1\\ufffd`;

/** The name of a run's first event, which stands behind its id: nobody reads megabytes of what follows for it. */
const eventName = String.raw`^\[\{"id":"(?:[^"\\]|\\.)*","name":("(?:[^"\\]|\\.)*")`;
const headMax = 20_000;

export type RunFilter = {
  functionId?: string | null;
  status?: string | null;
  /** A run's id, or any id that its event carries: a tenant's, a campaign's, an import's. */
  id?: string | null;
  /** What a run that is under way does at this moment. */
  phase?: string | null;
  /** Some words of the error that a run ended with, or waits after. */
  error?: string | null;
  /** When it began. */
  from?: string | null;
  to?: string | null;
  /** The last run that was shown. */
  after?: string | null;
};

type RunRow = Record<string, unknown> & { id: string };
export type RunRows = {
  rows: RunRow[];
  next: string | null;
  /** Nothing was found in the time for it. */ tooMany: boolean;
};

/** Shorter than whoever asks is ready to wait. */
const lookingMs = 5_000;
const queryCanceled = "57014";

/** A page of runs, the newest first. A filter that needs more reading than a page should wait for finds nothing, and says so. */
export async function listRuns(
  database: Database,
  filter: RunFilter,
  patienceMs: number = lookingMs,
): Promise<RunRows> {
  try {
    const rows = await findRuns(database, filter, patienceMs);
    return {
      rows: rows.slice(0, runsShown),
      next: rows.length > runsShown ? (rows[runsShown - 1]?.id ?? null) : null,
      tooMany: false,
    };
  } catch (error) {
    if (postgresError(error)?.code !== queryCanceled) throw error;
    return { rows: [], next: null, tooMany: true };
  }
}

const findRuns = (
  database: Database,
  { functionId, status, id, phase, error, from, to, after }: RunFilter,
  patienceMs: number,
): Promise<RunRow[]> =>
  database.transact((sql) => {
    void sql`select set_config('statement_timeout', ${String(patienceMs)}, true)`;
    return sql<RunRow>`
      select * from (select r.id, r.function_id as "functionId", coalesce(f.name, r.function_id) as name, r.queue_name as queue,
        r.tenant_id as "tenantId",
        regexp_replace(coalesce(substring(left(r.events::text, ${headMax}::int) from ${eventName}),
          (regexp_replace(r.events::text, ${unreadable}, ${replaced}, 'gi')::json -> 0 -> 'name')::text),
          ${unreadable}, ${replaced}, 'gi')::json #>> '{}' as event,
        r.status, r.step_count as steps,
        r.created_at as "createdAt", r.ended_at as "endedAt", r.rerun_id as "rerunId",
        case when r.status = 'failed' then regexp_replace(r.output::text, ${unreadable}, ${replaced}, 'gi')::json ->> 'message'
          else j.error end as error,
        case when r.status = 'running' then coalesce(j.phase, 'queued') end as phase,
        case when r.status = 'running' then j.next_at end as "nextAt", j.attempt, j.max_attempts as "maxAttempts"
      from queue.runs r left join queue.functions f on f.id = r.function_id
      left join lateral (
        select min(j.due_at) as next_at, max(j.attempt) as attempt, max(j.max_attempts) as max_attempts,
          (array_agg(j.last_error order by j.due_at) filter (where j.last_error is not null))[1] as error,
          case when bool_or(j.lease_until > clock_timestamp()) then 'working'
            when bool_or(j.last_error is not null and j.due_at > app_now()) then 'retrying'
            when bool_or(j.due_at <= app_now()) then 'queued'
            when bool_or(j.kind = 'sleep') then 'sleeping' else 'waiting' end as phase
        from queue.jobs j where j.run_id = r.id and j.queue_name = r.queue_name and r.status = 'running' and j.kind <> 'deadline'
      ) j on true
      where (${functionId ?? null}::text is null or r.function_id = ${functionId ?? null})
        and (${status ?? null}::text is null or r.status = ${status ?? null})
        and (${id ?? null}::text is null or r.id = ${id ?? null} or position(${id ?? null} in r.events::text) > 0)
        and (${after ?? null}::text is null or r.id < ${after ?? null})
        and (${from ?? null}::timestamptz is null or r.created_at >= ${from ?? null}::timestamptz)
        and (${to ?? null}::timestamptz is null or r.created_at < ${to ?? null}::timestamptz)
        and (${phase ?? null}::text is null or r.status = 'running')
        and (${error ?? null}::text is null or r.status in ('running', 'failed'))
      ) r
      where (${phase ?? null}::text is null or phase = ${phase ?? null})
        and (${error ?? null}::text is null or position(lower(${error ?? null}) in lower(r.error)) > 0)
      order by id desc limit ${runsShown + 1}`;
  });

/** One run with its steps, from `afterStep` on, what it is doing, and what it waits for; undefined when it is gone. */
export function findRun(database: Database, id: string, afterStep: number) {
  return database.transact(async (sql) => {
    const [run] = await sql<RunRow & { events: string; output: string | null }>`
      select r.id, r.function_id as "functionId", coalesce(f.name, r.function_id) as name, r.queue_name as queue,
        r.tenant_id as "tenantId", r.status, r.step_count as "stepCount", r.state_bytes::float8 as "stateBytes",
        r.created_at as "createdAt", r.ended_at as "endedAt", r.rerun_id as "rerunId", r.parent_run_id as "parentRunId",
        left(r.events::text, ${textMax}::int) as events, left(r.output::text, ${textMax}::int) as output,
        (select o.id from queue.runs o where o.rerun_id = r.id limit 1) as "rerunOf"
      from queue.runs r left join queue.functions f on f.id = r.function_id where r.id = ${id}`;
    if (!run) return undefined;
    const [steps, jobs, waits] = await Promise.all([
      sql<Record<string, unknown>>`
        select seq, name, op, left(result::text, ${textMax}::int) as result, starts_with(result::text, '{"error":') as failed,
          attempts, created_at as "endedAt",
          case when op = 'SendEvent' then (
            select left(json_agg(e.event)::text, ${textMax}::int) from queue.events e
            where json_typeof(result -> 'data' -> 'ids') = 'array'
              and e.id in (select json_array_elements_text(result -> 'data' -> 'ids'))
          ) else input end as input
        from queue.steps where run_id = ${id} and seq > ${afterStep}::int order by seq limit ${stepsShown + 1}::int`,
      sql<Record<string, unknown>>`
        select kind, step_name as step, left(input, 2000) as input, due_at as "dueAt", attempt, max_attempts as "maxAttempts", lost, last_error as error,
          coalesce(lease_until > clock_timestamp(), false) as working, created_at as "createdAt"
        from queue.jobs where run_id = ${id} order by due_at limit 100`,
      sql<Record<string, unknown>>`
        select kind, name, step_name as step, expression, expires_at as "expiresAt"
        from queue.waits where run_id = ${id} and kind <> 'cancel' order by created_at limit 100`,
    ]);
    return { ...run, steps: steps.slice(0, stepsShown), moreSteps: steps.length > stepsShown, jobs, waits };
  });
}

/** Every function with what starts it, how much of it is under way, and how many of its runs failed and were not run again. */
export function listFunctions(database: Database) {
  return database.transact(
    (sql) => sql<Record<string, unknown>>`
      select f.id, f.name, f.queue_name as queue, f.removed_at is not null as removed,
        array(select coalesce(t ->> 'event', t ->> 'cron') from json_array_elements(f.config -> 'triggers') t) as triggers,
        (select min(c.next_at) from queue.crons c where c.function_id = f.id) as "nextAt",
        coalesce(j.live, 0) as live, coalesce(j.working, 0) as working, coalesce(d.failed, 0) as failed
      from queue.functions f
      left join (
        select function_id, count(distinct run_id)::int as live,
          count(*) filter (where lease_until > clock_timestamp())::int as working
        from queue.jobs group by 1
      ) j on j.function_id = f.id
      left join (
        select function_id, count(*)::int as failed from queue.runs
        where status = 'failed' and rerun_id is null group by 1
      ) d on d.function_id = f.id
      order by f.name, f.id`,
  );
}
