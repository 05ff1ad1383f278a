import { hold, removeJob, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { limits } from "./limits.ts";
import { publish } from "./ingest.ts";
import { invoke, nameOf, RunFailure, storeSleep, storeWait } from "./pause.ts";
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

/** How often a call may end without an answer before that costs the function an attempt. */
const lostMax = 10;
const unansweredRetryMs = 400;

/**
 * Writes what a call came to, in one transaction: all of it or nothing. A reply to a claim that somebody else
 * has taken over meanwhile changes nothing ("stale"), and applying the same reply again does not either.
 */
export function applyOutcome(database: Database, job: Job, outcome: Outcome, owner: string): Promise<void> {
  return database.transact(async (sql) => {
    const run = await lockRun(sql, job.runId);
    const held = await hold(sql, job);
    if (!held) return;
    if (run?.status !== "running") {
      await removeJob(sql, job);
      return;
    }
    try {
      await publish(sql, await apply(sql, { run, job, again: held.again }, outcome));
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      const failure = { name: "Error", message: error.message };
      await publish(sql, await endRun(sql, run, { status: "failed", error: failure }));
    }
    await notifyEngines(sql, owner);
  });
}

type Work = { run: Run; job: Job; again: boolean };

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
  { run, job }: Work,
  { delivered, reason }: { delivered: boolean; reason: string },
): Promise<InngestEvent[]> {
  const counts = delivered && job.lost >= lostMax;
  if (counts && !mayRetry(job, { allowed: true, due: null })) {
    return endRun(sql, run, { status: "failed", error: { name: "Error", message: `No answer: ${reason}.` } });
  }
  await retryJob(sql, job, { due: counts ? null : { afterMs: unansweredRetryMs }, error: reason, counts });
  return [];
}

async function applyOps(
  sql: Sql,
  { run, job, again }: Work,
  { ops, retry, everyBranch }: Extract<Outcome, { kind: "ops" }>,
): Promise<InngestEvent[]> {
  // A discovery names every unfinished step each time, also one that finished while it was being answered.
  const done = await finishedAmong(sql, run.id, ops);
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
  if (again || ops.some((op) => op.op === "DiscoveryRequest"))
    await enqueue(sql, run.id, { kind: "discover" });
  else if (finishedOne) await proceed(sql, run);
  else if (!(await hasPending(sql, run.id))) await enqueue(sql, run.id, { kind: "discover" });
  return [];
}

async function finishedAmong(sql: Sql, runId: string, ops: Op[]): Promise<Set<string>> {
  const rows = await sql<{ stepId: string }>`
    select step_id as "stepId" from queue.steps
    where run_id = ${runId} and step_id = any(${ops.map((op) => op.id)}::text[])`;
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
      await enqueue(sql, run.id, { kind: "step", stepId: op.id });
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
      throw new RunFailure(
        `Step "${nameOf(op)}" is a ${op.op}, which the embedded server does not support. Use a real Inngest server.`,
      );
  }
}

async function finishStep(sql: Sql, run: Run, job: Job, op: Op, result: StepResult): Promise<boolean> {
  if (run.stepCount >= limits.stepsPerRun) {
    throw new RunFailure(
      `The run has more than ${limits.stepsPerRun} steps. Continue in a new run before that.`,
    );
  }
  const bytes = checkSize(`The output of step "${nameOf(op)}"`, result);
  if (run.stateBytes + bytes > limits.runBytes) {
    throw new RunFailure(
      `The steps of the run hold more than ${limits.runBytes / 1024 ** 2} MB. Return ids, not rows.`,
    );
  }
  return saveStep(sql, run, {
    stepId: op.id,
    name: nameOf(op),
    op: op.op,
    result,
    attempts: job.attempt + 1,
  });
}

function checkSize(what: string, value: unknown): number {
  const bytes = Buffer.byteLength(JSON.stringify(value ?? null));
  if (bytes <= limits.stepBytes) return bytes;
  throw new RunFailure(
    `${what} has ${bytes} bytes; ${limits.stepBytes / 1024 ** 2} MB are allowed. Return ids, not rows.`,
  );
}
