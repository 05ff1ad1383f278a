import type { Database } from "./database.ts";
import type { EngineLog } from "./engine-log.ts";
import { syncWorker } from "./sync.ts";
import { listWorkers } from "./worker-store.ts";

type Worker = {
  url: string;
  appId: string | null;
  instance: string | null;
  /** Monotonic milliseconds of the last sign of life and of the last failed call. */
  seenAt: number;
  failedAt: number;
  askedAt: number;
  beating: boolean;
  /** In its hands now; each is cut by its own, for a signal that many depend on keeps them all in some versions of Node. */
  calls: Set<AbortController>;
  problem: string;
};

/** A call that a worker is lent for. */
export type Lent = { url: string; worker: Worker; call: AbortController };

export type Workers = {
  /** Apps with a worker that can be called now. */
  apps: () => string[];
  /** Lends the live worker with the fewest calls; give it back with `done`. Aborting the call is what cuts it. */
  take: (appId: string) => Lent | undefined;
  done: (lent: Lent, broken: boolean) => void;
  list: () => { url: string; app: string | null; live: boolean; problem?: string }[];
  stop: () => void;
};

type Options = {
  database: Database;
  signingKeys: readonly string[];
  urls: string[];
  log: EngineLog;
  /** A worker that gives no sign of life for so long loses its calls, though its connections stand. */
  hungMs: number;
};

const liveMs = 7000;
const refreshMs = 1000;
/** The database was away, or this machine slept: nobody's silence meanwhile says anything about them. */
const deafMs = 3000;
/** How often a worker is asked by ourselves: one that is down, and one that lives but does not report. */
const askDownMs = 400;
const askLiveMs = 2500;

/**
 * Who can be called. Configured addresses are asked until they answer; others are known by their heartbeats or
 * registrations, which `queue.workers` shares among engines. A failed call takes a worker out until its next
 * sign of life; asking one is a registration, so that a restarted worker's new code counts from its first call.
 */
export function watchWorkers(
  { database, signingKeys, urls, log, hungMs }: Options,
  onLive: () => void,
): Workers {
  const workers = new Map<string, Worker>();
  const asking = new Set<string>();
  let refreshedAt = 0;
  let readAt = -Infinity;
  let hearingSince = Infinity;
  const known = (url: string): Worker => {
    let worker = workers.get(url);
    if (!worker) {
      worker = {
        url,
        appId: null,
        instance: null,
        seenAt: -Infinity,
        failedAt: -Infinity,
        askedAt: -Infinity,
        beating: false,
        calls: new Set(),
        problem: "",
      };
      workers.set(url, worker);
    }
    return worker;
  };
  const isLive = (worker: Worker) =>
    worker.appId !== null && performance.now() - worker.seenAt < liveMs && worker.failedAt < worker.seenAt;
  const seen = (worker: Worker, appId: string) => {
    const wasLive = isLive(worker);
    Object.assign(worker, { appId, seenAt: performance.now(), problem: "" });
    if (!wasLive) onLive();
  };

  const ask = async (worker: Worker) => {
    if (asking.has(worker.url)) return;
    asking.add(worker.url);
    worker.askedAt = performance.now();
    try {
      seen(worker, await syncWorker(database, worker.url, signingKeys));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (problem !== worker.problem)
        log.warn({ url: worker.url, problem }, "functions could not be registered");
      worker.problem = problem;
    } finally {
      asking.delete(worker.url);
    }
  };

  const refresh = async () => {
    refreshedAt = performance.now();
    const rows = await listWorkers(database);
    const now = performance.now();
    if (now - readAt > deafMs) hearingSince = now;
    readAt = now;
    for (const row of rows) {
      const worker = known(row.url);
      const wasLive = isLive(worker);
      worker.beating = row.beating;
      // Without functions the app has to be registered first: somebody has emptied the tables.
      if (row.known && row.instance === worker.instance) {
        Object.assign(worker, { appId: row.appId, seenAt: Math.max(worker.seenAt, now - row.ageMs) });
      } else {
        worker.askedAt = -Infinity;
      }
      worker.instance = row.instance;
      if (!wasLive && isLive(worker)) onLive();
    }
    const listed = new Set(rows.map((row) => row.url));
    for (const worker of workers.values()) {
      if (listed.has(worker.url)) continue;
      // It has taken itself off the list, or somebody has emptied the tables: asking tells which.
      if (worker.beating) worker.failedAt = now;
      worker.beating = false;
      worker.askedAt = -Infinity;
      if (now - worker.seenAt > 600_000 && !urls.includes(worker.url)) workers.delete(worker.url);
    }
  };

  /**
   * A process that was stopped, or turns in a circle, answers nothing and closes nothing. Its calls are given to others; the
   * fence keeps what it may still do from counting.
   */
  const cutHung = () => {
    const silentSince = (worker: Worker) => Math.max(worker.seenAt, hearingSince);
    for (const worker of workers.values()) {
      if (worker.calls.size === 0 || performance.now() - silentSince(worker) < hungMs) continue;
      const silentSeconds = Math.round(hungMs / 1000);
      const { url, calls } = worker;
      log.warn({ url, calls: calls.size, silentSeconds }, "a worker hangs: its calls are cut");
      for (const call of calls)
        call.abort(new Error(`the worker gave no sign of life for ${silentSeconds} s`));
    }
  };

  const tick = async () => {
    const now = performance.now();
    if (now - refreshedAt > refreshMs) {
      await refresh();
      cutHung();
    }
    for (const worker of workers.values()) {
      const wait = !isLive(worker) ? askDownMs : worker.beating ? Infinity : askLiveMs;
      if (now - worker.askedAt >= wait) void ask(worker);
    }
  };
  const timer = setInterval(() => {
    // The database is away: the executor says so, and the next tick tries again.
    tick().catch((error: unknown) => log.debug({ err: error }, "the workers could not be read"));
  }, 200);
  urls.forEach((url) => void ask(known(url)));

  return {
    apps: () => [...new Set([...workers.values()].filter(isLive).flatMap(({ appId }) => appId ?? []))],
    take: (appId) => {
      const live = [...workers.values()].filter((worker) => worker.appId === appId && isLive(worker));
      const worker = live.sort((a, b) => a.calls.size - b.calls.size)[0];
      if (!worker) return undefined;
      const call = new AbortController();
      worker.calls.add(call);
      return { url: worker.url, worker, call };
    },
    done: ({ worker, call }, broken) => {
      worker.calls.delete(call);
      if (broken) worker.failedAt = performance.now();
    },
    list: () =>
      [...workers.values()].map((worker) => ({
        url: worker.url,
        app: worker.appId,
        live: isLive(worker),
        ...(worker.problem && { problem: worker.problem }),
      })),
    stop: () => clearInterval(timer),
  };
}
