import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isLostConnection } from "#db/errors";
import { applyOutcome } from "./apply.ts";
import { backlogRest } from "./backlog-rest.ts";
import { call, stateReader, withSteps, type RunState } from "./call.ts";
import { beat, beatMs, claim, nextDue, releaseAll, type Job } from "./claim.ts";
import type { Database } from "./database.ts";
import type { EngineLog } from "./engine-log.ts";
import { observed } from "./observe.ts";
import { openRun } from "./open.ts";
import { fireTimer } from "./pause.ts";
import type { Outcome } from "./reply.ts";
import { fireCrons } from "./schedule.ts";
import type { Settle } from "./settle.ts";
import type { Workers } from "./workers.ts";

export type Executor = {
  /** Something may be due: look now. */
  wake: () => void;
  /** Takes nothing new, waits for calls in flight, and gives back those that last longer. */
  stop: (drainMs: number) => Promise<void>;
  /** Forgets everything at once, as a killed process would. */
  abandon: () => void;
  inFlight: () => number;
};

type Options = {
  database: Database;
  settle: Settle;
  workers: Workers;
  signingKeys: readonly string[];
  owner: string;
  log: EngineLog;
  /** Calls in flight at most. */
  capacity: number;
};

const none = { kind: "unanswered", delivered: false, broken: false } as const;
/** The longest sleep: a notification may get lost with its connection. */
const pollMs = 5000;
/** How often, at most, it is asked when the next thing falls due. Whatever can be set falls due later than that. */
const lookMs = 50;

