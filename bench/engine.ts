/**
 * The embedded Inngest server: steps per second of functions with three steps that do nothing, with and without
 * checkpoints; from event to start on an idle server; and what sleeping runs cost. One engine, one worker and Postgres,
 * each a process. The floors, taken in the same run: a bare queue on the same Postgres (claim one row with SKIP LOCKED,
 * delete it), and a bare HTTP call to the same worker.
 *
 *   npm run bench:engine -- [runs] [events] [sleepers]
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { Agent, request } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Inngest } from "inngest";
import postgres from "postgres";
import { openBenchDatabase, report, timed } from "./database.ts";
import { nowMs, type ChildOptions, type FromChild, type Usage } from "./engine-child.ts";

const [runs = 2000, events = 200, sleepers = 100_000] = process.argv.slice(2).map(Number);
const lanes = 10;
const enginePort = Number(process.env.BENCH_ENGINE_PORT ?? 20590);
const child = path.resolve(import.meta.dirname, "engine-child.ts");

const { owner, close } = await openBenchDatabase();
const databaseUrl = process.env.ENGINE_DATABASE_URL ?? "";
const options: ChildOptions = {
  databaseUrl,
  enginePort,
  workerPort: enginePort + 1,
  signingKey: `signkey-bench-${"5a".repeat(16)}`,
  eventKey: "bench",
};
const started = new Map<number, (atMs: number) => void>();
const worker = await startChild("worker");
const engine = await startChild("engine");
const client = new Inngest({
  id: "bench",
  baseUrl: engine.url,
  signingKey: options.signingKey,
  eventKey: options.eventKey,
  isDev: false,
});
await until(async () => (await owner`select from queue.functions`).length === 3);

const bareCalls = await callsPerSecond();
const bareJobs = await jobsPerSecond();
await stepsPerSecond("checkpoints", Math.min(runs, 200));
report("steps, with checkpoints", "steps/s", await stepsPerSecond("checkpoints", runs), bareCalls);
report("steps, call by call", "steps/s", await stepsPerSecond("calls", runs), Math.min(bareCalls, bareJobs));
console.log(`floors: ${Math.round(bareCalls)} bare HTTP calls/s, ${Math.round(bareJobs)} bare jobs/s`);
await latency();
await sleeping();
for (const { process: one } of [engine, worker]) {
  const ended = once(one, "exit");
  one.disconnect();
  await ended;
}
await close();

type Child = { process: ChildProcess; url: string };

async function startChild(role: "engine" | "worker"): Promise<Child> {
  const one = fork(child, [role, JSON.stringify(options)], {
    env: { ...process.env, NODE_ENV: "production" },
  });
  one.on("message", (message: FromChild) => {
    if ("started" in message) started.get(message.started.number)?.(message.started.atMs);
  });
  const [ready] = (await once(one, "message")) as [{ ready: string }];
  return { process: one, url: ready.ready };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await sleep(20);
}

/** From the first event sent to the last run ended, three steps each. */
async function stepsPerSecond(fn: "checkpoints" | "calls", count: number): Promise<number> {
  const id = `bench-${fn}`;
  const completed = () => owner<{ count: number }[]>`
    select count(*)::int as count from queue.runs where function_id = ${id} and status = 'completed'`;
  const before = (await completed())[0]?.count ?? 0;
  const cpuBefore = await Promise.all([engine, worker].map(usageOf));
  const seconds = await timed(async () => {
    for (let sent = 0; sent < count; sent += 500) {
      const batch = Math.min(500, count - sent);
      await client.send(Array.from({ length: batch }, () => ({ name: `bench/${fn}` })));
    }
    await until(async () => ((await completed())[0]?.count ?? 0) - before === count);
  });
  const cpuAfter = await Promise.all([engine, worker].map(usageOf));
  const [engineMs = 0, workerMs = 0] = cpuAfter.map(
    ({ cpuMs }, index) => (cpuMs - (cpuBefore[index]?.cpuMs ?? 0)) / (count * 3),
  );
  console.log(
    `${fn}: ${engineMs.toFixed(2)} ms of CPU a step in the engine, ${workerMs.toFixed(2)} in the worker`,
  );
  const [steps] = await owner<{ count: number }[]>`
    select count(*)::int as count from queue.steps s join queue.runs r on r.id = s.run_id where function_id = ${id}`;
  if (steps?.count !== (before + count) * 3) throw new Error(`${steps?.count} steps were kept.`);
  return (count * 3) / seconds;
}

