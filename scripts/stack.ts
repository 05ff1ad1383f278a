import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";
import { migrate } from "#db/migrate";
import type { Env } from "#server/env";
import { isHealthy, startChild } from "./child.ts";
import { childEnv, workerArgs } from "./child-env.ts";
import type { Role, Variables } from "./child-env.ts";
import { withoutWorker } from "./console.ts";
import { findDevServer } from "./dev-server.ts";
import { refuseTakenPorts } from "./ports.ts";
import type { WantedPort } from "./ports.ts";
import { postgresService } from "./postgres-service.ts";
import type { Service, Supervisor } from "./supervise.ts";

export type StackOptions = {
  env: Env;
  root: string;
  supervisor: Supervisor;
  /** Pages built beforehand, or compiled as they are asked for. */
  pages: { kind: "built"; distDir: string; ready: Promise<void> } | { kind: "compiled" };
  /** Drops what an earlier run has left in the database: for tests only. */
  freshDatabase?: boolean;
  /** Lets tests move the product's clock. */
  testClock?: boolean;
  /** Postgres without fsync: for tests only. */
  fast?: boolean;
  /** Seeds and whatever else needs the migrated database, before any server starts. */
  prepare?: () => Promise<void>;
  say: (line: string) => void;
  onLine: (name: string, line: string) => void;
  /** How long ports of a former start may take to become free. */
  portPatienceMs: number;
};

const registrationMs = 15_000;

const local = (port: number, at: string) => `http://127.0.0.1:${port}${at}`;

/** Who can be asked whether the web server works, wherever it listens. */
const webHealth = (env: Env) => {
  const host = ["0.0.0.0", "::", "[::]", "localhost"].includes(env.HOST) ? "127.0.0.1" : env.HOST;
  return `http://${host}:${env.PORT}/api/health`;
};

/** Who migrates, and whose roles are made. @throws EnvError naming the address that is missing. */
export const databaseLogins = (env: Env) => ({
  ownerUrl: env.DATABASE_OWNER_URL,
  appUrl: env.DATABASE_URL,
  engineUrl: engineLogin(env),
});

/** Starts the whole product in order and keeps it running. Resolves when every part is healthy. */
export async function startStack(options: StackOptions): Promise<void> {
  const { env, supervisor, say } = options;
  await refuseTakenPorts(portsOf(env), options.portPatienceMs);
  if (env.embeddedPostgres) await supervisor.run(postgresService(env, { fast: options.fast ?? false, say }));
  if (options.freshDatabase && env.embeddedPostgres) await dropDatabase(env.DATABASE_OWNER_URL);
  const applied = await migrate({
    ...databaseLogins(env),
    log: () => undefined,
  });
  if (applied.length > 0)
    say(`Database: ${applied.length} migration${applied.length === 1 ? "" : "s"} applied`);
  if (options.testClock) await switchTestClockOn(env.DATABASE_OWNER_URL);
  await options.prepare?.();
  const early = [
    ...(hasEngine(env) ? [engineService(options)] : []),
    ...(env.SANDBOX ? [sandboxService(options)] : []),
  ];
  await all(early.map((service) => supervisor.run(service)));
  if (options.pages.kind === "built") await options.pages.ready;
  const late = [webService(options), ...(env.INNGEST_SERVE === "worker" ? [workerService(options)] : [])];
  await all(late.map((service) => supervisor.run(service)));
  if (env.INNGEST_SERVE === "web") say(withoutWorker);
  if (env.INNGEST_SERVE === "worker") await awaitRegistration(env, say);
  else if (env.inngestMode === "server") await registerWeb(env, say);
}

/** Waits for all of them before it fails with the first problem, so that nobody stops what is still starting. */
async function all(work: Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

const hasEngine = (env: Env) => env.inngestMode !== "server";

/** The engine's role is made by the migrations even where another server runs the functions. */
function engineLogin(env: Env): string {
  return env.inngestMode === "embedded" || env.embeddedPostgres
    ? env.ENGINE_DATABASE_URL
    : withRole(env.DATABASE_URL);
}
function withRole(appUrl: string): string {
  const url = new URL(appUrl);
  url.username = `${url.pathname.slice(1)}_engine`;
  url.password = "";
  return url.href;
}

/** Every port that the stack opens itself, Postgres' apart: it says by itself who holds that one. */
export function portsOf(env: Env): WantedPort[] {
  const at = (port: number, variable: string, what: string, host = "127.0.0.1") => ({
    port,
    variable,
    what,
    host,
  });
  return [
    at(env.PORT, "PORT", "web server", env.HOST),
    ...(env.INNGEST_SERVE === "worker" ? [at(env.WORKER_PORT, "WORKER_PORT", "worker")] : []),
    ...(hasEngine(env) ? [at(env.ENGINE_PORT, "ENGINE_PORT", "engine")] : []),
    ...(env.SANDBOX
      ? [
          at(env.SANDBOX_PORT, "SANDBOX_PORT", "sandbox inbox"),
          at(env.SANDBOX_SMTP_PORT, "SANDBOX_SMTP_PORT", "sandbox mail server"),
        ]
      : []),
  ];
}

export async function dropDatabase(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const name = url.pathname.slice(1);
  url.pathname = "/postgres";
  const sql = postgres(url.href, { max: 1, onnotice: () => undefined });
  try {
    await sql`drop database if exists ${sql(name)} with (force)`;
  } finally {
    await sql.end();
  }
}

async function switchTestClockOn(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined });
  try {
    await sql`alter database ${sql(new URL(ownerUrl).pathname.slice(1))} set app.test_clock = 'on'`;
  } finally {
    await sql.end();
  }
}

