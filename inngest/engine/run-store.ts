import type { Asked } from "./asked.ts";
import type { Sql } from "./database.ts";
import { backoffMs, type Due } from "./duration.ts";
import type { InngestEvent, StepResult } from "./protocol.ts";

/** A run as the engine works on it, locked for the transaction. */
export type Run = {
  id: string;
  functionId: string;
  status: "running" | "completed" | "failed" | "cancelled";
  queueName: string;
  maxAttempts: number;
  events: InngestEvent[];
  race: boolean;
  stepCount: number;
  stateBytes: number;
  parentRunId: string | null;
  parentStepId: string | null;
  gatherKey: string | null;
  unopened: boolean;
};

/**
 * Locks a run. Everything that changes a run's state holds this lock, so that of two things that could happen
 * to it, one happens first and the other sees that.
 */
export async function lockRun(sql: Sql, id: string): Promise<Run | undefined> {
  const [run] = await sql<Run>`
    select id, function_id as "functionId", status, queue_name as "queueName", max_attempts as "maxAttempts",
           events, race, step_count as "stepCount", state_bytes as "stateBytes",
           parent_run_id as "parentRunId", parent_step_id as "parentStepId", gather_key as "gatherKey", unopened
    from queue.runs where id = ${id} for update`;
  return run;
}

export type NewStep = { stepId: string; asked: Asked; op: string; result: StepResult; attempts: number };

/** Keeps a step's result. The first one stays; returns whether this was it, and keeps the run's totals. */
export async function saveStep(sql: Sql, run: Run, step: NewStep): Promise<boolean> {
  const text = JSON.stringify(step.result);
  const bytes = Buffer.byteLength(text);
  const saved = await sql`
    with saved as (
      insert into queue.steps (run_id, step_id, seq, name, op, input, result, attempts)
      values (${run.id}, ${step.stepId}, ${run.stepCount + 1}, ${step.asked.name}, ${step.op}, ${step.asked.input},
              ${text}::json, ${step.attempts})
      on conflict (run_id, step_id) do nothing returning seq
    )
    update queue.runs r
    set step_count = saved.seq, state_bytes = r.state_bytes + ${bytes}::int,
        started_at = coalesce(r.started_at, app_now())
    from saved where r.id = ${run.id} returning r.id`;
  if (saved.length === 0) return false;
  run.stepCount += 1;
  run.stateBytes += bytes;
  return true;
}

type NewJob = {
  kind: "discover" | "step" | "sleep" | "timeout" | "deadline";
  stepId?: string;
  asked?: Asked;
  /** Now, unless given: then the run's own place in the queue counts, which its priority moves. */
  due?: Due;
};

/**
 * Puts a job into the queue, once per run, kind and step. A discovery that is being answered right now may
 * have been asked before the news: it is marked to be repeated. Only calls count against concurrency.
 */
export async function enqueue(sql: Sql, runId: string, { kind, stepId = "", asked, due }: NewJob) {
  const at = due && "at" in due ? due.at : null;
  const afterMs = due && "afterMs" in due ? due.afterMs : null;
  await sql`
    insert into queue.jobs (queue_name, tenant_id, priority, run_id, function_id, kind, step_id, step_name, input,
                            due_at, lag_seconds, max_attempts, concurrency_key_1, concurrency_key_2)
    select queue_name, tenant_id, priority, id, function_id, ${kind}, ${stepId}, ${asked?.name ?? null}::text,
           ${asked?.input ?? null}::text,
           coalesce(${at}::timestamptz, app_now() + ${afterMs}::float8 * interval '1 millisecond',
                    app_now() - greatest(lead_seconds, 0) * interval '1 second'),
           greatest(-lead_seconds, 0), max_attempts,
           case when ${kind}::text in ('discover', 'step') then concurrency_key_1 end,
           case when ${kind}::text in ('discover', 'step') then concurrency_key_2 end
    from queue.runs where id = ${runId}
    on conflict (run_id, kind, step_id, queue_name)
    do update set again = true where jobs.kind = 'discover' and jobs.lease_until is not null`;
}

/**
 * Goes on with a run after a step has ended: one discovery when nothing else is pending, so that a group of
 * parallel steps costs one call and not one per step; at once when the group is a race.
 */
export async function proceed(sql: Sql, run: Run): Promise<void> {
  if (!run.race && (await hasPending(sql, run.id))) return;
  await enqueue(sql, run.id, { kind: "discover" });
}

/** Whether planned steps, sleeps or waits of the run are outstanding. */
export async function hasPending(sql: Sql, runId: string): Promise<boolean> {
  const [row] = await sql<{ pending: boolean }>`
    select exists (
      select from queue.jobs where run_id = ${runId} and kind in ('step', 'sleep', 'timeout')) as pending`;
  return row?.pending ?? false;
}

/** Gives a claimed job back, to be tried again. */
export async function retryJob(
  sql: Sql,
  job: { id: string; queueName: string; attempt: number },
  { due, error, counts }: { due?: Due | null; error: string; counts: boolean },
): Promise<void> {
  const wait: Due = due ?? { afterMs: backoffMs(job.attempt) };
  const at = "at" in wait ? wait.at : null;
  const afterMs = "afterMs" in wait ? wait.afterMs : 0;
  await sql`
    update queue.jobs
    set lease_owner = null, lease_until = null, last_error = ${error},
        attempt = attempt + ${counts ? 1 : 0}, lost = case when ${counts} then 0 else lost + 1 end,
        due_at = case when ${at}::timestamptz is null then app_now() + ${afterMs}::float8 * interval '1 millisecond'
          else least(greatest(${at}::timestamptz, app_now() + interval '1 second'), app_now() + interval '1 day') end
    where id = ${job.id} and queue_name = ${job.queueName}`;
}

/** Tells the other engines to look. Sent with the commit. */
export async function notifyEngines(sql: Sql, from: string): Promise<void> {
  await sql`select pg_notify('queue', ${from})`;
}
