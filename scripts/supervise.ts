import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "./child.ts";

export type Service = {
  name: string;
  /** Starts it and resolves when it can work; gives up early when told to. */
  start: (signal: AbortSignal) => Promise<Running>;
};

export type Supervisor = {
  /** Starts a service and keeps it running from then on. Rejects when the first start fails or all is stopping. */
  run: (service: Service) => Promise<void>;
  /** Stops all in reverse order of `run`; what is just starting, too. */
  stop: () => Promise<void>;
  /** Ends all at once. */
  kill: () => void;
};

const firstPauseMs = 300;
const pauseMsMax = 30_000;
const steadyMs = 60_000;

/** How long to wait before start number `attempt` (from 0) in a row. */
export const pauseBefore = (attempt: number): number => Math.min(firstPauseMs * 2 ** attempt, pauseMsMax);

type Kept = { service: Service; running: Running | undefined; work: Promise<void> };

const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));

/** Keeps services running until it is told to stop: whatever ends is started again, ever later if it keeps ending. */
export function supervise(
  say: (line: string) => void,
  now: () => number = () => performance.now(),
): Supervisor {
  const kept: Kept[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;

  async function keep(entry: Kept): Promise<void> {
    let attempt = 0;
    while (entry.running) {
      const startedAt = now();
      const how = await entry.running.ended;
      entry.running = undefined;
      if (signal.aborted) return;
      if (now() - startedAt > steadyMs) attempt = 0;
      say(`${entry.service.name} ended (${how}); starting it again`);
      while (!entry.running && !signal.aborted) {
        await sleep(pauseBefore(attempt), undefined, { signal }).catch(() => undefined);
        attempt += 1;
        await startAgain(entry, attempt);
      }
    }
  }

  async function startAgain(entry: Kept, attempt: number): Promise<void> {
    if (signal.aborted) return;
    const { service } = entry;
    try {
      entry.running = await service.start(signal);
      say(`${service.name} runs again`);
    } catch (error) {
      if (signal.aborted) return;
      say(
        `${service.name} did not start; next try in ${pauseBefore(attempt) / 1000} s. ${reason(error).split("\n")[0]}`,
      );
    }
  }

  return {
    run: async (service) => {
      const entry: Kept = { service, running: undefined, work: Promise.resolve() };
      kept.push(entry);
      const starting = service.start(signal);
      entry.work = starting.then(
        () => undefined,
        () => undefined,
      );
      entry.running = await starting;
      if (!signal.aborted) entry.work = keep(entry);
    },
    stop: async () => {
      stopping.abort();
      for (const entry of kept.toReversed()) {
        if (!entry.running) await entry.work;
        await entry.running?.stop();
        await entry.work;
      }
    },
    kill: () => {
      stopping.abort();
      for (const { running } of kept) running?.kill();
    },
  };
}
