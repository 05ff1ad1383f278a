import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { env } from "#server/env";
import { eventKey, eventually, openLab, signingKey, type Lab } from "./conformance-lab.ts";
import { leaseMs } from "./claim.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

async function begin(ms: number): Promise<string> {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/long", data: { key, ms } });
  await lab.app.seen(key, "begun");
  return key;
}

const holderOf = async (key: string) => {
  const [job] = await lab.sql<{ owner: string | null }[]>`
    select lease_owner as owner from queue.jobs
    where run_id in (select id from queue.runs where events -> 0 -> 'data' ->> 'key' = ${key})`;
  return job?.owner ?? null;
};

test("a step that takes longer than a lease runs once, though another engine would take it over", async () => {
  const second = await lab.launch({ port: 0 });
  const key = await begin(leaseMs + 1500);
  await lab.ended(key, "long");
  expect(lab.app.ran(key)).toEqual(["begun", "done"]);
  await second.stop(1000);
});

test("a call that outlasts the drain is given back, and another engine takes it before its lease runs out", async () => {
  const key = await begin(2000);
  const first = await holderOf(key);
  const second = await lab.launch({ port: 0 });
  await lab.engine.stop(200);
  const taken = async () => ![first, null].includes(await holderOf(key));
  await eventually(taken, "the other engine has the job", leaseMs / 2);
  await lab.ended(key, "long");
  expect(lab.app.count(key, "begun")).toBe(2);
  await second.stop(1000);
  lab.engine = await lab.launch();
});

test("an engine process that is told to end writes down what is in its hands, and is gone well within 30 s", async () => {
  const port = Number(new URL(lab.engine.url).port);
  await lab.engine.stop(1000);
  const main = path.join(import.meta.dirname, "main.ts");
  const { INNGEST_DEV: _, ...given } = process.env;
  const engine = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", main], {
    env: {
      ...given,
      HOST: "127.0.0.1",
      ENGINE_PORT: String(port),
      WORKER_PORT: new URL(lab.app.url).port,
      INNGEST_SIGNING_KEY: signingKey,
      INNGEST_EVENT_KEY: eventKey,
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  try {
    const ready = () =>
      fetch(`http://127.0.0.1:${port}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      );
    await eventually(ready, "the engine is ready", 45_000);
    const key = await begin(1500);
    const ended = once(engine, "exit");
    const toldAt = performance.now();
    engine.kill("SIGTERM");
    expect(await ended).toEqual([0, null]);
    expect(performance.now() - toldAt).toBeLessThan(15_000);
    expect(await lab.runsOf(key, "long")).toMatchObject([{ status: "completed" }]);
    expect(lab.app.ran(key)).toEqual(["begun", "done"]);
  } finally {
    engine.kill("SIGKILL");
    lab.engine = await lab.launch();
  }
}, 90_000);

test("an engine that is told to stop while its database is away closes what it holds all the same", async () => {
  const behind = new URL(env.ENGINE_DATABASE_URL);
  const sockets = new Set<Socket>();
  const front = createServer((socket) => {
    const upstream = connect(Number(behind.port || 5432), behind.hostname);
    for (const [from, to] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(from);
      from.on("error", () => undefined);
      from.on("close", () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, "127.0.0.1");
  await once(front, "listening");
  const databaseUrl = new URL(behind);
  databaseUrl.host = `127.0.0.1:${(front.address() as AddressInfo).port}`;
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const engine = await lab.launch({ port: 0, databaseUrl: databaseUrl.href, log });
  expect((await fetch(`${engine.url}/healthz`)).status).toBe(200);
  front.close();
  for (const socket of sockets) socket.destroy();
  await engine.stop(0);
  await expect(fetch(`${engine.url}/healthz`)).rejects.toThrow();
});
