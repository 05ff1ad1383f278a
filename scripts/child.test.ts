import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { startChild } from "./child.ts";
import type { ChildOptions } from "./child.ts";

const folder = mkdtempSync(path.join(tmpdir(), "child-"));
afterAll(() => rmSync(folder, { recursive: true }));

const server = (port: number) => `
  require("node:http").createServer((request, response) => response.end("ok")).listen(${port}, "127.0.0.1");
  console.log("listening as " + process.pid);`;

function options(name: string, code: string, port: number): ChildOptions {
  return {
    name,
    args: ["--eval", code],
    env: process.env,
    cwd: folder,
    logFile: path.join(folder, `${name}.log`),
    healthUrl: `http://127.0.0.1:${port}/`,
    patienceMs: 10_000,
    signal: new AbortController().signal,
  };
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

const lives = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test("a process is started when it answers, logs to its file, and stops when asked", async () => {
  const port = await freePort();
  const running = await startChild(options("web", server(port), port));
  expect(readFileSync(path.join(folder, "web.log"), "utf8")).toContain(`listening as ${running.pid}`);
  await running.stop();
  expect(await running.ended).toBe("signal SIGTERM");
});

test("a process that ends while starting is told with its last words", async () => {
  const failing = startChild(
    options("worker", "console.error('the port is taken'); process.exit(3)", await freePort()),
  );
  await expect(failing).rejects.toThrow(/worker ended while starting \(exit code 3\)[^]*the port is taken/);
});

test("somebody else's answer on the port is not taken for the process's own", async () => {
  const port = await freePort();
  const first = await startChild(options("first", server(port), port));
  await expect(startChild(options("second", server(port), port))).rejects.toThrow(/Something else answers/);
  await first.stop();
});

test("a process ends when whoever started it is killed", async () => {
  const port = await freePort();
  const script = path.join(folder, "starter.ts");
  const settings = JSON.stringify({ ...options("orphan", server(port), port), env: {}, signal: undefined });
  writeFileSync(
    script,
    `import { startChild } from ${JSON.stringify(path.join(import.meta.dirname, "child.ts"))};
     const running = await startChild({ ...${settings}, signal: new AbortController().signal });
     console.log(running.pid); setInterval(() => {}, 1000);`,
  );
  const starter = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((resolve) =>
    starter.stdout.once("data", (data) => resolve(Number(String(data)))),
  );
  expect(lives(pid)).toBe(true);
  starter.kill("SIGKILL");
  await expect.poll(() => lives(pid), { timeout: 5_000 }).toBe(false);
});

test("the tether lets helpers live that were given no pipe, as Next.js gives its own none", async () => {
  const tether = path.join(import.meta.dirname, "tether.mjs");
  const helper = (stdin: "pipe" | "ignore") => {
    const code = "setTimeout(() => process.exit(7), 1000)";
    const child = spawn(process.execPath, ["--import", tether, "--eval", code], {
      stdio: [stdin, "ignore", "inherit"],
    });
    child.stdin?.end();
    return once(child, "exit");
  };
  const [helpers, ownChild] = await Promise.all([helper("ignore"), helper("pipe")]);
  expect(helpers).toEqual([7, null]);
  expect(ownChild).toEqual([null, "SIGTERM"]);
});
