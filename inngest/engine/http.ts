import http from "node:http";
import { isLostConnection } from "#db/errors";
import { answerMetrics } from "#server/metrics";
import { stepsOf, readState } from "./call.ts";
import { checkpointSchema, storeCheckpoint } from "./checkpoint.ts";
import type { Database } from "./database.ts";
import type { EngineLog } from "./engine-log.ts";
import { EventsRefused, readEvents } from "./event-input.ts";
import { RegistrationRefused } from "./function-check.ts";
import { findHealth } from "./health.ts";
import { receive } from "./ingest.ts";
import { limits } from "./limits.ts";
import { measureQueues } from "./metrics.ts";
import { answerOperator } from "./operator-http.ts";
import { registerRequestSchema } from "./protocol.ts";
import { notifyEngines } from "./run-store.ts";
import type { Settle } from "./settle.ts";
import { isAuthorized, sameText } from "./signature.ts";
import { takeOver } from "./sync.ts";
import { unsupportedAddress } from "./unsupported.ts";
import type { Workers } from "./workers.ts";

type Answer = { status: number; body: unknown };
type Request = { method: string; path: string; headers: http.IncomingHttpHeaders; text: string };

export type ServerOptions = {
  database: Database;
  settle: Settle;
  workers: Pick<Workers, "list">;
  /** The first one signs; the others are still taken while keys are changed. */
  signingKeys: readonly string[];
  eventKeys: readonly string[];
  owner: string;
  log: EngineLog;
  wake: () => void;
};

class TooLarge extends Error {}

/** The addresses that the SDK calls, and /health for people and scripts. */
export function createHttpServer(options: ServerOptions): http.Server {
  return http.createServer((request, response) => {
    if (request.method === "GET" && request.url === "/metrics") {
      void tellMetrics(options, request, response);
      return;
    }
    answer(options, request)
      .catch((error: unknown) => failure(options, error))
      .then(({ status, body }) => {
        const text = JSON.stringify(body);
        response.writeHead(status, {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
          "access-control-allow-origin": "*",
          "access-control-allow-headers": "*",
          "access-control-allow-methods": "POST, OPTIONS",
        });
        response.end(text);
      })
      .catch((error: unknown) => options.log.warn({ err: error }, "an answer could not be sent"));
  });
}

async function tellMetrics(
  options: ServerOptions,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  // Without a database what the process itself has counted is still worth telling.
  await measureQueues(options).catch((error: unknown) =>
    options.log.warn({ err: error }, "the queues could not be measured"),
  );
  const { authorization } = request.headers;
  const asked = { authorization, from: request.socket.remoteAddress };
  const { status, type, text } = await answerMetrics(asked);
  response.writeHead(status, { "content-type": type }).end(text);
}

function failure({ log }: ServerOptions, error: unknown): Answer {
  if (error instanceof EventsRefused)
    return { status: 400, body: { ids: [], status: 400, error: error.message } };
  if (error instanceof TooLarge) return { status: 413, body: { ids: [], status: 413, error: error.message } };
  log.error({ err: error }, "a request failed");
  if (isLostConnection(error)) {
    const message =
      "The engine does not reach its database. Check ENGINE_DATABASE_URL and that Postgres runs.";
    return { status: 503, body: { status: 503, error: message, problems: [message] } };
  }
  const message = "The engine has a bug, or its database refused something; its log says more. Try again.";
  return { status: 500, body: { status: 500, error: message } };
}

async function answer(options: ServerOptions, incoming: http.IncomingMessage): Promise<Answer> {
  const { pathname, searchParams } = new URL(incoming.url ?? "/", "http://engine");
  const request = { method: incoming.method ?? "GET", path: pathname, headers: incoming.headers, text: "" };
  if (request.method === "OPTIONS") return { status: 200, body: {} };
  request.text = await readBody(incoming);
  if (request.method === "POST" && pathname.startsWith("/e/")) return takeEvents(options, request);
  if (request.method === "POST" && pathname === "/fn/register") return takeRegistration(options, request);
  const checkpointed = /^\/v1\/checkpoint\/([^/]+)\/async$/.exec(pathname);
  if (request.method === "POST" && checkpointed)
    return takeCheckpoint(options, request, checkpointed[1] ?? "");
  const state = /^\/v0\/runs\/([^/]+)\/(batch|actions)$/.exec(pathname);
  if (request.method === "GET" && state) return tellState(options, request, state[1] ?? "", state[2] ?? "");
  if (request.method === "GET" && (pathname === "/health" || pathname === "/readyz"))
    return findHealth(options);
  if (request.method === "GET" && pathname === "/healthz") return { status: 200, body: { status: "ok" } };
  const { authorization } = incoming.headers;
  const operator = await answerOperator(options, { ...request, query: searchParams, authorization });
  if (operator) return operator;
  const unsupported = unsupportedAddress(pathname);
  if (unsupported) return { status: 501, body: { status: 501, error: unsupported } };
  return { status: 404, body: { status: 404, error: `There is nothing at ${request.method} ${pathname}.` } };
}

