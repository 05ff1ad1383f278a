import { askedOf, kindOf, nameOf } from "./asked.ts";
import { hold, removeJob, type Held, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { limits } from "./limits.ts";
import { publish } from "./ingest.ts";
import { invoke, RunFailure, storeSleep, storeWait } from "./pause.ts";
import { stepError, type InngestEvent, type Op, type StepResult } from "./protocol.ts";
import type { Outcome, Retry } from "./reply.ts";
import {
  enqueue,
  hasPending,
  lockRun,
  notifyEngines,
  proceed,
  retryJob,
  saveStep,
  type Run,
} from "./run-store.ts";
import { endRun } from "./runs.ts";
import { settledBytesMax, type Settle, type Settlement } from "./settle.ts";
import { unsupportedStep } from "./unsupported.ts";

/** How often a call may end without an answer before that costs the function an attempt. */
const lostMax = 10;
const unansweredRetryMs = 400;

/** What follows a reply at once: the run's next call, and what the last one has added to its steps. */
export type Next = { job: Job; steps: { stepId: string; result: StepResult }[] };

/**
 * Writes what a call came to: all of it or nothing. A reply to a claim that somebody else has taken over meanwhile
 * changes nothing ("stale"), and applying the same reply again does not either.
 * With `mayKeep` the job goes on as the run's next call where there is exactly one; that saves the queue a turn.
 */
export async function applyOutcome(
  { database, settle, owner }: { database: Database; settle: Settle; owner: string },
  job: Job,
  outcome: Outcome,
  mayKeep = false,
): Promise<Next | undefined> {
  const straight = straightOn(job, outcome, mayKeep);
  if (!straight || !(await settle(straight.settlement))) await applyAll(database, job, outcome, owner);
  else return straight.next;
}

type Straight = { settlement: Settlement; next: Next | undefined };

/** The two ways that most calls take: one step has finished and the run goes on from it, or the run is over. */
function straightOn(job: Job, outcome: Outcome, mayKeep: boolean): Straight | undefined {
  const { id, queueName, fence } = job;
  const settled = { runId: job.runId, job: { id, queueName, fence } };
  const ops = outcome.kind === "ops" ? outcome.ops : [];
  const [op] = ops;
  if (outcome.kind === "finished" || (ops.length === 1 && op?.op === "RunComplete")) {
    const output = JSON.stringify((outcome.kind === "finished" ? outcome.output : op?.data) ?? null);
    if (output.length > settledBytesMax) return undefined;
    return { settlement: { ...settled, follow: "end", output, tell: job.limited }, next: undefined };
  }
  if (!mayKeep || outcome.kind !== "ops" || outcome.everyBranch || job.kind !== "discover") return undefined;
  if (!op || ops.length > 1 || (op.op !== "StepRun" && op.op !== "Step")) return undefined;
  const data = { data: op.data ?? null };
  const result = JSON.stringify(data);
  if (result.length > settledBytesMax) return undefined;
  const step = { id: op.id, ...askedOf(op), kind: kindOf(op), result, attempts: job.attempt + 1 };
  const next = { ...job, fence: fence + 1, attempt: 0, lost: 0 };
  return {
    settlement: { ...settled, follow: "next", step },
    next: { job: next, steps: [{ stepId: op.id, result: data }] },
  };
}

/** In one transaction, whatever the outcome is. */
function applyAll(database: Database, job: Job, outcome: Outcome, owner: string): Promise<void> {
  return database.transact(async (sql) => {
    // A discovery names every unfinished step each time, also one that finished while it was being answered.
    const ids = outcome.kind === "ops" ? outcome.ops.map((op) => op.id) : [];
    const [run, held, done] = await Promise.all([
      lockRun(sql, job.runId),
      hold(sql, job),
      finishedAmong(sql, job.runId, ids),
    ]);
    if (!held) return;
    if (run?.status !== "running") {
      await removeJob(sql, job);
      return;
    }
    const events = await apply(sql, { run, job, held, done }, outcome).catch((error: unknown) => {
      if (!(error instanceof RunFailure)) throw error;
      return endRun(sql, run, { status: "failed", error: { name: "Error", message: error.message } });
    });
    await Promise.all([publish(sql, events), notifyEngines(sql, owner)]);
  });
}

type Work = { run: Run; job: Job; held: Held; done: ReadonlySet<string> };

async function apply(sql: Sql, work: Work, outcome: Outcome): Promise<InngestEvent[]> {
  const { run, job } = work;
  switch (outcome.kind) {
    case "finished":
      checkSize("The result", outcome.output);
      return endRun(sql, run, { status: "completed", output: outcome.output });
    case "failed":
      if (!mayRetry(job, outcome.retry)) return endRun(sql, run, { status: "failed", error: outcome.error });
      await retryJob(sql, job, { due: outcome.retry.due, error: outcome.error.message, counts: true });
      return [];
    case "unanswered":
      return applyUnanswered(sql, work, outcome);
    case "ops":
      return applyOps(sql, work, outcome);
  }
}

function mayRetry(job: Job, retry: Retry): boolean {
  return retry.allowed && job.attempt + 1 < job.maxAttempts;
}

/** A dead worker is no fault of the function: its calls are repeated at once, and for free at first. */
async function applyUnanswered(
  sql: Sql,
  { run, job, held }: Work,
  { delivered, reason }: { delivered: boolean; reason: string },
): Promise<InngestEvent[]> {
  const counts = delivered && held.lost >= lostMax;
  if (counts && !mayRetry(job, { allowed: true, due: null })) {
    return endRun(sql, run, { status: "failed", error: { name: "Error", message: `No answer: ${reason}.` } });
  }
  await retryJob(sql, job, { due: counts ? null : { afterMs: unansweredRetryMs }, error: reason, counts });
  return [];
}

async function applyOps(
  sql: Sql,
  { run, job, held, done }: Work,
  { ops, retry, everyBranch }: Extract<Outcome, { kind: "ops" }>,
): Promise<InngestEvent[]> {
  if (everyBranch && !run.race) {
    run.race = true;
    await sql`update queue.runs set race = true where id = ${run.id}`;
  }
  let finishedOne = false;
  let retried: Op | undefined;
  for (const op of ops) {
    if (op.op === "RunComplete") {
      checkSize("The result", op.data);
      return endRun(sql, run, { status: "completed", output: op.data });
    }
    if (done.has(op.id)) continue;
    if (op.op === "StepError" && mayRetry(job, retry)) retried = op;
    else finishedOne = (await applyOp(sql, run, job, op)) || finishedOne;
  }
  if (retried) {
    await retryJob(sql, job, { due: retry.due, error: stepError(retried.error).message, counts: true });
    return [];
  }
  await removeJob(sql, job);
  if (held.again || ops.some((op) => op.op === "DiscoveryRequest"))
    await enqueue(sql, run.id, { kind: "discover" });
  else if (finishedOne) await proceed(sql, run);
  else if (!(await hasPending(sql, run.id))) await enqueue(sql, run.id, { kind: "discover" });
  return [];
}

/** Which of these steps have finished. */
export async function finishedAmong(sql: Sql, runId: string, ids: readonly string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await sql<{ stepId: string }>`
    select step_id as "stepId" from queue.steps
    where run_id = ${runId} and step_id = any(${[...ids]}::text[])`;
  return new Set(rows.map((row) => row.stepId));
}

/** Applies one operation; true when it finished a step. */
async function applyOp(sql: Sql, run: Run, job: Job, op: Op): Promise<boolean> {
  switch (op.op) {
    case "StepRun":
    case "Step":
      return finishStep(sql, run, job, op, { data: op.data ?? null });
    case "StepError":
    case "StepFailed":
      return finishStep(sql, run, job, op, { error: stepError(op.error) });
    case "StepPlanned":
      await enqueue(sql, run.id, { kind: "step", stepId: op.id, asked: askedOf(op) });
      return false;
    case "Sleep":
      await storeSleep(sql, run, op);
      return false;
    case "WaitForEvent":
      await storeWait(sql, run, op);
      return false;
    case "InvokeFunction":
      return invoke(sql, run, op);
    case "DiscoveryRequest":
      return false;
    default:
      throw new RunFailure(unsupportedStep(op));
  }
}

/**
 * Keeps a step's result; true unless it was there already.
 * @throws RunFailure when the run would grow beyond its limits.
 */
export async function finishStep(
  sql: Sql,
  run: Run,
  job: Pick<Job, "attempt">,
  op: Op,
  result: StepResult,
): Promise<boolean> {
  const problem = problemOf(run, op, result);
  if (problem) throw new RunFailure(problem);
  return saveStep(sql, run, {
    stepId: op.id,
    asked: askedOf(op),
    op: kindOf(op),
    result,
    attempts: job.attempt + 1,
  });
}

/** Why a step's result cannot be kept, or null. */
function problemOf(run: Run, op: Op, result: StepResult): string | null {
  if (run.stepCount >= limits.stepsPerRun) {
    return `The run has more than ${limits.stepsPerRun} steps. Continue in a new run before that.`;
  }
  const bytes = Buffer.byteLength(JSON.stringify(result));
  if (bytes > limits.stepBytes) return tooLarge(`The output of step "${nameOf(op)}"`, bytes);
  if (run.stateBytes + bytes <= limits.runBytes) return null;
  return `The steps of the run hold more than ${limits.runBytes / 1024 ** 2} MB. Return ids, not rows.`;
}

function checkSize(what: string, value: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  if (bytes > limits.stepBytes) throw new RunFailure(tooLarge(what, bytes));
}

function tooLarge(what: string, bytes: number): string {
  return `${what} has ${bytes} bytes; ${limits.stepBytes / 1024 ** 2} MB are allowed. Return ids, not rows.`;
}
