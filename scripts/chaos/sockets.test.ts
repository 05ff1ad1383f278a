import { existsSync } from "node:fs";
import { connect, createServer, type AddressInfo } from "node:net";
import { once } from "node:events";
import { expect, test } from "vitest";
import { portsOf } from "./sockets.ts";

test.skipIf(!existsSync("/proc/self/net/tcp"))(
  "a connection's own port names the process that holds it, and no other",
  async () => {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(client, "connect");
    const { localPort = 0 } = client;
    expect(portsOf(process.pid).has(localPort)).toBe(true);
    expect(portsOf(process.ppid).has(localPort)).toBe(false);
    client.destroy();
    server.close();
    await once(server, "close");
    expect(portsOf(process.pid).has(localPort)).toBe(false);
    expect(portsOf(2 ** 30)).toEqual(new Set());
  },
);
