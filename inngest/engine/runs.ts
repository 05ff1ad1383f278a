import type { Asked } from "./asked.ts";
import { equalityOf, evaluate, keyOf, valueAt } from "./cel.ts";
import type { Sql } from "./database.ts";
import { parseDuration } from "./duration.ts";
import type { RegisteredFunction } from "./functions.ts";
import { limits } from "./limits.ts";
import { concurrencyOf, type InngestEvent, type StepError, type StepResult } from "./protocol.ts";
import { reserveStarts } from "./rates.ts";
import { lockRun, proceed, saveStep, type Run } from "./run-store.ts";
import { ulid } from "./ulid.ts";

export type NewRun = {
  fn: RegisteredFunction;
  events: InngestEvent[];
  singletonKey?: string | null;
  /** The run takes further events in until its first call. */
  gatherKey?: string;
  /** Milliseconds until the first call at the earliest. */
  afterMs?: number;
  /** Unix milliseconds of the first call at the earliest. */
  notBefore?: number | undefined;
  parent?: { runId: string; stepId: string };
};

/** Creates runs with their first job, and the waits that would cancel them. Returns their ids, in order. */
export async function createRuns(sql: Sql, created: readonly NewRun[]): Promise<string[]> {
  if (created.length === 0) return [];
  const ids = created.map(() => ulid(Date.now()));
  const keys = created.map(({ fn, events }) => concurrencyKeys(fn, events[0]));
  const column = <T>(read: (run: NewRun) => T) => created.map(read);
  // A run that gathers gets its place from the throttle when it is opened.
  const settled = created.filter(({ gatherKey }) => gatherKey === undefined);
  const places = new Map(settled.length > 0 ? pair(settled, await reserveStarts(sql, settled)) : []);
  // Sent together, done one after the other.
  await Promise.all([
    sql`
    insert into queue.runs (id, function_id, queue_name, tenant_id, priority, max_attempts, events, lead_seconds,
                            concurrency_key_1, concurrency_key_2, singleton_key, gather_key, unopened,
                            parent_run_id, parent_step_id)
    select id, function_id, queue_name, tenant_id::uuid, priority, max_attempts, events::json, lead,
           key_1, key_2, singleton, gather, unopened::bool, parent_run_id, parent_step_id
    from unnest(${ids}::text[], ${column(({ fn }) => fn.id)}::text[], ${column(({ fn }) => fn.queueName)}::text[],
                ${column(({ events }) => tenantOf(events[0]))}::text[], ${column(({ fn }) => fn.priority)}::int[],
                ${column(({ fn }) => fn.maxAttempts)}::int[],
                ${column(({ events }) => JSON.stringify(events))}::text[],
                ${column(({ fn, events }) => leadSeconds(fn, events[0]))}::int[],
                ${keys.map((key) => key[0] ?? null)}::text[], ${keys.map((key) => key[1] ?? null)}::text[],
                ${column((run) => run.singletonKey ?? null)}::text[], ${column((run) => run.gatherKey ?? null)}::text[],
                ${column((run) => String(isUnopened(run)))}::text[],
                ${column((run) => run.parent?.runId ?? null)}::text[],
                ${column((run) => run.parent?.stepId ?? null)}::text[])
      as r (id, function_id, queue_name, tenant_id, priority, max_attempts, events, lead, key_1, key_2, singleton,
            gather, unopened, parent_run_id, parent_step_id)`,
    // A run of an event whose time lies ahead starts then; it exists from now on, so that it can be cancelled.
    sql`
    insert into queue.jobs (queue_name, tenant_id, priority, run_id, function_id, kind, step_id, due_at, lag_seconds,
                            max_attempts, concurrency_key_1, concurrency_key_2)
    select queue_name, tenant_id, priority, r.id, function_id, k.kind, k.step_id,
           case when k.kind = 'deadline' then opens_at + s.start_ms * interval '1 millisecond'
             when opens_at > app_now() then greatest(opens_at, s.place::timestamptz)
             else greatest(opens_at - greatest(lead_seconds, 0) * interval '1 second', s.place::timestamptz) end,
           greatest(-lead_seconds, 0), max_attempts, case k.kind when 'discover' then concurrency_key_1 end,
           case k.kind when 'discover' then concurrency_key_2 end
    from unnest(${ids}::text[], ${column(({ notBefore = 0 }) => notBefore)}::float8[],
                ${column(({ afterMs = 0 }) => afterMs)}::float8[],
                ${column((run) => places.get(run)?.toISOString() ?? null)}::text[],
                ${column(({ fn }) => parseDuration(fn.config.timeouts?.start ?? "") || null)}::float8[])
      as s (id, not_before, after_ms, place, start_ms)
    join queue.runs r on r.id = s.id
    cross join lateral (
      select greatest(app_now() + s.after_ms * interval '1 millisecond', to_timestamp(s.not_before / 1000)) as opens_at
    ) as o
    join (values ('discover', ''), ('deadline', 'start')) as k (kind, step_id)
      on k.kind = 'discover' or s.start_ms is not null`,
  ]);
  await storeCancels(sql, created, ids);
  return ids;
}