async function readBody(incoming: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > limits.requestBytes) {
      throw new TooLarge(
        `The request has more than ${limits.requestBytes / 1024 ** 2} MB. Send it in parts.`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function takeEvents(
  { database, eventKeys, owner, wake }: ServerOptions,
  request: Request,
): Promise<Answer> {
  const given = decodeURIComponent(request.path.slice("/e/".length));
  if (!eventKeys.some((key) => sameText(given, key))) {
    const error = "Event key not found: INNGEST_EVENT_KEY must be the same in the sender and in the engine.";
    return { status: 401, body: { ids: [], status: 401, error } };
  }
  const seed = request.headers["x-inngest-event-id-seed"];
  const received = readEvents(
    parseBody(request.text),
    typeof seed === "string" ? seed : undefined,
    Date.now(),
  );
  await database.transact((sql) => Promise.all([receive(sql, received), notifyEngines(sql, owner)]));
  wake();
  return { status: 200, body: { ids: received.map(({ serverId }) => serverId), status: 200 } };
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new EventsRefused("The body is not JSON: an event or an array of events was expected.", { cause });
  }
}

async function takeRegistration(options: ServerOptions, request: Request): Promise<Answer> {
  const refuse = (status: number, error: string): Answer => ({ status, body: { status, error } });
  if (!isAuthorized(request.headers.authorization, options.signingKeys)) {
    return refuse(
      401,
      "Wrong signing key: INNGEST_SIGNING_KEY must be the same in the worker and in the engine.",
    );
  }
  const parsed = registerRequestSchema.safeParse(parseBody(request.text));
  if (!parsed.success)
    return refuse(400, `The registration cannot be read: ${parsed.error.issues[0]?.message ?? ""}.`);
  const { url, appName, sdk, functions } = parsed.data;
  try {
    const modified = await takeOver(options.database, { appId: appName, url, sdk, functions });
    return { status: 200, body: { ok: true, status: 200, modified } };
  } catch (error) {
    if (error instanceof RegistrationRefused) return refuse(400, error.message);
    throw error;
  }
}

/** Steps that a call has finished; 409 tells the SDK that the call is not the run's any more. */
async function takeCheckpoint(options: ServerOptions, request: Request, runId: string): Promise<Answer> {
  const refuse = (status: number, error: string): Answer => ({ status, body: { status, error } });
  if (!isAuthorized(request.headers.authorization, options.signingKeys))
    return refuse(401, "Wrong signing key.");
  const parsed = checkpointSchema.safeParse(parseBody(request.text));
  if (!parsed.success) {
    return refuse(400, `The checkpoint cannot be read: ${parsed.error.issues[0]?.message ?? ""}.`);
  }
  const stored = await storeCheckpoint(options, runId, parsed.data);
  return stored ? { status: 200, body: {} } : refuse(409, `This call does not hold run ${runId} any more.`);
}

/** A run's state for the SDK, which fetches it when it is too large to travel with the call. */
async function tellState(
  options: ServerOptions,
  request: Request,
  runId: string,
  part: string,
): Promise<Answer> {
  if (!isAuthorized(request.headers.authorization, options.signingKeys)) {
    return { status: 401, body: { status: 401, error: "Wrong signing key." } };
  }
  const state = await readState(options.database, runId);
  if (!state) return { status: 404, body: { status: 404, error: `No run ${runId} is under way.` } };
  return { status: 200, body: part === "batch" ? state.events : stepsOf(state) };
}
