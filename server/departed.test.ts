import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { expect, test } from "vitest";
import { isDeparted } from "./departed.ts";

test("a browser that leaves half-way through its upload is told from a failure of ours", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const asked = once(server, "request") as Promise<[IncomingMessage]>;
  const browser = connect(port, "127.0.0.1");
  browser.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\nhalf of");
  const [request] = await asked;
  const body = buffer(request).catch((error: unknown) => error);
  browser.destroy();
  expect(isDeparted(await body)).toBe(true);
  server.close();
});

test("a lost connection to the database is no departure", () => {
  expect(isDeparted(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }))).toBe(false);
  expect(isDeparted(new Error("aborted"))).toBe(false);
});