const isUnopened = ({ gatherKey, fn }: NewRun) => gatherKey !== undefined || fn.config.timeouts !== undefined;

function pair<A, B>(left: readonly A[], right: readonly (B | null)[]): [A, B][] {
  return left.flatMap((one, index) => {
    const other = right[index];
    return other === null || other === undefined ? [] : [[one, other] as [A, B]];
  });
}

/** How many seconds earlier than it came the run counts as having come, by the function's priority. */
function leadSeconds({ config }: RegisteredFunction, event: InngestEvent | undefined): number {
  if (!config.priority?.run) return 0;
  const value = Number(evaluate(config.priority.run, { event }));
  return Number.isFinite(value)
    ? Math.max(-limits.prioritySeconds, Math.min(limits.prioritySeconds, Math.trunc(value)))
    : 0;
}

/** Gives a run that has not begun other events, and what depends on them. */
export async function replaceEvents(
  sql: Sql,
  { fn, runId, events }: { fn: RegisteredFunction; runId: string; events: InngestEvent[] },
): Promise<void> {
  await sql`update queue.runs set events = ${JSON.stringify(events)}::json where id = ${runId}`;
  if (!fn.config.cancel) return;
  await sql`delete from queue.waits where run_id = ${runId} and kind = 'cancel'`;
  await storeCancels(sql, [{ fn, events }], [runId]);
}

async function storeCancels(sql: Sql, created: readonly NewRun[], ids: readonly string[]): Promise<void> {
  const rows = created.flatMap(({ fn, events }, index) =>
    (fn.config.cancel ?? []).map((cancel, position) => ({
      runId: ids[index],
      stepId: `cancel:${position}`,
      name: cancel.event,
      expression: cancel.if ?? null,
      timeoutMs: cancel.timeout ? parseDuration(cancel.timeout) : null,
      ...matchOf(cancel.if, events[0]),
    })),
  );
  if (rows.length === 0) return;
  await sql`
    insert into queue.waits (run_id, step_id, kind, name, expression, match_path, match_value, expires_at)
    select run_id, step_id, 'cancel', name, expression, path, value,
           app_now() + timeout * interval '1 millisecond'
    from unnest(${rows.map((row) => row.runId)}::text[], ${rows.map((row) => row.stepId)}::text[],
                ${rows.map((row) => row.name)}::text[], ${rows.map((row) => row.expression)}::text[],
                ${rows.map((row) => row.matchPath)}::text[], ${rows.map((row) => row.matchValue)}::text[],
                ${rows.map((row) => row.timeoutMs)}::float8[])
      as w (run_id, step_id, name, expression, path, value, timeout)`;
}

/** How a stored wait is found by index: the path in the incoming event, and the value it must have there. */
export function matchOf(expression: string | undefined, event: InngestEvent | undefined) {
  const equality = expression ? equalityOf(expression) : null;
  if (!equality) return { matchPath: "", matchValue: "" };
  return { matchPath: JSON.stringify(equality.async), matchValue: valueAt(equality.event, { event }) };
}

