import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { createWorkerServer, drain } from "./worker-http.ts";

test("a call that outlasts the grace time is cut, and one that ends within it is answered", async () => {
  const ends: (() => void)[] = [];
  const server = createWorkerServer(
    "/api/inngest",
    (_, response) => void ends.push(() => response.end("{}")),
    { registered: true, stopping: false },
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/inngest?fnId=lab`;
  const [first, second] = [fetch(url, { method: "POST" }), fetch(url, { method: "POST" })];
  const cut = expect(second).rejects.toThrow("fetch failed");
  await expect.poll(() => ends.length).toBe(2);
  const drained = drain(server, 300);
  ends[0]?.();
  expect((await first).status).toBe(200);
  await cut;
  await drained;
});
