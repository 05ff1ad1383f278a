import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { listen, openDatabase } from "./database.ts";
import type { EngineLog } from "./engine-log.ts";
import { startExecutor } from "./executor.ts";
import { createHttpServer } from "./http.ts";
import { prune } from "./prune.ts";
import { openSettle } from "./settle.ts";
import { signingKeyProblem } from "./signature.ts";
import { watchWorkers } from "./workers.ts";

export type EngineOptions = {
  /** A direct connection as the engine's role: LISTEN does not pass through PgBouncer. */
  databaseUrl: string;
  /** Signs our calls. A worker that knows only `formerSigningKey` yet, or signs with it, is understood as well. */
  signingKey: string;
  formerSigningKey?: string;
  eventKey: string;
  /** Further keys under which events are taken. */
  moreEventKeys?: readonly string[];
  /** Where functions are served; further workers make themselves known. */
  workerUrls: string[];
  host: string;
  /** 0 takes a free one. */
  port: number;
  log: EngineLog;
  connections?: number;
  /** Calls in flight at most. */
  capacity?: number;
  /** For how long a worker may be silent until its calls are given to others. */
  hungMs?: number;
};

export type Engine = {
  url: string;
  /** Drains: takes nothing new, waits for calls in flight, 30 s at most. */
  stop: (drainMs?: number) => Promise<void>;
  /** Ends as a killed process would: calls are cut, nothing is written any more. */
  abandon: () => Promise<void>;
};

const drainMs = 30_000;
const hungMs = 30_000;
const pruneMs = 10 * 60 * 1000;

/**
 * Starts an Inngest server over Postgres. Any number may run on one database.
 * @throws Error when the signing key cannot be used or the port is taken.
 */
export async function startEngine(options: EngineOptions): Promise<Engine> {
  const { databaseUrl, log } = options;
  const signingKeys = [options.signingKey, ...(options.formerSigningKey ? [options.formerSigningKey] : [])];
  const eventKeys = [options.eventKey, ...(options.moreEventKeys ?? [])];
  const problem = signingKeys.map(signingKeyProblem).find((one) => one !== null);
  if (problem) throw new Error(problem);
  const owner = randomUUID();
  const database = openDatabase(databaseUrl, options.connections ?? 10);
  const settle = openSettle(database, owner, log);
  let wake = () => {};
  const workers = watchWorkers(
    { database, signingKeys, urls: options.workerUrls, log, hungMs: options.hungMs ?? hungMs },
    () => wake(),
  );
  const executor = startExecutor({
    database,
    settle,
    workers,
    signingKeys,
    owner,
    log,
    capacity: options.capacity ?? 64,
  });
  wake = executor.wake;
  // Our own notifications need no hearing: whoever sent them has woken this engine already.
  const hear = (channel: string, from: string) => {
    if (channel !== "queue" || from !== owner) executor.wake();
  };
  const listener = listen(databaseUrl, ["queue", "clock"], hear, executor.wake);
  const server = createHttpServer({ signingKeys, eventKeys, log, database, settle, workers, owner, wake });
  const pruning = setInterval(() => {
    prune(database).catch((error: unknown) => log.warn({ err: error }, "old runs could not be removed"));
  }, pruneMs);

  const close = async () => {
    clearInterval(pruning);
    workers.stop();
    server.close();
    server.closeAllConnections();
    await listener.stop();
    await database.end();
  };
  try {
    server.listen(options.port, options.host);
    await once(server, "listening");
  } catch (cause) {
    executor.abandon();
    await close();
    const taken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (!taken) throw cause;
    const advice = "Set ENGINE_PORT to a free one, or stop what listens there.";
    throw new Error(`Port ${options.port} is taken. ${advice}`, { cause });
  }
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    stop: async (ms = drainMs) => {
      clearInterval(pruning);
      await executor.stop(ms);
      await close();
    },
    abandon: async () => {
      executor.abandon();
      await close();
    },
  };
}
