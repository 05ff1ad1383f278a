import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, expect, test, vi } from "vitest";
import { createWorkerServer } from "./worker-http.ts";

await vi.hoisted(async () => {
  process.env.DATABASE_URL = "postgres://nobody@127.0.0.1:9/nothing";
});

const state = { registered: true, stopping: false };
const worker = createWorkerServer("/api/inngest", (_, response) => response.end(), state);
worker.listen(0, "127.0.0.1");
await once(worker, "listening");
const url = `http://127.0.0.1:${(worker.address() as AddressInfo).port}`;
afterAll(() => void worker.close());

async function readiness(): Promise<[status: number, problem: string]> {
  const answer = await fetch(`${url}/readyz`);
  return [answer.status, ((await answer.json()) as { problem: string }).problem];
}

test("a worker whose database is away lives and is not ready, nor is one that no server knows or that stops: each says why", async () => {
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect(await readiness()).toEqual([503, expect.stringMatching(/^The database does not answer\./)]);
  state.registered = false;
  expect(await readiness()).toEqual([503, expect.stringMatching(/not registered yet/)]);
  state.stopping = true;
  expect(await readiness()).toEqual([503, "This worker is stopping."]);
});
