import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { v7 } from "uuid";
import { findReadiness } from "#server/health";
import { log, withLogContext } from "#server/log";
import { answerMetrics, callSeconds, callsUnderWay } from "#server/metrics";
import { drainMs } from "#server/shutdown";
import { traced } from "#server/tracing";

/** `registered`: the Inngest server knows the functions. `stopping`: nothing is begun any more. */
export type State = { registered: boolean; stopping: boolean };

/** The worker's addresses: the functions at `path`, whether it lives, whether it is ready, and its metrics. */
export const createWorkerServer = (path: string, functionsOver: RequestListener, state: State): Server =>
  createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://worker");
    if (state.stopping) response.setHeader("connection", "close");
    if (pathname === path) {
      // On a connection that was open already: the Inngest server asks another worker, or this one's successor.
      if (state.stopping) return answer(response, 503, { message: "This worker is stopping." });
      return answerCall(functionsOver, { request, response, fn: searchParams.get("fnId") ?? "" });
    }
    if (pathname === "/healthz") return answer(response, 200, { status: "ok" });
    if (pathname === "/readyz") return void answerReadiness(response, state);
    if (pathname === "/metrics") return void tellMetrics(request, response);
    answer(response, 404, { message: `This worker answers ${path}, /healthz, /readyz and /metrics.` });
  });

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

type Call = { request: IncomingMessage; response: ServerResponse; fn: string };

/** What is logged meanwhile carries the ids of the request and of the run. */
function answerCall(functionsOver: RequestListener, { request, response, fn }: Call): void {
  const startedAt = performance.now();
  const requestId = headerOf(request, "x-request-id") ?? v7();
  const run = headerOf(request, "x-run-id");
  const values = { requestId, function: fn, ...(run && { run }) };
  callsUnderWay.inc();
  response.once("close", () => {
    callsUnderWay.dec();
    // Registrations and questions of the Inngest server name no function.
    if (fn === "") return;
    const status = response.writableFinished ? String(response.statusCode) : "cut";
    const ms = performance.now() - startedAt;
    callSeconds.observe({ function: fn, status }, ms / 1000);
    log.debug({ ...values, status, ms: Math.round(ms) }, "call");
  });
  void withLogContext(values, () =>
    traced(`function ${fn}`, { kind: "server", attributes: values, from: request.headers }, async () => {
      const closed = new Promise((resolve) => response.once("close", resolve));
      functionsOver(request, response);
      await closed;
    }),
  );
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const given = request.headers[name];
  return typeof given === "string" && given.length <= 100 ? given : undefined;
}

async function answerReadiness(response: ServerResponse, state: State): Promise<void> {
  if (state.stopping) return answer(response, 503, { ready: false, problem: "This worker is stopping." });
  if (!state.registered) {
    const problem =
      "The functions are not registered yet. Check that the Inngest server runs and that the keys match.";
    return answer(response, 503, { ready: false, problem });
  }
  const readiness = await findReadiness();
  answer(response, readiness.ready ? 200 : 503, readiness);
}

async function tellMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { status, type, text } = await answerMetrics({
    authorization: headerOf(request, "authorization"),
    from: request.socket.remoteAddress,
  });
  response.writeHead(status, { "content-type": type }).end(text);
}

/** Takes no new connection, lets calls that are under way end for `patienceMs`, and cuts the others off. */
export async function drain(server: Server, patienceMs: number = drainMs): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    log.warn("calls still run after the grace time: their steps will be run again");
    server.closeAllConnections();
  }, patienceMs);
  await closed;
  clearTimeout(timer);
}
