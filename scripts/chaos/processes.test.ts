import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { parseEnv } from "#server/env";
import { kill, victims } from "./processes.ts";

const connectOnly = "require('node:net').connect(Number(process.argv[1]), '127.0.0.1')";

test.skipIf(!existsSync("/proc/self/net/tcp"))(
  "of two of a kind the one dies that stands at the line, whichever chance would have taken",
  async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "pair-"));
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const children: ChildProcess[] = [];
    /** A process that looks like a worker of this installation and has one connection. */
    const start = async (workerPort: number) => {
      const env = { ...parseEnv({ NODE_ENV: "test" }), DATA_DIR: folder, WORKER_PORT: workerPort };
      const { port } = server.address() as AddressInfo;
      const args = ["-e", connectOnly, String(port), "inngest/worker.ts"];
      const child: ChildProcess = spawn(process.execPath, args, {
        env: { NODE_ENV: "test", DATA_DIR: folder, WORKER_PORT: String(workerPort) },
      });
      children.push(child);
      const [socket] = (await once(server, "connection")) as [Socket];
      return { env, child, port: socket.remotePort ?? 0 };
    };
    try {
      const [one, other] = [await start(1), await start(2)];
      const pair = { env: one.env, second: other.env };
      const aim = (which: number, port: number | null) => victims(pair, { part: "worker", which, port });
      expect(aim(0.3, other.port)).toEqual([other.env]);
      expect(aim(0.9, one.port)).toEqual([one.env]);
      expect(aim(0.1, one.port)).toEqual([one.env, other.env]);
      expect([aim(0.3, null), aim(0.9, 1)]).toEqual([[one.env], [other.env]]);
      expect(victims(pair, { part: "web", which: 0.9, port: null })).toEqual([one.env]);
      const gone = once(other.child, "exit");
      expect(kill(other.env, "worker")).toEqual({ processes: 1, ports: [other.port] });
      await gone;
      expect(one.child.exitCode).toBeNull();
    } finally {
      for (const child of children) child.kill("SIGKILL");
      server.close();
      rmSync(folder, { recursive: true });
    }
  },
);
