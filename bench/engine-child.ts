/** The worker and the engine of `bench:engine`, each a process of its own. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Inngest } from "inngest";
import { serve } from "inngest/node";
import { startEngine } from "#inngest/engine/engine";
import { copyEnvironment } from "#server/env";

export type ChildOptions = {
  databaseUrl: string;
  enginePort: number;
  workerPort: number;
  signingKey: string;
  eventKey: string;
};
export type Usage = { rssBytes: number; cpuMs: number };
export type FromChild = { ready: string } | { usage: Usage } | { started: { number: number; atMs: number } };

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: console.error };
const tell = (message: FromChild) => process.send?.(message);

/** Milliseconds on a clock that the processes share, finer than Date.now(). */
export const nowMs = () => performance.timeOrigin + performance.now();

function newClient({ enginePort, signingKey, eventKey }: ChildOptions): Inngest {
  const baseUrl = `http://127.0.0.1:${enginePort}`;
  return new Inngest({ id: "bench", baseUrl, signingKey, eventKey, isDev: false, logger: silent });
}

/** Three steps that do nothing: with checkpoints, and call by call. And one that says when it began. */
async function startWorker(options: ChildOptions): Promise<string> {
  copyEnvironment();
  const client = newClient(options);
  const steps = (id: string, checkpointing: boolean) =>
    client.createFunction({ id, checkpointing, triggers: [{ event: `bench/${id}` }] }, async ({ step }) => {
      for (const name of ["a", "b", "c"]) await step.run(name, () => name);
    });
  const prompt = client.createFunction(
    { id: "prompt", triggers: [{ event: "bench/prompt" }] },
    ({ event }) =>
      void tell({ started: { number: (event.data as { number: number }).number, atMs: nowMs() } }),
  );
  const handler = serve({ client, functions: [steps("checkpoints", true), steps("calls", false), prompt] });
  const server = createServer((request, response) => {
    if (request.url !== "/bare") return void handler(request, response);
    request.resume().on("end", () => response.end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(options.workerPort, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startServer({ databaseUrl, enginePort, workerPort, signingKey, eventKey }: ChildOptions) {
  const engine = await startEngine({
    databaseUrl,
    signingKey,
    eventKey,
    workerUrls: [`http://127.0.0.1:${workerPort}/api/inngest`],
    host: "127.0.0.1",
    port: enginePort,
    log: silent,
  });
  return engine.url;
}

if (process.send) {
  const [role = "", options = "{}"] = process.argv.slice(2);
  const parsed = JSON.parse(options) as ChildOptions;
  const url = await (role === "engine" ? startServer(parsed) : startWorker(parsed));
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    tell({ usage: { rssBytes: process.memoryUsage().rss, cpuMs: (user + system) / 1000 } });
  });
  // Whoever started it is gone.
  process.on("disconnect", () => process.exit(0));
  tell({ ready: url });
}
