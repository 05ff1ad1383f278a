import { existsSync, globSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { build, isBuilt } from "./build.ts";
import { provideBrowser } from "./browser.ts";
import { complain, say } from "./console.ts";
import { takeLock } from "./lock.mjs";
import { root } from "./runtime.mjs";
import { provideServers } from "./system-packages.ts";
import { runStage } from "./stages.ts";
import type { Outcome, Stage } from "./stages.ts";
import { playwrightCounts, sum, vitestCounts } from "./test-counts.ts";
import type { Counts } from "./test-counts.ts";
import { verifyDir, verifyDist, verifyVariables } from "./verify-env.ts";

// Anything named here is passed to Playwright: `npm run verify -- import` runs the specs with that name.
const { positionals: specs } = parseArgs({ allowPositionals: true });

const logDir = path.join(verifyDir, "logs");
const reports = {
  vitest: path.join(verifyDir, "vitest.json"),
  zone: path.join(verifyDir, "vitest-zone.json"),
  playwright: path.join(verifyDir, "playwright.json"),
};
const bin = (name: string) => `node_modules/${name}`;
const vitest = (report: string, files: string[]) => [
  bin("vitest/vitest.mjs"),
  "run",
  // On a busy machine one in a thousand wavers; the summary names it.
  "--retry=1",
  "--reporter=default",
  "--reporter=json",
  `--outputFile.json=${report}`,
  ...files,
];

/** Tests whose result could depend on the machine's time zone. Those of the database always run in a far one. */
const zoneTests = () =>
  globSync("{server,db,inngest,components}/**/*.test.ts", { cwd: root }).filter(
    (file) =>
      !file.endsWith(".db.test.ts")
      && /luxon|zone|DateTime|Intl\.|new Date\(|cron/i.test(readFileSync(path.join(root, file), "utf8")),
  );

const stages = {
  types: {
    name: "types",
    args: [bin("@typescript/native/bin/tsc"), "--noEmit", "--pretty", "false", "-p", "."],
  },
  lint: { name: "lint", args: [bin("eslint/bin/eslint.js"), ".", "--max-warnings=0"] },
  format: { name: "format", args: [bin("prettier/bin/prettier.cjs"), "--check", "."] },
  tests: { name: "tests", args: vitest(reports.vitest, []) },
  zone: () => ({
    name: "tests in another zone",
    args: vitest(reports.zone, zoneTests()),
    env: { TZ: "Pacific/Kiritimati" },
  }),
  /** Five kills with a seed that ends each part, in a round of its own size: all five, however long a slow machine takes. */
  chaos: {
    name: "chaos",
    args: ["scripts/chaos/main.ts", ..."--seed 1149 --kills 5 --each 5 --small".split(" ")],
  },
  browser: (executable: string) => ({
    name: "browser tests",
    args: [bin("playwright/cli.js"), "test", "-c", "e2e/playwright.config.ts", ...specs],
    env: { E2E_CHROMIUM: executable, E2E_REPORT: reports.playwright, TMPDIR: process.env.TMPDIR },
  }),
} satisfies Record<string, Stage | ((...args: never[]) => Stage)>;

class StageFailed extends Error {
  readonly outcome: Outcome;
  constructor(outcome: Outcome) {
    super(`${outcome.name} failed`);
    this.outcome = outcome;
  }
}

const stopping = new AbortController();
const counts: Counts[] = [];
const summary: string[] = [];

function note(name: string, seconds: number, ok: boolean): void {
  const line = `  ${ok ? "ok    " : "FAILED"}  ${name.padEnd(22)} ${seconds.toFixed(1).padStart(6)} s`;
  summary.push(line);
  say(line);
}

/** Runs a stage; the first one that fails ends all others. `count` reads what it counted, either way. */
async function run(stage: Stage, count?: () => Counts): Promise<void> {
  const outcome = await runStage(stage, { root, logDir, signal: stopping.signal });
  if (stopping.signal.aborted) return;
  const counted = count?.() ?? { passed: 0, failed: outcome.ok ? 0 : 1, flaky: [], skipped: [] };
  counts.push(outcome.ok || counted.failed > 0 ? counted : { ...counted, failed: 1 });
  note(stage.name, outcome.seconds, outcome.ok);
  if (!outcome.ok) {
    stopping.abort();
    throw new StageFailed(outcome);
  }
}

async function buildPages(): Promise<void> {
  if (stopping.signal.aborted) return;
  const startedAt = performance.now();
  const logFile = path.join(logDir, "build.log");
  const seconds = () => (performance.now() - startedAt) / 1000;
  try {
    if (!isBuilt(root, verifyDist))
      await build({ root, distDir: verifyDist, logFile, env: process.env, signal: stopping.signal });
    note("build", seconds(), true);
  } catch (error) {
    if (stopping.signal.aborted) return;
    stopping.abort();
    counts.push({ passed: 0, failed: 1, flaky: [], skipped: [] });
    note("build", seconds(), false);
    const tail = error instanceof Error ? error.message : String(error);
    throw new StageFailed({ name: "build", ok: false, seconds: seconds(), tail, logFile });
  }
}

/** Two lanes, since two cores are what is there: the checks and the build beside the tests. */
async function verify(): Promise<void> {
  await run(stages.types);
  const lanes = await Promise.allSettled([
    (async () => {
      await buildPages();
      await run(stages.lint);
      await run(stages.format);
    })(),
    (async () => {
      await provideServers(say);
      await run(stages.tests, () => vitestCounts(reports.vitest));
      await run(stages.zone(), () => vitestCounts(reports.zone));
    })(),
  ]);
  for (const lane of lanes) if (lane.status === "rejected") throw lane.reason;
  if (stopping.signal.aborted) return;
  const executable = await provideBrowser(path.join(verifyDir, "browser"), say);
  await run(stages.browser(executable), () => playwrightCounts(reports.playwright));
  if (process.env.VERIFY_CHAOS === "off") return;
  if (existsSync("/proc/self/environ")) await run(stages.chaos);
  else
    counts.push({ passed: 0, failed: 0, flaky: [], skipped: ["chaos: processes are found through /proc"] });
}

function onSignal(): void {
  say("\nStopping");
  stopping.abort();
}

async function main(): Promise<number> {
  verifyVariables(process.env);
  mkdirSync(logDir, { recursive: true });
  const lock = takeLock(path.join(verifyDir, "verify.lock"), "");
  if (lock.holder)
    throw new Error(
      `Another npm run verify is at work in this folder (process ${lock.holder.pid}): wait for it, or stop it.`,
    );
  for (const report of Object.values(reports)) rmSync(report, { force: true });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, onSignal);
  process.on("disconnect", onSignal);
  const startedAt = performance.now();
  let failed = false;
  try {
    await verify();
    failed = stopping.signal.aborted;
  } catch (error) {
    failed = true;
    if (error instanceof StageFailed)
      complain(
        `${error.message}. The end of its output (all of it in ${error.outcome.logFile}):\n\n${error.outcome.tail}`,
      );
    else {
      counts.push({ passed: 0, failed: 1, flaky: [], skipped: [] });
      complain(error instanceof Error ? error.message : String(error));
    }
  }
  lock.release?.();
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  say(`\n${summary.join("\n")}\n\n${failed ? "Not verified" : "Verified"} in ${minutes} minutes.`);
  const { passed, failed: failures, flaky, skipped } = sum(counts);
  for (const name of flaky) say(`Flaky, passed at the second try only: ${name}`);
  for (const name of skipped) say(`Passed over: ${name}`);
  say(`${passed} passed, ${failures} failed, ${skipped.length} skipped`);
  return failed ? 1 : 0;
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    complain(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
