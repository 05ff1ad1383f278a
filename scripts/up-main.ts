import { existsSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { closeDatabase } from "#db/client";
import { demo, seed } from "#db/seed";
import { parseEnv } from "#server/env";
import type { Env } from "#server/env";
import { isLoopback } from "#server/env-checks";
import { build, isBuilt } from "./build.ts";
import { banner, complain, prefixed, say, worthShowing } from "./console.ts";
import { findDevServer } from "./dev-server.ts";
import { takeLock } from "./lock.mjs";
import { alreadyRuns, root } from "./runtime.mjs";
import { databaseLogins, startStack } from "./stack.ts";
import type { StackOptions } from "./stack.ts";
import { supervise } from "./supervise.ts";

const { values: options } = parseArgs({ options: { dev: { type: "boolean", default: false } } });

/** What `npm run dev` sets where nothing is set: pages compiled as asked for, functions served by the web server. */
function settings(): Env {
  const set = (name: string, value: string) => {
    if (!process.env[name]) process.env[name] = value;
  };
  set("NODE_ENV", options.dev ? "development" : "production");
  if (options.dev) {
    set("INNGEST_SERVE", "web");
    const elsewhere = ["INNGEST_DEV", "INNGEST_BASE_URL", "INNGEST_EVENT_KEY"].some(
      (name) => process.env[name],
    );
    if (!elsewhere && findDevServer(root))
      set("INNGEST_DEV", `http://127.0.0.1:${process.env.ENGINE_PORT || 8288}`);
  }
  const env = parseEnv(process.env);
  // Missing addresses are told when they are read: better now than after the build.
  databaseLogins(env);
  return env;
}

function pages(env: Env, signal: AbortSignal): StackOptions["pages"] {
  if (options.dev) return { kind: "compiled" };
  const distDir = ".next";
  if (isBuilt(root, distDir)) return { kind: "built", distDir, ready: Promise.resolve() };
  say("Building the pages; a minute or so, only after a change");
  const logFile = path.resolve(env.DATA_DIR, "logs", "build.log");
  const ready = build({ root, distDir, logFile, env: process.env, signal });
  // Awaited when the rest is ready; told then.
  ready.catch(() => undefined);
  return { kind: "built", distDir, ready };
}

/** Its password is known to all: never where others could sign in with it. */
const hasDemo = (env: Env) => env.DEMO && isLoopback(env.HOST);

/** A demo tenant for a database in which nobody has registered yet. A start that died meanwhile goes on with it. */
async function seedOnce(env: Env): Promise<void> {
  if (!hasDemo(env)) return;
  const begun = path.resolve(env.DATA_DIR, "seeding");
  if (!existsSync(begun) && !(await isNobodyHere(env))) return;
  say("Seeding a demo tenant");
  writeFileSync(begun, "");
  try {
    await seed();
  } finally {
    await closeDatabase();
  }
  rmSync(begun);
}

async function isNobodyHere(env: Env): Promise<boolean> {
  const sql = postgres(env.DATABASE_OWNER_URL, { max: 1, onnotice: () => undefined });
  try {
    const [row] = await sql<{ empty: boolean }[]>`select not exists (select from users) as empty`;
    return row?.empty === true;
  } finally {
    await sql.end();
  }
}

function addresses(env: Env): string {
  const rows: [string, string][] = [["Product", env.APP_URL]];
  if (env.SANDBOX) rows.push(["Sandbox inbox", `http://127.0.0.1:${env.SANDBOX_PORT}`]);
  if (env.inngestMode === "dev") rows.push(["Inngest", env.INNGEST_BASE_URL ?? ""]);
  if (hasDemo(env)) rows.push(["Sign in", `${demo.email}, password ${demo.password} (or register)`]);
  rows.push(["Logs", path.relative(process.cwd(), path.resolve(env.DATA_DIR, "logs"))]);
  return `${banner("Postroad is running", rows)}\n  Ctrl-C stops everything.\n`;
}

const debounceMs = 700;

async function main(): Promise<void> {
  const env = settings();
  const lock = takeLock(path.resolve(env.DATA_DIR, "up.lock"), env.APP_URL);
  if (lock.holder) throw new Error(alreadyRuns(lock.holder));
  const supervisor = supervise(say);
  const stopping = new AbortController();
  let stoppingSince = 0;

  const leave = async (code: number) => {
    stoppingSince = performance.now();
    stopping.abort();
    await supervisor.stop();
    lock.release?.();
    process.exit(code);
  };
  const onSignal = () => {
    if (stoppingSince === 0) {
      say("\nStopping; press Ctrl-C again to end everything at once");
      leave(0).catch(fail);
    } else if (performance.now() - stoppingSince > debounceMs) {
      // npm and the terminal both pass the same Ctrl-C on: only one that comes later is a second one.
      supervisor.kill();
      lock.release?.();
      process.exit(1);
    }
  };
  const fail = (error: unknown) => {
    complain(error instanceof Error ? error.message : String(error));
    if (stoppingSince > 0) process.exit(1);
    leave(1).catch(() => process.exit(1));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  // Whoever started us is gone.
  process.on("disconnect", onSignal);
  process.on("uncaughtException", fail);

  try {
    await startStack({
      env,
      root,
      supervisor,
      pages: pages(env, stopping.signal),
      prepare: () => seedOnce(env),
      say,
      onLine: (name, line) => {
        const shown = options.dev && name === "web" ? line : worthShowing(line);
        if (shown) say(prefixed(name, shown));
      },
      portPatienceMs: lock.wasStale ? 15_000 : 0,
    });
    say(addresses(env));
  } catch (error) {
    if (stoppingSince === 0) fail(error);
  }
}

main().catch((error: unknown) => {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(1);
});
