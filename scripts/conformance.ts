import { randomUUID } from "node:crypto";
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { env } from "#server/env";
import { startApp, type App } from "#inngest/engine/conformance-app";
import { suiteFunctions } from "#inngest/engine/conformance-suite-functions";
import { runCases, type Verdict } from "#inngest/engine/conformance-suite";
import { journeyEnvironment, reachOf, type Reach } from "./conformance-environment.ts";

/*
 *   INNGEST_BASE_URL=… INNGEST_EVENT_KEY=… INNGEST_SIGNING_KEY=… npm run conformance
 *   INNGEST_DEV=http://127.0.0.1:8288 npm run conformance
 *
 * Runs every case against the Inngest server at that address, then the main journey of the product on it. Without
 * variables the server is the embedded one that `npm run up` has started. A server on another machine needs --origin
 * and --port (or INNGEST_SERVE_ORIGIN and WORKER_PORT), by which it reaches the functions here. --cases leaves the journey
 * out; --long adds the cases that take a minute or much of the server: a schedule, and runs beyond the limits. Both are registered as apps of their own, so that one which is in use there keeps its workers.
 */
const { values: options } = parseArgs({
  options: {
    origin: { type: "string" },
    port: { type: "string" },
    cases: { type: "boolean", default: false },
    long: { type: "boolean", default: false },
  },
});

const appId = `conformance-${randomUUID().slice(0, 8)}`;

async function main(): Promise<boolean> {
  console.log(`Inngest server: ${env.INNGEST_BASE_URL ?? "Inngest Cloud"} (${env.inngestMode})`);
  const reach = reachOf(options, env);
  const app = await startApp(
    {
      id: appId,
      engineUrl: env.INNGEST_BASE_URL,
      isDev: env.inngestMode === "dev",
      signingKey: env.INNGEST_SIGNING_KEY,
      eventKey: env.INNGEST_EVENT_KEY,
      origin: reach.origin,
      port: reach.port,
    },
    (client, trace) => suiteFunctions(client, trace, options.long),
  );
  try {
    await registered(app);
    const context = { app, now: () => Promise.resolve(Date.now()), quietMs: 2500 };
    const verdicts = await runCases(context, randomUUID(), options.long);
    verdicts.forEach(tell);
    const failed = verdicts.filter(({ problem }) => problem !== null);
    console.log(`${verdicts.length - failed.length} of ${verdicts.length} cases hold`);
    if (failed.length > 0 || options.cases) return failed.length === 0;
  } finally {
    await app.kill();
  }
  return journey(reach);
}

async function registered(app: App): Promise<void> {
  let problem = "";
  for (let attempt = 0; attempt < 30; attempt += 1) {
    const reply = await fetch(app.url, { method: "PUT" });
    problem = await reply.text();
    if (reply.ok) return;
    await sleep(1000);
  }
  throw new Error(`The functions could not be registered: ${problem}`);
}

function tell({ name, ms, problem }: Verdict): void {
  const result = problem === null ? "holds" : "FAILS";
  console.log(
    `${result}  ${(ms / 1000).toFixed(1).padStart(5)} s  ${name}${problem === null ? "" : `\n       ${problem}`}`,
  );
}

/** The campaign from launch to completion, on a database of its own, with its functions registered there. */
async function journey(reach: Reach): Promise<boolean> {
  const vitest = path.resolve("node_modules/vitest/vitest.mjs");
  const child = spawn(
    process.execPath,
    [
      vitest,
      "run",
      "--maxWorkers=1",
      "inngest/campaign-journey.db.test.ts",
      "-t",
      "from launch to completion",
    ],
    {
      stdio: "inherit",
      env: { ...process.env, ...journeyEnvironment(env, { appId: `${appId}-journey`, reach }) },
    },
  );
  const [code] = (await once(child, "exit")) as [number | null];
  return code === 0;
}

const held = await main();
process.exitCode = held ? 0 : 1;
