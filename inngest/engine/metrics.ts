import { Gauge, Histogram } from "prom-client";
import type { Database } from "./database.ts";
import { readDepths } from "./health.ts";
import type { Workers } from "./workers.ts";

const jobs = new Gauge({
  name: "postroad_queue_jobs",
  help: "Jobs of a queue: due and not taken, waiting for their time, or in the hands of an engine.",
  labelNames: ["queue", "state"] as const,
});
const lag = new Gauge({
  name: "postroad_queue_lag_seconds",
  help: "How long the oldest due job of a queue has been due.",
  labelNames: ["queue"] as const,
});
const live = new Gauge({ name: "postroad_workers_live", help: "Workers that can be called now." });

export const engineCallSeconds = new Histogram({
  name: "postroad_engine_call_seconds",
  help: "Time of the engine's calls to workers, by what they came to.",
  labelNames: ["function", "outcome"] as const,
  buckets: [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120],
});

/** Reads what is in the queue at this moment; asked for when somebody reads the metrics. */
export async function measureQueues({
  database,
  workers,
}: {
  database: Database;
  workers: Pick<Workers, "list">;
}): Promise<void> {
  const depths = await readDepths(database);
  jobs.reset();
  lag.reset();
  for (const { queue, due, waiting, running, oldestDueMs } of depths) {
    jobs.set({ queue, state: "due" }, due);
    jobs.set({ queue, state: "waiting" }, waiting);
    jobs.set({ queue, state: "running" }, running);
    lag.set({ queue }, (oldestDueMs ?? 0) / 1000);
  }
  live.set(workers.list().filter((worker) => worker.live).length);
}
