import { randomUUID } from "node:crypto";
import type { Job } from "./claim.ts";
import type { Database } from "./database.ts";
import { NoReply, send } from "./http-client.ts";
import { limits } from "./limits.ts";
import type { InngestEvent, StepResult } from "./protocol.ts";
import { readReply, type Outcome } from "./reply.ts";
import { encodeBody, signRequest } from "./signature.ts";

/** Everything that a call tells the SDK about a run. */
export type RunState = {
  events: InngestEvent[];
  steps: { stepId: string; result: StepResult }[];
  stateBytes: number;
  /** Planned steps, sleeps or waits are outstanding. */
  pending: boolean;
};

/** Reads what a call needs in one go; undefined when the run has ended or is gone. */
export function readState(database: Database, runId: string): Promise<RunState | undefined> {
  return database.transact(async (sql) => {
    const [runs, steps] = await Promise.all([
      sql<{ events: InngestEvent[]; stateBytes: number; pending: boolean }>`
        select events, state_bytes + octet_length(events::text) as "stateBytes",
               exists (select from queue.jobs where run_id = ${runId} and kind <> 'discover') as pending
        from queue.runs where id = ${runId} and status = 'running'`,
      sql<{ stepId: string; result: StepResult }>`
        select step_id as "stepId", result from queue.steps where run_id = ${runId} order by seq`,
    ]);
    return runs[0] && { ...runs[0], steps };
  });
}

export function stepsOf(state: RunState): Record<string, StepResult> {
  return Object.fromEntries(state.steps.map(({ stepId, result }) => [stepId, result]));
}

/**
 * Calls the worker for one job. `ctx.fn_id` is left out: with it the SDK would checkpoint, which this server does
 * not offer. While parallel steps are outstanding immediate execution is off, or a discovery that sees one
 * unfinished step would run it a second time.
 */
export async function call(
  { url, signingKey, signal }: { url: string; signingKey: string; signal: AbortSignal },
  job: Job,
  state: RunState,
): Promise<Outcome> {
  const large = state.stateBytes > limits.inlineBytes;
  const stack = state.steps.map(({ stepId }) => stepId);
  const stepId = job.kind === "step" ? job.stepId : "step";
  const body = encodeBody({
    ctx: {
      attempt: job.attempt,
      disable_immediate_execution: state.pending,
      env: "",
      max_attempts: job.maxAttempts,
      run_id: job.runId,
      stack: { current: stack.length, stack },
      step_id: stepId,
      use_api: large,
    },
    event: state.events[0],
    events: large ? [] : state.events,
    steps: large ? {} : stepsOf(state),
    use_api: large,
    version: 2,
  });
  const headers = {
    "x-run-id": job.runId,
    "x-request-id": randomUUID(),
    "x-inngest-signature": signRequest(body.canonical, signingKey, Date.now()),
  };
  const query = new URLSearchParams({ fnId: job.functionId, stepId });
  try {
    const reply = await send(`${url}?${query}`, {
      method: "POST",
      headers,
      body: body.text,
      timeoutMs: limits.callMs,
      signal,
    });
    return readReply(reply, signingKey, Date.now());
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    return { kind: "unanswered", delivered: error.delivered, broken: true, reason: error.message };
  }
}
