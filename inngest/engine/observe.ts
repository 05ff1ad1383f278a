import { randomUUID } from "node:crypto";
import { traced } from "#server/tracing";
import type { Job } from "./claim.ts";
import { engineCallSeconds } from "./metrics.ts";
import type { EngineLog } from "./engine-log.ts";
import type { Outcome } from "./reply.ts";

/**
 * A call, timed for the metrics, told to the trace that the worker goes on with, and logged under the id that the worker
 * logs it under too.
 */
export async function observed(
  log: EngineLog,
  job: Job,
  work: (requestId: string) => Promise<Outcome>,
): Promise<Outcome> {
  const startedAt = performance.now();
  const requestId = randomUUID();
  const attributes = { requestId, run: job.runId, function: job.functionId, attempt: job.attempt };
  const outcome = await traced(`call ${job.functionId}`, { kind: "client", attributes }, () =>
    work(requestId),
  );
  const ms = performance.now() - startedAt;
  engineCallSeconds.observe({ function: job.functionId, outcome: outcome.kind }, ms / 1000);
  const line = { ...attributes, outcome: outcome.kind, ms: Math.round(ms) };
  if (outcome.kind === "unanswered") log.warn({ ...line, reason: outcome.reason }, "a call went unanswered");
  else log.debug(line, "call");
  return outcome;
}
