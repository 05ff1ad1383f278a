import { traced } from "#server/tracing";
import type { Job } from "./claim.ts";
import { engineCallSeconds } from "./metrics.ts";
import type { Outcome } from "./reply.ts";

/** A call, timed for the metrics and told to the trace that the worker goes on with. */
export async function observed(job: Job, work: () => Promise<Outcome>): Promise<Outcome> {
  const startedAt = performance.now();
  const attributes = { run: job.runId, function: job.functionId, attempt: job.attempt };
  const outcome = await traced(`call ${job.functionId}`, { kind: "client", attributes }, work);
  const labels = { function: job.functionId, outcome: outcome.kind };
  engineCallSeconds.observe(labels, (performance.now() - startedAt) / 1000);
  return outcome;
}
