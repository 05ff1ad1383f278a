import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { listeningInodes, refuseTakenPorts, samePort } from "./ports.ts";

const wanted = (port: number, variable = "PORT", what = "web server") => ({
  port,
  variable,
  what,
  host: "127.0.0.1",
});

test("a taken port is refused with its holder and the variable that moves it", async () => {
  const holder = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => holder.once("listening", resolve));
  const { port } = holder.address() as AddressInfo;
  await expect(refuseTakenPorts([wanted(port)], 0)).rejects.toThrow(
    new RegExp(
      `Port ${port} for the web server is taken by .*${process.platform === "linux" ? process.pid : ""}.*PORT=${port + 100}`,
    ),
  );
  setTimeout(() => holder.close(), 150);
  await expect(refuseTakenPorts([wanted(port)], 5_000)).resolves.toBeUndefined();
});

test("two servers on one port are refused before either starts", () => {
  expect(samePort([wanted(3000), wanted(3001, "WORKER_PORT", "worker")])).toBeUndefined();
  expect(samePort([wanted(3000), wanted(3000, "WORKER_PORT", "worker")])).toContain(
    "PORT and WORKER_PORT are both 3000",
  );
});

test("only listening sockets of the very port count", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 111 1
   1: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 222 1
   2: 0100007F:1BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 333 1`;
  expect(listeningInodes(table, 3000)).toEqual(["111"]);
});