/** One event after the other, each on an idle server: from before it is sent to the first line of its function. */
async function latency(): Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const [took, floor]: number[][] = [[], []];
  for (let number = 0; number < events; number += 1) {
    await sleep(20);
    const sentMs = nowMs();
    const begun = new Promise<number>((resolve) => started.set(number, resolve));
    await client.send({ name: "bench/prompt", data: { number } });
    took?.push((await begun) - sentMs);
    started.delete(number);
    await sleep(20);
    const calledMs = nowMs();
    await bareCall(agent);
    floor?.push(nowMs() - calledMs);
  }
  agent.destroy();
  const at = (times: number[] = [], share: number) =>
    times.sort((a, b) => a - b)[Math.floor(times.length * share)] ?? NaN;
  const figures = {
    p50: at(took, 0.5),
    p95: at(took, 0.95),
    floorP50: at(floor, 0.5),
    floorP95: at(floor, 0.95),
  };
  const { p50, p95, floorP50, floorP95 } = figures;
  console.log(
    `event to start: p50 ${p50.toFixed(1)} ms, p95 ${p95.toFixed(1)} ms; a bare HTTP call ${floorP50.toFixed(1)} and ${floorP95.toFixed(1)} ms`,
  );
  console.log(JSON.stringify({ name: "event to start", unit: "ms", ...figures }));
}

/** Runs asleep for 30 days, written as they lie in the tables: the engine's memory, and its work while nothing is due. */
async function sleeping(): Promise<void> {
  const seconds = 10;
  const idle = async () => {
    const before = await usageOf(engine);
    await sleep(seconds * 1000);
    const after = await usageOf(engine);
    return { megabytes: after.rssBytes / 1e6, share: (after.cpuMs - before.cpuMs) / (seconds * 1000) };
  };
  const without = await idle();
  await owner`
    with run as (
      insert into queue.runs (id, function_id, queue_name, tenant_id, max_attempts, events, step_count)
      select 'sleeper-' || n, 'bench-calls', 'default', md5((n % 1000)::text)::uuid, 5,
        '[{"name":"bench/calls","data":{},"id":"e","ts":0,"user":{}}]', 1
      from generate_series(1, ${sleepers}) n returning id, tenant_id
    ), step as (
      insert into queue.steps (run_id, step_id, seq, name, op, result)
      select id, 's', 1, 's', 'StepRun', '{"data":null}' from run
    )
    insert into queue.jobs (queue_name, tenant_id, run_id, function_id, kind, step_id, due_at)
    select 'default', tenant_id, id, 'bench-calls', 'sleep', 'nap', app_now() + interval '30 days' from run`;
  await owner`vacuum analyze queue.jobs`;
  const asleep = await idle();
  const percent = (share: number) => `${(share * 100).toFixed(2)} % of a core`;
  console.log(
    `engine idle: ${Math.round(without.megabytes)} MB, ${percent(without.share)}; with ${sleepers} runs asleep: ${Math.round(asleep.megabytes)} MB, ${percent(asleep.share)}`,
  );
  console.log(JSON.stringify({ name: "sleeping runs", sleepers, without, asleep }));
  console.log(
    `steps among sleepers: ${Math.round(await stepsPerSecond("checkpoints", Math.min(runs, 500)))} steps/s`,
  );
}

async function usageOf({ process: one }: Child): Promise<Usage> {
  one.send("usage");
  for (;;) {
    const [message] = (await once(one, "message")) as [FromChild];
    if ("usage" in message) return message.usage;
  }
}

function bareCall(agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const call = request(`${worker.url}/bare`, { method: "POST", agent }, (response) => {
      response.resume().on("end", resolve);
    });
    call.on("error", reject);
    call.end("{}");
  });
}

async function callsPerSecond(): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const count = Math.max(runs, 1000);
  let left = count;
  const seconds = await timed(() =>
    Promise.all(
      Array.from({ length: 64 }, async () => {
        while (left-- > 0) await bareCall(agent);
      }),
    ),
  );
  agent.destroy();
  return count / seconds;
}

/** A queue with nothing to it: a row claimed and a row deleted, in two transactions, by as many as the engine has. */
async function jobsPerSecond(): Promise<number> {
  const count = Math.max(runs, 1000);
  await owner`create table queue.bare (id int primary key, lease_until timestamptz)`;
  await owner`insert into queue.bare (id) select generate_series(1, ${count})`;
  await owner`grant all on queue.bare to ${owner(new URL(databaseUrl).username)}`;
  const sql = postgres(databaseUrl, { max: lanes });
  const seconds = await timed(() =>
    Promise.all(
      Array.from({ length: lanes }, async () => {
        for (;;) {
          const [job] = await sql<{ id: number }[]>`
            update queue.bare set lease_until = clock_timestamp() + interval '4 seconds'
            where id = (select id from queue.bare where lease_until is null limit 1 for update skip locked)
            returning id`;
          if (!job) return;
          await sql`delete from queue.bare where id = ${job.id}`;
        }
      }),
    ),
  );
  await sql.end();
  await owner`drop table queue.bare`;
  return count / seconds;
}
