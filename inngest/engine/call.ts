import { isLostConnection } from "#db/errors";
import { itemOf } from "./checkpoint.ts";
import { traceHeaders } from "#server/tracing";
import type { Job } from "./claim.ts";
import type { Database } from "./database.ts";
import { NoReply } from "./http-client.ts";
import { limits } from "./limits.ts";
import type { InngestEvent, StepResult } from "./protocol.ts";
import { readReply, type Outcome } from "./reply.ts";
import { shared } from "./sharing.ts";
import { sendSigned } from "./signed-request.ts";

/** Everything that a call tells the SDK about a run. */
export type RunState = {
  events: InngestEvent[];
  steps: { stepId: string; result: StepResult }[];
  stateBytes: number;
  /** Planned steps, sleeps or waits are outstanding. */
  pending: boolean;
  /** Before its first call the run has to be opened. */
  unopened: boolean;
};

/** Reads what calls need, those of one moment together; undefined when the run has ended or is gone. */
export function stateReader(database: Database): (runId: string) => Promise<RunState | undefined> {
  return shared((runIds) => readStates(database, runIds), {
    ...{ keyOf: (runId: string) => runId, most: 100, lanes: 2 },
    // What cannot be read of one run concerns none of the others.
    mayBeOnes: (error) => !isLostConnection(error),
  });
}

export async function readState(database: Database, runId: string): Promise<RunState | undefined> {
  const [state] = await readStates(database, [runId]);
  return state;
}

async function readStates(database: Database, runIds: readonly string[]): Promise<(RunState | undefined)[]> {
  const states = await database.once<RunState & { id: string }>`
    select id, events, state_bytes + octet_length(events::text) as "stateBytes", unopened,
           exists (select from queue.jobs where run_id = r.id and kind in ('step', 'sleep', 'timeout')) as pending,
           coalesce((select json_agg(json_build_object('stepId', step_id, 'result', result) order by seq)
                     from queue.steps where run_id = r.id), '[]') as steps
    from queue.runs r where id = any(${[...runIds]}::text[]) and status = 'running'`;
  const found = new Map(states.map(({ id, ...state }) => [id, state]));
  return runIds.map((runId) => found.get(runId));
}

export function stepsOf(state: RunState): Record<string, StepResult> {
  return Object.fromEntries(state.steps.map(({ stepId, result }) => [stepId, result]));
}

/** The state after a call that has finished steps, as long as nothing else could have changed it. */
export function withSteps(state: RunState, steps: RunState["steps"]): RunState {
  const bytes = steps.reduce((sum, { result }) => sum + Buffer.byteLength(JSON.stringify(result)), 0);
  return { ...state, steps: [...state.steps, ...steps], stateBytes: state.stateBytes + bytes };
}

/** `requestId`: what the lines that both sides log about this call have in common. */
type Callee = { url: string; signingKeys: readonly string[]; signal: AbortSignal; requestId: string };

/**
 * Calls the worker for one job. With `fn_id` and `qi_id` the SDK keeps each step that it has finished through
 * `/v1/checkpoint` and goes on within the same call, unless the function says otherwise. While parallel steps are outstanding immediate execution is off, or a discovery that sees one
 * unfinished step would run it a second time.
 */
export async function call(
  { url, signingKeys, signal, requestId }: Callee,
  job: Job,
  state: RunState,
): Promise<Outcome> {
  const large = state.stateBytes > limits.inlineBytes;
  const stack = state.steps.map(({ stepId }) => stepId);
  const stepId = job.kind === "step" ? job.stepId : "step";
  const body = {
    ctx: {
      attempt: job.attempt,
      disable_immediate_execution: state.pending,
      env: "",
      fn_id: job.functionId,
      max_attempts: job.maxAttempts,
      qi_id: itemOf(job),
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
  };
  const headers = {
    "x-run-id": job.runId,
    "x-request-id": requestId,
    ...traceHeaders(),
  };
  const query = new URLSearchParams({ fnId: job.functionId, stepId });
  try {
    const reply = await sendSigned(`${url}?${query}`, {
      method: "POST",
      headers,
      body,
      keys: signingKeys,
      timeoutMs: limits.callMs,
      signal,
    });
    return readReply(reply, signingKeys, Date.now());
  } catch (error) {
    if (!(error instanceof NoReply)) throw error;
    return { kind: "unanswered", delivered: error.delivered, broken: true, reason: error.message };
  }
}
