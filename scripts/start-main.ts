import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { parseEnv } from "#server/env";
import type { Env } from "#server/env";
import { build, isBuilt } from "./build.ts";
import { childEnv, forSpawn, workerArgs } from "./child-env.ts";
import type { Role } from "./child-env.ts";
import { complain, say, withoutWorker } from "./console.ts";
import { root } from "./runtime.mjs";

const { positionals } = parseArgs({ allowPositionals: true });
const distDir = ".next";

const commands: Record<Exclude<Role, "sandbox">, (env: Env) => string[]> = {
  web: (env) => ["node_modules/next/dist/bin/next", "start", "-p", String(env.PORT), "-H", env.HOST],
  worker: () => workerArgs,
  engine: () => ["inngest/engine/main.ts"],
};

async function buildPages(): Promise<void> {
  const { signal } = new AbortController();
  await build({ root, distDir, logFile: ".data/logs/build.log", env: process.env, signal });
  say(`Built into ${distDir}`);
}

/** Runs one role in the foreground, for hosts that keep processes running themselves. */
function runRole(role: keyof typeof commands): void {
  const env = parseEnv(forSpawn({ ...process.env, NODE_ENV: process.env.NODE_ENV || "production" }));
  if (role === "web" && !isBuilt(root, distDir))
    throw new Error("The pages are not built from these sources. Run: npm run build");
  if (role === "web" && env.INNGEST_SERVE === "web") say(withoutWorker);
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...commands[role](env)], {
    cwd: root,
    env: forSpawn({ ...childEnv(env, role, process.env), HOST: env.HOST }),
    stdio: "inherit",
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  process.on("disconnect", () => child.kill("SIGTERM"));
  child.once("error", (error) => fail(error));
  child.once("exit", (code) => process.exit(code ?? 1));
}

function fail(error: unknown): void {
  complain(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const what = positionals[0] ?? "web";
  if (what === "build") return buildPages();
  if (what === "web" || what === "worker" || what === "engine") return runRole(what);
  throw new Error(`There is no ${what} to start. One of: web, worker, engine.`);
}

main().catch(fail);
