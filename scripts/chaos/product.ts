import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { parseEnv, type Env } from "#server/env";
import { isHealthy } from "../child.ts";
import { root } from "../runtime.mjs";
import { engineService, startStack, type StackOptions, workerService } from "../stack.ts";
import { supervise } from "../supervise.ts";
import { plantClock } from "./clock.ts";
import { chaosDir, secondPorts } from "./environment.ts";
import { plantLines } from "./lines.ts";
import type { Part } from "./plan.ts";
import { followHistory } from "./sink-history.ts";

export type Product = {
  env: Env;
  /** Sees every row, and connects again when Postgres is back. */
  owner: postgres.Sql;
  sink: ChildProcess;
  history: ReturnType<typeof followHistory>;
  historyFile: string;
  /** Of the second worker and the second engine, while there are such. */
  second: Env | null;
  /** Starts a second worker and a second engine beside the first; the result ends them. */
  startSecond: () => Promise<() => Promise<void>>;
  stop: () => Promise<void>;
};

/** The product as `npm run up` starts it, on a database made anew, with a mail server of the harness in the sandbox's place. */
export async function startProduct(
  pages: StackOptions["pages"],
  say: (line: string) => void,
): Promise<Product> {
  const env = parseEnv(process.env);
  rmSync(path.join(chaosDir, "data", "files"), { recursive: true, force: true });
  mkdirSync(chaosDir, { recursive: true });
  const historyFile = path.join(chaosDir, "history.ndjson");
  rmSync(historyFile, { force: true });
  const history = followHistory(historyFile);
  const sink = fork(path.join(import.meta.dirname, "sink.ts"), [String(env.SANDBOX_SMTP_PORT), historyFile]);
  await Promise.race([
    once(sink, "message"),
    once(sink, "exit").then(() => {
      throw new Error(`The mail server of the harness could not listen on port ${env.SANDBOX_SMTP_PORT}.`);
    }),
  ]);
  const supervisor = quickSupervisor();
  const stop = async () => {
    await product.owner.end({ timeout: 1 });
    await supervisor.stop();
    history.close();
    sink.kill();
  };
  const options: StackOptions = {
    env,
    root,
    supervisor,
    pages,
    testClock: true,
    freshDatabase: true,
    // What is killed is processes and not the machine: nothing of what the system holds for them is lost.
    fast: true,
    prepare: () =>
      asOwnerOnce(env, async (sql) => {
        await plantLines(sql);
        await plantClock(sql);
      }),
    say,
    onLine: () => undefined,
    portPatienceMs: 10_000,
  };
  const product: Product = {
    ...{ env, sink, history, historyFile, stop },
    owner: openOwner(env),
    second: null,
    startSecond: async () => {
      const beside = { ...options, env: besides(env) };
      const pair = quickSupervisor();
      product.second = beside.env;
      await pair.run(engineService(beside));
      await pair.run(workerService(beside));
      return async () => {
        await pair.stop();
        product.second = null;
      };
    },
  };
  try {
    await startStack(options);
  } catch (error) {
    await stop();
    throw error;
  }
  return product;
}

/** Its clock is fast: what is killed again and again is to come back at once all the same. */
const quickSupervisor = () =>
  supervise(
    () => undefined,
    () => performance.now() * 1_000,
  );

/** Each of a pair tells its own engine of events, so that both are needed. */
const besides = (env: Env): Env => ({
  ...env,
  WORKER_PORT: secondPorts.worker,
  ENGINE_PORT: secondPorts.engine,
  INNGEST_BASE_URL: `http://127.0.0.1:${secondPorts.engine}`,
});

const openOwner = (env: Env): postgres.Sql =>
  postgres(env.DATABASE_OWNER_URL, {
    max: 4,
    onnotice: () => undefined,
    connect_timeout: 5,
    max_lifetime: null,
    backoff: () => 0.1,
  });

const answerMs = 60_000;

/**
 * Asks the database as one who sees every row. A connection that was killed under a statement may never answer it: then
 * there are fresh ones for those who ask next.
 */
export async function asOwner<T>(product: Product, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const { owner } = product;
  const late = new AbortController();
  const unanswered = sleep(answerMs, undefined, { signal: late.signal }).then(async () => {
    if (product.owner === owner) {
      product.owner = openOwner(product.env);
      await owner.end({ timeout: 1 });
    }
    throw new Error(`passing: no answer of the database within ${answerMs / 1_000} s`);
  });
  try {
    return await Promise.race([work(owner), unanswered]);
  } finally {
    late.abort();
    unanswered.catch(() => undefined);
  }
}

async function asOwnerOnce<T>(env: Env, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined, connect_timeout: 5 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

/** Waits until a part works. @throws Error when it does not come back. */
export async function awaitPart(env: Env, part: Part): Promise<void> {
  const at = (port: number, where: string) => `http://127.0.0.1:${port}${where}`;
  const urls = {
    web: at(env.PORT, "/api/health"),
    worker: at(env.WORKER_PORT, "/healthz"),
    engine: at(env.ENGINE_PORT, "/"),
  };
  for (const deadline = performance.now() + 90_000; performance.now() < deadline; await sleep(40)) {
    const works =
      part === "postgres"
        ? await asOwnerOnce(env, (sql) => sql`select 1`).then(
            () => true,
            () => false,
          )
        : await isHealthy(urls[part]);
    if (works) return;
  }
  throw new Error(
    `The ${part} did not come back within 90 s of its end; its log is in ${env.DATA_DIR}/logs.`,
  );
}