function nodeService(
  options: StackOptions,
  role: Role,
  name: string,
  args: string[],
  healthUrl: string,
  extra: Variables = {},
): Service {
  const { env, root, onLine } = options;
  return {
    name,
    start: (signal) =>
      startChild({
        name,
        args,
        env: { ...childEnv(env, role, process.env), ...extra },
        cwd: root,
        logFile: path.resolve(env.DATA_DIR, "logs", `${role}.log`),
        healthUrl,
        patienceMs: 120_000,
        onLine: (line) => onLine(role, line),
        signal,
      }),
  };
}

export function engineService(options: StackOptions): Service {
  const { env, root } = options;
  if (env.inngestMode === "embedded") {
    return nodeService(
      options,
      "engine",
      "Engine",
      ["inngest/engine/main.ts"],
      // Its /health is about workers, which come later: that it answers at all is what counts here.
      local(env.ENGINE_PORT, "/"),
    );
  }
  const binary = findDevServer(root);
  if (!binary) {
    throw new Error(
      "INNGEST_DEV asks for the Inngest Dev Server, and there is none here: npm i -g inngest-cli, or leave INNGEST_DEV out.",
    );
  }
  const served = local(env.INNGEST_SERVE === "web" ? env.PORT : env.WORKER_PORT, "/api/inngest");
  const command = [binary, "dev", "--port", String(env.ENGINE_PORT), "--sdk-url", served];
  return nodeService(
    options,
    "engine",
    "Inngest Dev Server",
    ["scripts/run-command.mjs", ...command],
    local(env.ENGINE_PORT, "/health"),
  );
}

const sandboxService = (options: StackOptions): Service =>
  nodeService(
    options,
    "sandbox",
    "Sandbox",
    ["server/sandbox/main.ts"],
    local(options.env.SANDBOX_PORT, "/healthz"),
  );

export const workerService = (options: StackOptions): Service =>
  nodeService(options, "worker", "Worker", workerArgs, local(options.env.WORKER_PORT, "/healthz"));

function webService(options: StackOptions): Service {
  const { env, pages } = options;
  const verb = pages.kind === "built" ? "start" : "dev";
  const args = ["node_modules/next/dist/bin/next", verb, "-p", String(env.PORT), "-H", env.HOST];
  return nodeService(options, "web", "Web", args, webHealth(env), {
    NODE_ENV: pages.kind === "built" ? "production" : "development",
    ...(pages.kind === "built" && { NEXT_DIST_DIR: pages.distDir }),
  });
}

/** The worker registers by itself, and tries on; what is worth a word is that it takes long. */
async function awaitRegistration(env: Env, say: (line: string) => void): Promise<void> {
  const url = local(env.WORKER_PORT, "/readyz");
  for (const deadline = performance.now() + registrationMs; performance.now() < deadline; await sleep(100)) {
    if (await isHealthy(url)) return;
  }
  const answer = await fetch(url).then((response) => response.text());
  say(
    `The worker is not ready, and campaigns will wait: ${answer} Its log has more; npm run doctor looks closer.`,
  );
}

/** A server elsewhere learns of our functions when their address is asked to register them. */
async function registerWeb(env: Env, say: (line: string) => void): Promise<void> {
  const url = new URL("/api/inngest", env.INNGEST_SERVE_ORIGIN ?? webHealth(env)).href;
  const answer = await fetch(url, { method: "PUT" });
  const said = await answer.text();
  if (!answer.ok)
    say(
      `The functions could not be registered with ${env.INNGEST_BASE_URL ?? "Inngest Cloud"}: ${said}. Correct INNGEST_*, then: curl -X PUT ${url}`,
    );
}