/** The loop: claim what is due, call for it, write what came back, sleep until the next thing is due. */
export function startExecutor({
  database,
  settle,
  workers,
  signingKeys,
  owner,
  log,
  capacity,
}: Options): Executor {
  const store = { database, settle, owner };
  const read = stateReader(database);
  const flying = new Map<string, Promise<void>>();
  const calls = new Set<AbortController>();
  const rest = backlogRest(capacity);
  /** Of one tenant, so that others always find a free hand. */
  const tenantMax = Math.ceil(capacity * 0.75);
  let running = true;
  let dead = false;
  let woken = true;
  let wakeUp: (() => void) | undefined;
  let lookedAt = -Infinity;
  let nextAt = Infinity;
  let beatAt = performance.now();
  let claims = 0;

  const die = () => {
    dead = true;
    for (const call of calls) call.abort();
  };
  const wake = () => {
    woken = true;
    wakeUp?.();
  };
  const pause = (ms: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (woken) wakeUp();
    });

  /** Calls a live worker; one that is not there any more is passed over for the next. */
  const callLive = async (job: Job, state: RunState): Promise<Outcome> => {
    for (;;) {
      const lent = workers.take(job.appId);
      if (!lent) return { ...none, reason: "no worker of the app is alive" };
      let broken = true;
      try {
        calls.add(lent.call);
        if (dead) lent.call.abort();
        const to = { url: lent.url, signingKeys, signal: lent.call.signal };
        const outcome = await observed(log, job, (requestId) => call({ ...to, requestId }, job, state));
        broken = outcome.kind === "unanswered" && outcome.broken;
        if (outcome.kind !== "unanswered" || outcome.delivered) return outcome;
      } finally {
        calls.delete(lent.call);
        workers.done(lent, broken);
      }
    }
  };

  /** Tries until the database is there. A reply is worth waiting for it: the fence makes writing it twice harmless. */
  const persist = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
    for (let attempt = 1; !dead; attempt++) {
      try {
        return await work();
      } catch (error) {
        if (!isLostConnection(error)) throw error;
        await sleep(Math.min(100 * attempt, 1000));
      }
    }
  };
  /** What a call has to know; undefined when there is nothing to call for, now or any more. */
  const findState = async (job: Job): Promise<RunState | undefined> => {
    const state = await persist(() => read(job.runId));
    if (!state?.unopened) return state;
    const opened = await persist(() => openRun(database, job));
    return opened ? persist(() => read(job.runId)) : undefined;
  };
  /** One run's calls, for as long as it goes straight on and nobody waits for these hands. */
  const perform = async (first: Job): Promise<void> => {
    if (first.kind !== "discover" && first.kind !== "step") {
      await persist(() => fireTimer(database, first, owner));
      return;
    }
    let job = first;
    let state = await findState(job);
    for (;;) {
      const answer: Outcome = state ? await callLive(job, state) : { ...none, reason: "the run has ended" };
      const mayKeep = running && !job.limited && flying.size < capacity;
      const next = await persist(() => applyOutcome(store, job, answer, mayKeep));
      if (!next) return;
      job = next.job;
      state = state?.pending === false ? withSteps(state, next.steps) : await findState(job);
    }
  };
  /** What cannot be written is a bug of ours or of the data: counted like a lost call, so that it ends some day. */
  const carryOut = async (job: Job): Promise<void> => {
    try {
      await perform(job);
    } catch (error) {
      if (dead) return;
      log.error({ err: error, run: job.runId, function: job.functionId }, "a reply could not be written");
      const reason = error instanceof Error ? error.message : String(error);
      await persist(() => applyOutcome(store, job, { ...none, delivered: true, reason }));
    }
  };
  const dispatch = (job: Job) => {
    const done = carryOut(job)
      .catch((error: unknown) => log.error({ err: error, run: job.runId }, "a job was left to its lease"))
      .finally(() => {
        flying.delete(job.id);
        wake();
      });
    flying.set(job.id, done);
  };

  /** Behind a long backlog every second look begins anywhere, so that every lane's turn comes. */
  const nextLane = () => (claims++ % 2 === 0 ? undefined : randomBytes(8).readBigInt64BE());

  /** Looks once, and says how many milliseconds there is nothing to do unless it is woken. */
  const turn = async (): Promise<number> => {
    woken = false;
    const free = capacity - flying.size;
    const apps = workers.apps();
    const startedAt = performance.now();
    const restMs = rest.left(free, startedAt);
    if (restMs > 0) return restMs;
    const jobs =
      free > 0 && apps.length > 0
        ? await claim(database, {
            owner,
            limit: free,
            tenantMax,
            apps,
            held: [...flying.keys()],
            fromLane: nextLane(),
          })
        : [];
    if (dead) return 0;
    jobs.forEach(dispatch);
    const now = performance.now();
    rest.looked({ free, jobs: jobs.length, startedAt, now });
    if (now - lookedAt < lookMs) return Math.max(1, Math.min(nextAt, lookedAt + lookMs) - now);
    lookedAt = now;
    const due = await nextDue(database);
    if (due.cronMs !== null && due.cronMs <= 0) {
      await fireCrons(database, owner);
      return 0;
    }
    nextAt = lookedAt + Math.max(1, Math.min(due.jobMs ?? pollMs, due.cronMs ?? pollMs, pollMs));
    return Math.max(1, nextAt - performance.now());
  };

  const loop = async () => {
    let failing = false;
    while (running) {
      try {
        await pause(await turn());
        if (failing) log.info({}, "the engine works again");
        failing = false;
      } catch (error) {
        // Told once per outage: it is tried several times a second.
        if (!failing && !dead)
          log.error({ err: error }, "the engine cannot work; it tries again until it can");
        failing = true;
        await sleep(300);
      }
    }
  };
  const beating = setInterval(() => {
    if (flying.size === 0 || performance.now() - beatAt < beatMs) return;
    beatAt = performance.now();
    beat(database, owner, [...flying.keys()]).catch((error: unknown) =>
      log.warn({ err: error }, "the leases could not be renewed"),
    );
  }, beatMs / 3);
  const looping = loop();

  return {
    wake,
    inFlight: () => flying.size,
    stop: async (drainMs) => {
      running = false;
      wake();
      await looping;
      await Promise.race([Promise.allSettled(flying.values()), sleep(drainMs)]);
      clearInterval(beating);
      die();
      await releaseAll(database, owner).catch((error: unknown) =>
        log.warn(
          { err: error },
          "what is in hand could not be given back, and is free when its leases run out",
        ),
      );
    },
    abandon: () => {
      running = false;
      clearInterval(beating);
      die();
      wake();
    },
  };
}
