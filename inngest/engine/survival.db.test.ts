import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveClock } from "#db/testing";
import { eventually, openLab, type Lab } from "./conformance-lab.ts";
import { openDatabase } from "./database.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("a database that is gone fails what asks it, and does not end the engine", async () => {
  const unheard: unknown[] = [];
  const note = (error: unknown) => unheard.push(error);
  process.on("unhandledRejection", note);
  const database = openDatabase("postgres://nobody@127.0.0.1:9/nothing", 1);
  const asked = database.transact((sql) => {
    void sql`select 1`;
    return sql`select 2`;
  });
  await expect(asked).rejects.toThrow(/ECONNREFUSED/);
  await database.end();
  await sleep(20);
  process.off("unhandledRejection", note);
  expect(unheard).toEqual([]);
});

test("an engine killed between two steps and within one repeats no finished step", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/steps", data: { key, pauseMs: 250 } });
  await eventually(() => lab.app.count(key, "b") === 1, "the second step has begun");
  await lab.engine.abandon();
  lab.engine = await lab.launch();
  await lab.ended(key, "steps", "completed");
  expect(lab.app.count(key, "a")).toBe(1);
  expect(
    await lab.sql`select count(*)::int as n from queue.steps where run_id = ${(await lab.runsOf(key, "steps"))[0]?.id ?? ""}`,
  ).toEqual([{ n: 3 }]);
});

test("an engine told to stop writes down what its calls come to, and keeps what it hears meanwhile", async () => {
  const [begun, late] = [lab.newKey(), lab.newKey()];
  await lab.app.client.send({ name: "lab/steps", data: { key: begun, pauseMs: 200 } });
  await lab.app.seen(begun, "a");
  const stopped = lab.engine.stop(20_000);
  await lab.app.client.send({ name: "lab/steps", data: { key: late } });
  await stopped;
  expect(await lab.runsOf(begun, "steps")).toMatchObject([{ status: "completed" }]);
  lab.engine = await lab.launch();
  await lab.ended(late, "steps");
  expect([lab.app.count(begun, "a"), lab.app.count(late, "a")]).toEqual([1, 1]);
});

test("a reply that comes after its lease was taken over changes nothing", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/steps", data: { key, pauseMs: 200 } });
  await lab.app.seen(key, "a");
  await lab.sql`update queue.jobs set fence = fence + 1, lease_until = clock_timestamp() - interval '1 second'
            where run_id in (select id from queue.runs where events -> 0 -> 'data' ->> 'key' = ${key})`;
  await lab.ended(key, "steps");
  expect(lab.app.ran(key).filter((line) => line === "a")).toHaveLength(2);
  expect(lab.app.ran(key).filter((line) => line.startsWith("ended"))).toHaveLength(1);
});

test("a worker that dies in a step costs the function no attempt, and its successor goes on within a second", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/steps", data: { key, pauseMs: 150 } });
  await lab.app.seen(key, "a");
  const workerPort = Number(new URL(lab.app.url).port);
  await lab.app.kill();
  await sleep(300);
  await lab.app.start(workerPort);
  const started = performance.now();
  await lab.ended(key, "steps");
  expect(performance.now() - started).toBeLessThan(2000);
  expect(lab.app.count(key, "a")).toBe(2);
});

test("a worker that hangs, its connections open, loses its calls, and what it has finished is not repeated", async () => {
  const key = lab.newKey();
  const front = await startFreezable(Number(new URL(lab.app.url).port));
  await lab.engine.stop(1000);
  lab.engine = await lab.launch({ workerUrls: [front.url, lab.app.url], hungMs: 3000 });
  const bothLive = async () => {
    const { workers } = (await fetch(`${lab.engine.url}/health`).then((answer) => answer.json())) as {
      workers: { live: boolean }[];
    };
    return workers.filter(({ live }) => live).length === 2;
  };
  await eventually(bothLive, "both workers are alive");
  await lab.app.client.send({ name: "lab/steps", data: { key, pauseMs: 200 } });
  await lab.app.seen(key, "a");
  front.freeze();
  await lab.ended(key, "steps");
  expect([front.calls(), lab.app.count(key, "a"), lab.app.count(key, "b")]).toEqual([1, 1, 2]);
  await lab.engine.stop(1000);
  lab.engine = await lab.launch();
  await front.close();
});

