/**
 * What the embedded Inngest server keeps while runs pass: rows and bytes of its tables after each tenth of them. It keeps
 * the newest `kept` runs and events here, so that it shows within minutes what it does with 200,000 and 500,000.
 *
 *   npm run bench:retention -- [runs] [kept]
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Inngest } from "inngest";
import { openDatabase } from "#inngest/engine/database";
import { prune, retention } from "#inngest/engine/prune";
import { openBenchDatabase } from "./database.ts";
import type { ChildOptions } from "./engine-child.ts";

const [runs = 10_000, kept = 1000] = process.argv.slice(2).map(Number);
const rounds = 10;
const enginePort = Number(process.env.BENCH_ENGINE_PORT ?? 20590);

const { owner, close } = await openBenchDatabase();
const options: ChildOptions = {
  databaseUrl: process.env.ENGINE_DATABASE_URL ?? "",
  enginePort,
  workerPort: enginePort + 1,
  signingKey: `signkey-bench-${"5a".repeat(16)}`,
  eventKey: "bench",
};
const database = openDatabase(options.databaseUrl, 1);
const children = [await startChild("worker"), await startChild("engine")];
const client = new Inngest({
  id: "bench",
  baseUrl: `http://127.0.0.1:${enginePort}`,
  signingKey: options.signingKey,
  eventKey: options.eventKey,
  isDev: false,
});
await until(async () => (await owner`select from queue.functions`).length === 3);

console.log("runs so far | runs kept | steps | events | jobs | MB");
const sizes: number[] = [];
for (let round = 1; round <= rounds; round += 1) {
  for (let left = Math.ceil(runs / rounds); left > 0; left -= 500)
    await client.send(Array.from({ length: Math.min(500, left) }, () => ({ name: "bench/checkpoints" })));
  await until(
    async () => (await owner`select from queue.runs where status = 'running' limit 1`).length === 0,
  );
  await prune(database, { ...retention, keptRuns: kept, keptEvents: kept });
  // As autovacuum does by itself, a minute later.
  await owner`vacuum (analyze) queue.runs, queue.steps, queue.events, queue.jobs, queue.run_keys`;
  sizes.push(await tell(round * Math.ceil(runs / rounds)));
}
const [early = NaN, late = NaN] = [sizes.at(2), sizes.at(-1)];
console.log(
  JSON.stringify({ name: "engine tables", unit: "MB", early, late, growth: +(late / early).toFixed(2) }),
);
await database.end();
for (const child of children) {
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}
await close();

async function tell(passed: number): Promise<number> {
  const [row] = await owner<{ runs: number; steps: number; events: number; jobs: number; mb: number }[]>`
    select (select count(*)::int from queue.runs) as runs, (select count(*)::int from queue.steps) as steps,
      (select count(*)::int from queue.events) as events, (select count(*)::int from queue.jobs) as jobs,
      (select round(sum(pg_total_relation_size(c.oid)) / 1e6, 1)::float8 from pg_class c
        where c.relnamespace = 'queue'::regnamespace and c.relkind = 'r') as mb`;
  if (!row) throw new Error("The tables of the engine could not be measured.");
  console.log([passed, row.runs, row.steps, row.events, row.jobs, row.mb].join(" | "));
  return row.mb;
}

async function startChild(role: "engine" | "worker"): Promise<ChildProcess> {
  const child = fork(path.resolve(import.meta.dirname, "engine-child.ts"), [role, JSON.stringify(options)], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  await once(child, "message");
  return child;
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(50);
}
