import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { parseEnv, type Env } from "#server/env";
import { isHealthy } from "../child.ts";
import { root } from "../runtime.mjs";
import { startStack, type StackOptions } from "../stack.ts";
import { supervise } from "../supervise.ts";
import { chaosDir } from "./environment.ts";
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
  // Its clock is fast: what is killed again and again is to come back at once all the same.
  const supervisor = supervise(
    () => undefined,
    () => performance.now() * 1_000,
  );
  const owner = postgres(env.DATABASE_OWNER_URL, {
    max: 4,
    onnotice: () => undefined,
    connect_timeout: 5,
    max_lifetime: null,
    backoff: () => 0.1,
  });
  const stop = async () => {
    await owner.end({ timeout: 1 });
    await supervisor.stop();
    history.close();
    sink.kill();
  };
  try {
    await startStack({
      env,
      root,
      supervisor,
      pages,
      testClock: true,
      freshDatabase: true,
      prepare: () => asOwnerOnce(env, plantLines),
      say,
      onLine: () => undefined,
      portPatienceMs: 10_000,
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, owner, sink, history, historyFile, stop };
}

/** Asks the database as one who sees every row. */
export const asOwner = <T>(
  { owner }: Pick<Product, "owner">,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> => work(owner);

async function asOwnerOnce<T>(env: Env, work: (sql: postgres.Sql) => Promise<T>): Promise<T> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined, connect_timeout: 5 });
  try {
    return await work(sql);
  } finally {
    await sql.end({ timeout: 1 });
  }
}

const marks: Record<Part, RegExp> = {
  web: /next-server|next\/dist\/bin\/next/,
  worker: /inngest\/worker\.ts/,
  engine: /inngest\/engine\/main\.ts/,
  postgres: /postgres\b.* -D /,
};

type Process = { pid: number; parent: number; args: string };

function processes(): Process[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const args = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ");
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      return [{ pid: Number(name), parent, args }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

function isOurs({ pid, args }: Process, env: Env): boolean {
  const folder = path.resolve(env.DATA_DIR);
  if (args.includes(folder)) return true;
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").includes(`DATA_DIR=${folder}`);
  } catch {
    return false;
  }
}

/** Ends one part as a power cut would: kill -9, of Postgres with everything it has started. How many processes it were. */
export function kill(env: Env, part: Part): number {
  const all = processes();
  const found = all.filter((one) => marks[part].test(one.args) && isOurs(one, env));
  const pids = new Set(found.map(({ pid }) => pid));
  if (part === "postgres") for (const { pid, parent } of all) if (pids.has(parent)) pids.add(pid);
  let killed = 0;
  for (const pid of pids) {
    try {
      process.kill(pid, "SIGKILL");
      killed += 1;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
    }
  }
  return killed;
}

/** Waits until a part works. @throws Error when it does not come back. */
export async function awaitPart(env: Env, part: Part): Promise<void> {
  const at = (port: number, where: string) => `http://127.0.0.1:${port}${where}`;
  const urls = {
    web: at(env.PORT, "/api/health"),
    worker: at(env.WORKER_PORT, "/healthz"),
    engine: at(env.ENGINE_PORT, "/"),
  };
  for (const deadline = performance.now() + 90_000; performance.now() < deadline; await sleep(60)) {
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
