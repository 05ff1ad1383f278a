import { createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { env } from "#server/env";
import { startApp, type App } from "./conformance-app.ts";
import { startEngine, type Engine, type EngineOptions } from "./engine.ts";

export const signingKey = `signkey-test-${"5a".repeat(16)}`;
export const eventKey = "conformance";
/** An upper bound on a busy machine, below the runner's own: what should be fast is measured by itself. */
export const patienceMs = 15_000;

/** An engine with a small app, and an eye on its tables. Tests tell their runs apart by the key in the event. */
export type Lab = {
  app: App;
  /** Put the successor here when a test has ended it. */
  engine: Engine;
  sql: postgres.Sql;
  /** Starts an engine like the first, on the same port unless another is given. */
  launch: (options?: Partial<EngineOptions>) => Promise<Engine>;
  newKey: () => string;
  runsOf: (key: string, fn: string) => Promise<{ id: string; status: string; output: unknown }[]>;
  jobsOf: (key: string, kind: string) => Promise<number>;
  /** Resolves when a run of this function has ended so. */
  ended: (key: string, fn: string, status?: string, timeoutMs?: number) => Promise<void>;
  /** Sends an event and resolves when its run sleeps or waits. */
  waiting: (event: string, key: string, data?: object) => Promise<void>;
  registered: () => Promise<void>;
  /** Empties every table of the engine. */
  wipe: () => Promise<unknown>;
  close: () => Promise<void>;
};

const log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (details: object, message: string) => console.error(message, details),
};

export async function openLab(): Promise<Lab> {
  const { ENGINE_DATABASE_URL: databaseUrl, DATABASE_OWNER_URL: ownerUrl } = env;
  const sql = postgres(ownerUrl, { max: 4, onnotice: () => undefined });
  const port = await freePort();
  const app = await startApp({ engineUrl: `http://127.0.0.1:${port}`, signingKey, eventKey });
  const ofKey = (key: string) => sql`events -> 0 -> 'data' ->> 'key' = ${key}`;
  let keys = 0;
  const lab: Omit<Lab, "engine"> = {
    app,
    sql,
    launch: (options = {}) =>
      startEngine({
        databaseUrl,
        signingKey,
        eventKey,
        workerUrls: [app.url],
        host: "127.0.0.1",
        port,
        log,
        ...options,
      }),
    newKey: () => `k${++keys}`,
    runsOf: (key, fn) =>
      sql<{ id: string; status: string; output: unknown }[]>`
        select id, status, output from queue.runs where ${ofKey(key)} and function_id = ${`lab-${fn}`} order by id`,
    jobsOf: async (key, kind) => {
      const rows = await sql`
        select from queue.jobs
        where kind = ${kind} and run_id in (select id from queue.runs where ${ofKey(key)})`;
      return rows.length;
    },
    ended: (key, fn, status = "completed", timeoutMs = patienceMs) => {
      const isEnded = async () => (await lab.runsOf(key, fn)).some((run) => run.status === status);
      return eventually(isEnded, `${fn} is ${status}`, timeoutMs);
    },
    waiting: async (event, key, data = {}) => {
      await app.client.send({ name: event, data: { key, ...data } });
      const waits = async () => (await lab.jobsOf(key, "sleep")) + (await lab.jobsOf(key, "timeout")) > 0;
      await eventually(waits, `the run of ${event} waits`);
    },
    registered: () => {
      const known = async () => (await sql`select from queue.functions where id = 'lab-steps'`).length === 1;
      return eventually(known, "the app's functions are registered");
    },
    wipe: () =>
      evenIfDeadlocked(
        () => sql`
      truncate queue.apps, queue.functions, queue.crons, queue.cron_fires, queue.events, queue.run_keys,
               queue.rates, queue.runs, queue.steps, queue.waits, queue.jobs, queue.workers`,
      ),
    close: async () => {
      await whole.engine.stop(1000);
      await app.kill();
      await sql.end();
    },
  };
  await lab.wipe();
  const whole: Lab = Object.assign(lab, { engine: await lab.launch() });
  await lab.registered();
  return whole;
}

/** A truncate locks table after table, in another order than the engine that works on them. */
async function evenIfDeadlocked<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof postgres.PostgresError && error.code === "40P01")) throw error;
    }
  }
}

export async function eventually(
  check: () => Promise<boolean> | boolean,
  what: string,
  timeoutMs = patienceMs,
) {
  const end = performance.now() + timeoutMs;
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await sleep(15);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
