/**
 * What the product takes while nobody does anything: the engine, the worker with its own schedules and heartbeats, and
 * Postgres, each as started by `npm run up`, over whole minutes. Processor time as Linux counts it.
 *
 *   npm run bench:idle -- [minutes]
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openBenchDatabase } from "./database.ts";

const [minutes = 3] = process.argv.slice(2).map(Number);
const enginePort = Number(process.env.BENCH_ENGINE_PORT ?? 20590);
/** Of /proc/…/stat. */
const ticksPerSecond = 100;

const { owner, close } = await openBenchDatabase();
const [server] = await owner<{ pid: number }[]>`select pg_backend_pid() as pid`;
const postmaster = statOf(server?.pid ?? 0)?.parent ?? 0;
const engine = start("inngest/engine/main.ts");
const worker = start("inngest/worker.ts");
await until(() => answers(`http://127.0.0.1:${enginePort}/readyz`));
await until(() => answers(`http://127.0.0.1:${enginePort + 1}/readyz`));
// What a start does once is not idling.
await sleep(20_000);

const processes = { engine: engine.pid ?? 0, worker: worker.pid ?? 0, postgres: postmaster };
const before = usage();
const runsBefore = await countRuns();
await sleep(minutes * 60_000);
const after = usage();
const share = (name: keyof typeof processes) =>
  +(((after[name] - before[name]) / ticksPerSecond / (minutes * 60)) * 100).toFixed(2);
const figures = { engine: share("engine"), worker: share("worker"), postgres: share("postgres") };
const total = +(figures.engine + figures.worker + figures.postgres).toFixed(2);
const runs = Math.round(((await countRuns()) - runsBefore) / minutes);
console.log(
  `idle: ${total} % of a core: engine ${figures.engine}, worker ${figures.worker}, Postgres ${figures.postgres}; ${runs} runs a minute`,
);
console.log(JSON.stringify({ name: "idle", unit: "% of a core", ...figures, total, runsPerMinute: runs }));
for (const one of [worker, engine]) {
  const ended = once(one, "exit");
  one.kill("SIGTERM");
  await ended;
}
await close();

function start(file: string): ChildProcess {
  const ports = { ENGINE_PORT: String(enginePort), WORKER_PORT: String(enginePort + 1) };
  return spawn(process.execPath, ["--disable-warning=ExperimentalWarning", path.resolve(file)], {
    env: { ...process.env, ...ports, NODE_ENV: "production" },
    stdio: ["ignore", "ignore", "inherit"],
  });
}

async function countRuns(): Promise<number> {
  const [row] = await owner<{ count: number }[]>`select count(*)::int as count from queue.runs`;
  return row?.count ?? 0;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(100);
}

/** Ticks of each process with its children, those that have ended included. */
function usage(): Record<keyof typeof processes, number> {
  const stats = readdirSync("/proc").flatMap((entry) =>
    /^\d+$/.test(entry) ? (statOf(Number(entry)) ?? []) : [],
  );
  const ticks = (pid: number) =>
    stats.reduce((sum, one) => {
      if (one.pid === pid) return sum + one.own + one.ended;
      return one.parent === pid ? sum + one.own : sum;
    }, 0);
  return {
    engine: ticks(processes.engine),
    worker: ticks(processes.worker),
    postgres: ticks(processes.postgres),
  };
}

function statOf(pid: number): { pid: number; parent: number; own: number; ended: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
    return { pid, parent, own: user + system, ended: endedUser + endedSystem };
  } catch (error) {
    // It has ended while the list was read.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH"))
      return undefined;
    throw error;
  }
}
