import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { serve } from "inngest/node";
import { v7 } from "uuid";
import { closeDatabase } from "#db/client";
import { env } from "#server/env";
import { findReadiness } from "#server/health";
import { startListening } from "#server/replies/listen";
import { log, withLogContext } from "#server/log";
import { inngest } from "./client.ts";
import { functions } from "./functions.ts";
import { startHeartbeat } from "./heartbeat.ts";
import { registerFunctions } from "./registration.ts";

const path = "/api/inngest";
const graceMs = 10_000;

export type Worker = {
  /** Where it serves the functions. */
  url: string;
  /** Takes no new work, lets the running calls end (10 s at most), and closes. */
  stop: () => Promise<void>;
};

/** The address under which the Inngest server reaches this worker. */
const originOf = () => env.INNGEST_SERVE_ORIGIN ?? `http://127.0.0.1:${env.WORKER_PORT}`;

/** Only a server elsewhere calls from beyond this machine. */
const hostOf = () => (env.inngestMode === "server" || env.INNGEST_SERVE_ORIGIN ? env.HOST : "127.0.0.1");

const answer = (response: ServerResponse, status: number, body: unknown) =>
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));

/** Serves every function over plain HTTP, registers them, and says that it lives until it is stopped. */
export async function startWorker(): Promise<Worker> {
  if (env.INNGEST_SERVE === "web") {
    throw new Error(
      "INNGEST_SERVE=web: the web server serves the functions. Start no worker, or set INNGEST_SERVE=worker.",
    );
  }
  const url = `${originOf()}${path}`;
  const state = { registered: false, stopping: false, calls: 0 };
  const functionsOver = serve({ client: inngest, functions, serveOrigin: originOf(), servePath: path });
  const server = createServer(handlerOf(functionsOver, state));
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
      await listening.stop();
      await closeServer(server);
      await closeDatabase();
    },
  };
}

type State = { registered: boolean; stopping: boolean };

function handlerOf(functionsOver: RequestListener, state: State): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://worker");
    if (state.stopping) response.setHeader("connection", "close");
    if (pathname === path) {
      const values = { requestId: requestIdOf(request), function: searchParams.get("fnId") ?? "" };
      withLogContext(values, () => functionsOver(request, response));
      return;
    }
    if (pathname === "/healthz") return void answer(response, 200, { status: "ok" });
    if (pathname === "/readyz") return void answerReadiness(response, state);
    answer(response, 404, { message: `This worker answers ${path}, /healthz and /readyz.` });
  };
}

const requestIdOf = (request: IncomingMessage) => {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && given.length <= 100 ? given : v7();
};

async function answerReadiness(response: ServerResponse, state: State) {
  if (state.stopping) return answer(response, 503, { ready: false, problem: "This worker is stopping." });
  if (!state.registered) {
    const problem =
      "The functions are not registered yet. Check that the Inngest server runs and that the keys match.";
    return answer(response, 503, { ready: false, problem });
  }
  const readiness = await findReadiness();
  return answer(response, readiness.ready ? 200 : 503, readiness);
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

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    log.warn("calls still run after the grace time: their steps will be run again");
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}

async function main() {
  const worker = await startWorker();
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      log.info({ signal }, "worker is stopping");
      worker.stop().then(
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
