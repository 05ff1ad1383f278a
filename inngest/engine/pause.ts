import { type Asked, askedOf, nameOf } from "./asked.ts";
import { expressionProblem } from "./cel.ts";
import { hold, removeJob, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { parseDue, type Due } from "./duration.ts";
import { limits } from "./limits.ts";
import type { InngestEvent, Op } from "./protocol.ts";
import { enqueue, lockRun, notifyEngines, proceed, saveStep, type Run } from "./run-store.ts";
import { publish } from "./ingest.ts";
import { createRuns, endRun, matchOf, resumeStep } from "./runs.ts";
import { findFunction } from "./functions.ts";
import { ulid } from "./ulid.ts";

/** What ends a run although its function did nothing wrong at this moment: a limit, or a step we cannot do. */
export class RunFailure extends Error {
  override name = "RunFailure";
}

async function dueOf(sql: Sql, text: string): Promise<Due> {
  const [row] = await sql<{ now: Date }>`select app_now() as now`;
  try {
    return parseDue(text, row?.now ?? new Date());
  } catch (error) {
    throw new RunFailure(error instanceof Error ? error.message : String(error));
  }
}

export async function storeSleep(sql: Sql, run: Run, op: Op): Promise<void> {
  const due = await dueOf(sql, op.name ?? "");
  await enqueue(sql, run.id, { kind: "sleep", stepId: op.id, due, asked: askedOf(op) });
}

/** From the commit on the run hears the event. The timeout is a job, so that it fires like any other. */
export async function storeWait(sql: Sql, run: Run, op: Op): Promise<void> {
  const expression = textOption(op, "if");
  const problem = expression === undefined ? null : expressionProblem(expression, ["event", "async"]);
  if (problem)
    throw new RunFailure(`waitForEvent "${nameOf(op)}": "${expression}" is not valid: ${problem}.`);
  const due = await dueOf(sql, textOption(op, "timeout") ?? "");
  const { matchPath, matchValue } = matchOf(expression, run.events[0]);
  await sql`
    insert into queue.waits (run_id, step_id, kind, name, step_name, expression, match_path, match_value, expires_at)
    values (${run.id}, ${op.id}, 'wait', ${op.name ?? ""}, ${nameOf(op)}, ${expression ?? null}, ${matchPath},
            ${matchValue}, coalesce(${"at" in due ? due.at : null}::timestamptz,
              app_now() + ${"afterMs" in due ? due.afterMs : 0}::float8 * interval '1 millisecond'))
    on conflict (run_id, step_id) do nothing`;
  await enqueue(sql, run.id, { kind: "timeout", stepId: op.id, due, asked: askedOf(op) });
}

/** Starts another function and waits for its end. Returns true when that is known already: there is no such one. */
export async function invoke(sql: Sql, run: Run, op: Op): Promise<boolean> {
  const wanted = textOption(op, "function_id") ?? "";
  const fn = await findFunction(sql, wanted);
  if (!fn) {
    const error = { name: "Error", message: `There is no function "${wanted}" to invoke.` };
    const step = { stepId: op.id, asked: askedOf(op), op: op.op, result: { error }, attempts: 1 };
    return saveStep(sql, run, step);
  }
  const stored = await sql`
    insert into queue.waits (run_id, step_id, kind, name, step_name)
    values (${run.id}, ${op.id}, 'invoke', ${wanted}, ${nameOf(op)})
    on conflict (run_id, step_id) do nothing returning run_id`;
  if (stored.length === 0) return false;
  const payload = op.opts?.payload;
  const data = isRecord(payload) && isRecord(payload.data) ? payload.data : {};
  const event: InngestEvent = {
    id: ulid(Date.now()),
    name: "inngest/function.invoked",
    data: { ...data, _inngest: { fn_id: wanted, correlation_id: `${run.id}.${op.id}` } },
    ts: Date.now(),
    user: {},
  };
  await createRuns(sql, [{ fn, events: [event], parent: { runId: run.id, stepId: op.id } }]);
  const timeout = textOption(op, "timeout");
  const due: Due = timeout ? await dueOf(sql, timeout) : { afterMs: limits.pauseMs };
  await enqueue(sql, run.id, { kind: "timeout", stepId: op.id, due, asked: askedOf(op) });
  return false;
}

/** A sleep, a timeout or a deadline whose moment has come. No call: the result is known. */
export function fireTimer(database: Database, job: Job, owner: string): Promise<void> {
  return database.transact(async (sql) => {
    const [run, held] = await Promise.all([lockRun(sql, job.runId), hold(sql, job)]);
    if (!held) return;
    const asked = await removeJob(sql, job);
    if (run?.status !== "running") return;
    if (job.kind === "deadline") await publish(sql, await endRun(sql, run, { status: "cancelled" }));
    else await endPause(sql, run, job, asked);
    await notifyEngines(sql, owner);
  });
}

async function endPause(
  sql: Sql,
  run: Run,
  { kind, stepId }: Job,
  asked: Asked = { name: kind, input: null },
): Promise<void> {
  if (kind === "sleep") {
    await saveStep(sql, run, { stepId, asked, op: "Sleep", result: { data: null }, attempts: 1 });
    await proceed(sql, run);
    return;
  }
  const [wait] = await sql<{ kind: string }>`
    select kind from queue.waits where run_id = ${run.id} and step_id = ${stepId}`;
  const late = { name: "Error", message: "The invoked function did not end in time." };
  await resumeStep(sql, run, stepId, wait?.kind === "invoke" ? { error: late } : { data: null }, asked);
}

function textOption(op: Op, option: string): string | undefined {
  const value = op.opts?.[option];
  return typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
