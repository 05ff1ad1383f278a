import { variableNames } from "#server/env";
import type { Env } from "#server/env";

/** Like process.env, before Next made NODE_ENV a word of its own. */
export type Variables = Record<string, string | undefined>;

export type Role = "web" | "worker" | "engine" | "sandbox";

/**
 * The worker as Node is to start it. It streams: what it makes dies young, and with V8's own choice of 16 to 32 MiB and
 * more for that it takes twice the memory (an export of a million contacts 300 MiB instead of 160) at the same speed. And
 * what lived long is collected when half as much again has come, not four times as much: sending 80,000 mails takes
 * 263 MB instead of 446 at the same speed.
 */
export const workerArgs = ["--max-semi-space-size=8", "--heap-growing-percent=50", "inngest/worker.ts"];

const ownerOnly = ["DATABASE_OWNER_URL"] as const;

/**
 * The environment of one process: everything we were given, with the checked values and the generated secrets in
 * place of what was left out, and less what this role has no business with.
 */
export function childEnv(env: Env, role: Role, source: Variables): Variables {
  const child: Variables = { ...source, NODE_ENV: env.NODE_ENV, NEXT_TELEMETRY_DISABLED: "1" };
  // Empty and not absent, so that a `.env` file does not put them back.
  const withheld = new Set<string>([...ownerOnly, ...(role === "engine" ? [] : ["ENGINE_DATABASE_URL"])]);
  for (const name of variableNames) {
    if (withheld.has(name)) child[name] = "";
    else child[name] = asText(env[name]);
  }
  // The engine and the sandbox are for this machine only, however far the web server is to be reached.
  if (role === "engine" || role === "sandbox") child.HOST = "127.0.0.1";
  if (role === "web") child.NEXTAUTH_URL = env.APP_URL;
  return child;
}

function asText(value: string | number | boolean | undefined): string {
  if (typeof value === "boolean") return value ? "on" : "off";
  return value === undefined ? "" : String(value);
}

const modes = ["development", "production", "test"] as const;

/** For `spawn`, whose type knows NODE_ENV in three values only. */
export const forSpawn = (variables: Variables): NodeJS.ProcessEnv => ({
  ...variables,
  NODE_ENV: modes.find((mode) => mode === variables.NODE_ENV) ?? "production",
});
