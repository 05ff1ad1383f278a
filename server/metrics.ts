import { timingSafeEqual } from "node:crypto";
import { collectDefaultMetrics, Counter, Gauge, Histogram, register } from "prom-client";
import { env } from "./env.ts";

const seconds = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30, 120];

/** Bundled pages load this module more than once, and a name can be registered only once in a process. */
function once<T>(name: string, make: () => T): T {
  return (register.getSingleMetric(name) as T | undefined) ?? make();
}

const timed = <L extends string>(name: string, help: string, labelNames: readonly L[]): Histogram<L> =>
  once(name, () => new Histogram({ name, help, labelNames, buckets: seconds }));

export const procedureSeconds = timed(
  "postroad_procedure_seconds",
  "Time of the API's procedures, by how they ended.",
  ["procedure", "outcome"],
);
export const callSeconds = timed(
  "postroad_function_call_seconds",
  "Time of calls of durable functions in this worker, by the status of the answer.",
  ["function", "status"],
);
export const messagesSent = once(
  "postroad_messages_total",
  () =>
    new Counter({
      name: "postroad_messages_total",
      help: "Messages that this process has handed over (sent), or that came to something else (other).",
      labelNames: ["outcome"] as const,
    }),
);
export const callsUnderWay = once(
  "postroad_function_calls_running",
  () => new Gauge({ name: "postroad_function_calls_running", help: "Calls that this worker is answering." }),
);

export const sweepFailures = once(
  "postroad_sweep_failures_total",
  () =>
    new Counter({
      name: "postroad_sweep_failures_total",
      help: "Workspaces, or whole look-ups, that the sweeper could not look after.",
      labelNames: ["sweep"] as const,
    }),
);

/** Counts what the process itself uses (memory, processor, event loop), and names its role on every line. */
export function startMetrics(role: "web" | "worker" | "engine"): void {
  register.setDefaultLabels({ role });
  once("process_cpu_user_seconds_total", () => collectDefaultMetrics());
}

export type MetricsAnswer = { status: number; type: string; text: string };

const isLocal = (address: string | undefined) => /^(::ffff:)?127\.|^::1$/.test(address ?? "");

function isToken(authorization: string | undefined, token: string): boolean {
  const given = Buffer.from((authorization ?? "").replace(/^Bearer\s+/i, ""));
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * The metrics for Prometheus, for whoever brings METRICS_TOKEN; without one, for this machine only: `from` is the address
 * of the connection, undefined where a proxy may stand before it.
 */
export async function answerMetrics(asked: {
  authorization?: string;
  from?: string;
}): Promise<MetricsAnswer> {
  const plain = (status: number, text: string) => ({ status, type: "text/plain; charset=utf-8", text });
  const token = env.METRICS_TOKEN;
  if (token ? !isToken(asked.authorization, token) : !isLocal(asked.from)) {
    return token
      ? plain(401, "Send METRICS_TOKEN as a bearer token.\n")
      : plain(404, "Set METRICS_TOKEN to read the metrics from here.\n");
  }
  return { status: 200, type: register.contentType, text: await register.metrics() };
}