function concurrencyKeys(fn: RegisteredFunction, event: InngestEvent | undefined): string[] {
  return concurrencyOf(fn.config).map(({ key, scope = "fn" }, index) => {
    const value = key ? keyOf(key, { event }) : "";
    return scope === "fn" ? `${fn.id}/${index}/${value}` : `${scope}/${key ?? ""}/${value}`;
  });
}

function tenantOf(event: InngestEvent | undefined): string | null {
  const id = event?.data.tenantId;
  return typeof id === "string" && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id) ? id : null;
}

export type End =
  { status: "completed"; output: unknown } | { status: "failed"; error: StepError } | { status: "cancelled" };

/**
 * Ends a locked run: its jobs and waits go, a run that invoked it goes on.
 * Returns the events that this makes; the caller hands them to `receive` in the same transaction.
 */
export async function endRun(sql: Sql, run: Run, end: End): Promise<InngestEvent[]> {
  const output = end.status === "completed" ? end.output : end.status === "failed" ? end.error : null;
  const [[row]] = await Promise.all([
    sql<{ now: Date }>`
    update queue.runs set status = ${end.status}, output = ${JSON.stringify(output ?? null)}::json, ended_at = app_now(),
      gather_key = null
    where id = ${run.id} returning ended_at as now`,
    sql`delete from queue.jobs where run_id = ${run.id}`,
    sql`delete from queue.waits where run_id = ${run.id}`,
  ]);
  run.status = end.status;
  if (run.parentRunId && run.parentStepId) await answerParent(sql, run.parentRunId, run.parentStepId, end);
  return endEvents(run, end, row?.now.getTime() ?? Date.now());
}

async function answerParent(sql: Sql, parentRunId: string, stepId: string, end: End): Promise<void> {
  const parent = await lockRun(sql, parentRunId);
  if (parent?.status !== "running") return;
  const cancelled = { name: "Error", message: "The invoked function was cancelled." };
  const result: StepResult =
    end.status === "completed"
      ? { data: end.output ?? null }
      : { error: "error" in end ? end.error : cancelled };
  await resumeStep(sql, parent, stepId, result);
}

/** Gives a waiting step its result, once; whoever comes second finds no wait any more. `asked` where its timer is gone already. */
export async function resumeStep(
  sql: Sql,
  run: Run,
  stepId: string,
  result: StepResult,
  asked?: Asked,
): Promise<void> {
  const [wait] = await sql<{ kind: string; stepName: string }>`
    delete from queue.waits where run_id = ${run.id} and step_id = ${stepId}
    returning kind, step_name as "stepName"`;
  if (!wait) return;
  const [timeout] = await sql<{ input: string | null }>`
    delete from queue.jobs where run_id = ${run.id} and kind = 'timeout' and step_id = ${stepId} returning input`;
  const op = wait.kind === "invoke" ? "InvokeFunction" : "WaitForEvent";
  const input = (asked ?? timeout)?.input ?? null;
  await saveStep(sql, run, { stepId, asked: { name: wait.stepName, input }, op, result, attempts: 1 });
  await proceed(sql, run);
}

/** What the real server tells about a run's end; a listener on these does not set off further ones. */
function endEvents(run: Run, end: End, ts: number): InngestEvent[] {
  const [event] = run.events;
  const isListener = event?.name.startsWith("inngest/function.") && event.name !== "inngest/function.invoked";
  if (isListener) return [];
  const status = `${end.status[0]?.toUpperCase() ?? ""}${end.status.slice(1)}`;
  const data = {
    function_id: run.functionId,
    run_id: run.id,
    event,
    events: run.events,
    ...("error" in end && { error: end.error }),
    ...("output" in end && { result: end.output ?? null }),
    _inngest: { status },
  };
  const made = (name: string, id: string): InngestEvent => ({ id, name, data, ts, user: {} });
  const finished = made("inngest/function.finished", ulid(ts));
  if (end.status === "completed") return [finished];
  return [finished, made(`inngest/function.${end.status}`, run.id)];
}
