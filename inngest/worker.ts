import type { Server } from "node:http";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { serve } from "inngest/node";
import { v7 } from "uuid";
import { closeDatabase } from "#db/client";
import { copyEnvironment, env } from "#server/env";
import { log } from "#server/log";
import { startMetrics } from "#server/metrics";
import { startListening } from "#server/replies/listen";
import { startTracing } from "#server/tracing";
import { inngest } from "./client.ts";
import { functions } from "./functions.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { registerFunctions } from "./registration.ts";
import { createWorkerServer, drain } from "./worker-http.ts";

const path = "/api/inngest";

export type Worker = {
  /** Where it serves the functions. */
  url: string;
  /** Takes no new work, lets the running calls end (25 s at most), and closes. */
  stop: () => Promise<void>;
};

/** The address under which the Inngest server reaches this worker. */
const originOf = () => env.INNGEST_SERVE_ORIGIN ?? `http://127.0.0.1:${env.WORKER_PORT}`;

/** Only a server elsewhere calls from beyond this machine. */
const hostOf = () => (env.inngestMode === "server" || env.INNGEST_SERVE_ORIGIN ? env.HOST : "127.0.0.1");

/** Serves every function over plain HTTP, registers them, and says that it lives until it is stopped. */
export async function startWorker(): Promise<Worker> {
  if (env.INNGEST_SERVE === "web") {
    throw new Error(
      "INNGEST_SERVE=web: the web server serves the functions. Start no worker, or set INNGEST_SERVE=worker.",
    );
  }
  const url = `${originOf()}${path}`;
  const state = { registered: false, stopping: false };
  const functionsOver = serve({ client: inngest, functions, serveOrigin: originOf(), servePath: path });
  const server = createWorkerServer(path, functionsOver, state);
  await listen(server);

  const stopping = new AbortController();
  const heartbeat = startHeartbeat(url, inngest.id, v7());
  const registering = registerFunctions(url, stopping.signal).then((registered) => {
    state.registered = registered;
  });
  const listening = startListening();
  log.info({ url, functions: functions.length }, "worker is listening");

  return {
    url,
    stop: async () => {
      state.stopping = true;
      stopping.abort();
      await heartbeat.stop();
      await registering;
      await Promise.all([listening.stop(), drain(server)]);
      await closeDatabase();
    },
  };
}

async function listen(server: Server): Promise<void> {
  server.listen(env.WORKER_PORT, hostOf());
  try {
    await once(server, "listening");
  } catch (cause) {
    const taken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!taken) throw cause;
    throw new Error(
      `Port ${env.WORKER_PORT} is taken. Set WORKER_PORT to a free one, or stop what listens there.`,
      {
        cause,
      },
    );
  }
}

async function main() {
  copyEnvironment();
  startMetrics("worker");
  const endTracing = await startTracing("worker");
  const worker = await startWorker();
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, "worker is stopping");
      const ended = worker.stop().then(endTracing);
      ended.then(
        () => process.exit(0),
        (error: unknown) => {
          log.error({ err: error }, "worker could not stop in order");
          process.exit(1);
        },
      );
    });
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}