test("two engines on one database do each step once", async () => {
  const key = lab.newKey();
  const second = await lab.launch({ port: 0 });
  const listening = () => lab.sql`
    select from pg_stat_activity
    where application_name = 'postroad-engine-listen' and datname = current_database()`;
  await eventually(async () => (await listening()).length === 2, "both engines listen");
  await lab.app.client.send(Array.from({ length: 20 }, () => ({ name: "lab/steps", data: { key } })));
  const completed = async () =>
    (await lab.runsOf(key, "steps")).filter((run) => run.status === "completed").length;
  await eventually(async () => (await completed()) === 20, "all ended", 15_000);
  expect(lab.app.count(key, "a")).toBe(20);
  expect(lab.app.count(key, "b")).toBe(40);
  await second.stop(1000);
});

test("of two engines one is killed in the middle: every run ends once, with each step once", async () => {
  const key = lab.newKey();
  await lab.engine.stop(1000);
  lab.engine = await lab.launch({ capacity: 4 });
  const second = await lab.launch({ port: 0, capacity: 4 });
  const runs = 12;
  await lab.app.client.send(
    Array.from({ length: runs }, () => ({ name: "lab/steps", data: { key, pauseMs: 60 } })),
  );
  const holds = async () =>
    (
      await lab.sql<{ engines: number }[]>`select count(distinct lease_owner)::int as engines from queue.jobs`
    )[0]?.engines === 2;
  await eventually(holds, "both engines have calls in flight");
  await second.abandon();
  const ofKey = lab.sql`select id from queue.runs where events -> 0 -> 'data' ->> 'key' = ${key}`;
  const ended = async () =>
    (await lab.sql`select from (${ofKey}) r join queue.runs using (id) where status = 'completed'`).length;
  await eventually(async () => (await ended()) === runs, "all ended");
  expect(await lab.runsOf(key, "steps")).toHaveLength(runs);
  // Only what the killed one had in its hands may have begun a second time.
  expect(lab.app.count(key, "a")).toBeLessThanOrEqual(runs + 4);
  expect(await lab.sql`select count(*)::int as n from queue.steps where run_id in (${ofKey})`).toEqual([
    { n: 3 * runs },
  ]);
});

test("wiping every table while it runs costs the runs, and nothing else", async () => {
  const [lost, key] = [lab.newKey(), lab.newKey()];
  await lab.waiting("lab/nap", lost);
  await lab.wipe();
  await lab.registered();
  expect(await lab.sql`select function_id from queue.crons`).toHaveLength(2);
  await lab.app.client.send({ name: "lab/steps", data: { key } });
  await lab.ended(key, "steps");
  await moveClock("1 hour");
  await sleep(50);
  expect(lab.app.ran(lost)).toEqual(["before"]);
});

/** An address of the app through which, once frozen, nothing comes any more while every connection stands. */
async function startFreezable(port: number) {
  const sockets: Socket[] = [];
  let calls = 0;
  let frozen = false;
  const server = createServer((socket) => {
    sockets.push(socket);
    if (frozen) return;
    const behind = connect(port, "127.0.0.1");
    for (const one of [socket, behind]) one.on("error", () => one.destroy());
    socket.on("data", (chunk) => (calls += /^POST /.test(chunk.toString("latin1")) ? 1 : 0));
    socket.pipe(behind).pipe(socket);
    sockets.push(behind);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest`,
    calls: () => calls,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.unpipe().pause();
    },
    close: async () => {
      sockets.forEach((socket) => socket.destroy());
      server.close();
      await once(server, "close");
    },
  };
}
