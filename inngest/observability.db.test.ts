import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { newTenant } from "#db/testing";
import { eventually } from "#inngest/engine/conformance-lab";
import { inngest } from "#inngest/client";
import { exportRequested } from "#inngest/events";
import { askForExport } from "#server/exports/testing";
import { env } from "#server/env";
import { collectTraces } from "#server/testing-traces";

await vi.hoisted(async () => {
  const { freePort } = await import("../server/messages/testing-sinks.ts");
  const [ENGINE_PORT, WORKER_PORT] = [String(await freePort()), String(await freePort())];
  delete process.env.INNGEST_DEV;
  Object.assign(process.env, { ENGINE_PORT, WORKER_PORT });
});

const collector = await collectTraces();
const { spans } = collector;

/** What the processes take for their database: it can be taken away from them, and from nobody else. */
const connections = new Set<Socket>();
let isAway = false;
const database = createServer((socket) => {
  if (isAway) return void socket.destroy();
  const { port, hostname } = new URL(env.DATABASE_URL);
  const beyond = connect(Number(port), hostname);
  for (const one of [socket, beyond]) {
    connections.add(one);
    one.on("error", () => one.destroy());
    one.on("close", () => (connections.delete(one), socket.destroy(), beyond.destroy()));
  }
  socket.pipe(beyond).pipe(socket);
});
function takeAway(away: boolean): void {
  isAway = away;
  if (away) for (const one of connections) one.destroy();
}

const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  takeAway(true);
  database.close();
  collector.close();
});

const portOf = (server: { address: () => AddressInfo | string | null }) =>
  (server.address() as AddressInfo).port;

/** A process of the product, from its sources, and the lines that it has logged. */
function start(file: string) {
  const through = (url: string) => Object.assign(new URL(url), { port: String(portOf(database)) }).href;
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", file], {
    cwd: path.dirname(import.meta.dirname),
    env: {
      ...process.env,
      DATABASE_URL: through(env.DATABASE_URL),
      ENGINE_DATABASE_URL: through(env.ENGINE_DATABASE_URL),
      LOG_LEVEL: "debug",
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  const stop = async () => {
    child.kill("SIGTERM");
    if (child.exitCode === null) await once(child, "exit");
    return child.exitCode;
  };
  return { lines, stop };
}
type Started = ReturnType<typeof start>;

const logLine = z.looseObject({ level: z.string(), time: z.iso.datetime(), msg: z.string() });
const callLine = logLine.extend({ requestId: z.string(), run: z.string(), function: z.string() });
/** The lines about calls of one function. Each line is JSON, or this throws. */
const callsOf = ({ lines }: Started, fn: string) =>
  lines.flatMap((line) => {
    const call = callLine.safeParse(logLine.parse(JSON.parse(line)));
    return call.success && call.data.function === fn ? [call.data] : [];
  });

test("one call of a function is found by its run and request in the logs of engine and worker, and is one trace; without a database both are unready, and ready again by themselves", async () => {
  database.listen(0, "127.0.0.1");
  await once(database, "listening");
  const [engine, worker] = [start("inngest/engine/main.ts"), start("inngest/worker.ts")];
  const addresses = [env.ENGINE_PORT, env.WORKER_PORT].map((port) => `http://127.0.0.1:${port}/readyz`);
  const readiness = () =>
    Promise.all(
      addresses.map((url) =>
        fetch(url).then(
          ({ status }) => status,
          () => 0,
        ),
      ),
    );
  const ready = async () => (await readiness()).every((status) => status === 200);
  await eventually(ready, "engine and worker are ready", 60_000);

  const tenant = await newTenant();
  const { tenantId, workspaceId } = tenant;
  const exportId = await askForExport(tenant);
  await inngest.send(exportRequested.create({ tenantId, workspaceId, exportId, fence: 1 }));
  const fn = "postroad-export-contacts";
  await eventually(
    () => callsOf(worker, fn).some(({ msg }) => msg === "call") && callsOf(engine, fn).length > 0,
    "the function has been called",
    15_000,
  );
  const [called] = callsOf(engine, fn);
  expect(called).toMatchObject({ level: "debug", msg: "call", attempt: 0 });
  expect(callsOf(worker, fn)).toContainEqual(
    expect.objectContaining({ requestId: called?.requestId, run: called?.run, msg: "call" }),
  );

  takeAway(true);
  await eventually(
    async () => (await readiness()).every((status) => status === 503),
    "both are unready",
    20_000,
  );
  takeAway(false);
  await eventually(ready, "both are ready again", 30_000);

  expect(await Promise.all([worker.stop(), engine.stop()])).toEqual([0, 0]);
  const call = spans.find(({ name, service }) => name === `call ${fn}` && service === "postroad-engine");
  expect(call).toBeDefined();
  expect(spans).toContainEqual(
    expect.objectContaining({
      name: `function ${fn}`,
      service: "postroad-worker",
      traceId: call?.traceId,
      parentSpanId: call?.spanId,
    }),
  );

  const web = start("server/testing-web.ts");
  await eventually(() => web.lines.length === 1, "the web server listens");
  await fetch(`http://127.0.0.1:${web.lines[0]}/`);
  expect(await web.stop()).toBe(143);
  expect(spans).toContainEqual(expect.objectContaining({ name: "page", service: "postroad-web" }));
}, 150_000);
