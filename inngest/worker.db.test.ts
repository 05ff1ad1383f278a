import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { json } from "node:stream/consumers";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";

const root = path.dirname(import.meta.dirname);
const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const registration = z.object({
  url: z.string(),
  appName: z.string(),
  functions: z.array(z.object({ id: z.string() })),
});
type Call = { path: string; headers: IncomingHttpHeaders; body: unknown };

/** What an Inngest server elsewhere is to the SDK: an address that takes registrations. */
async function listenAsInngest() {
  const calls: Call[] = [];
  const server = createServer((request, response) => {
    const answer = { ok: true, modified: true };
    void json(request)
      .catch(() => null)
      .then((body) => {
        calls.push({ path: request.url ?? "", headers: request.headers, body });
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(async () => void server.close());
  return { calls, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const functionNames = [
  ...["import-contacts", "undo-import", "export-contacts"],
  ...["run-campaign", "run-email-step", "run-wait-step", "run-condition-step", "run-action-step"],
  ...["send-from-mailbox", "sweep"],
];
/** What their failure handlers are called is the SDK's business. */
const registeredIds = () => functionNames.map((name) => `postroad-${name}`);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function startWorker(variables: Record<string, string>) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "inngest/worker.ts"], {
    cwd: root,
    env: { ...process.env, ...variables },
    stdio: ["ignore", "ignore", "inherit"],
  });
  ends.push(async () => {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  });
}

test("an Inngest server elsewhere is told of every function by the environment alone, signed with its key", async () => {
  const { calls, url } = await listenAsInngest();
  const port = String(await freePort());
  startWorker({
    WORKER_PORT: port,
    INNGEST_BASE_URL: url,
    INNGEST_EVENT_KEY: "event-key-of-the-server",
    INNGEST_SIGNING_KEY: `signkey-prod-${"ab".repeat(32)}`,
    INNGEST_SERVE_ORIGIN: `http://127.0.0.1:${port}`,
  });
  await expect.poll(() => calls.length, { timeout: 15_000 }).toBeGreaterThan(0);
  const [call] = calls;
  expect(call?.path).toMatch(/^\/fn\/register/);
  expect(call?.headers.authorization).toMatch(/^Bearer signkey-prod-[0-9a-f]{64}$/);
  const told = registration.parse(call?.body);
  expect(told).toMatchObject({ url: `http://127.0.0.1:${port}/api/inngest`, appName: "postroad" });
  expect(told.functions.map(({ id }) => id)).toEqual(expect.arrayContaining(registeredIds()));
  const ready = () => fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.status);
  await expect.poll(ready, { timeout: 5_000 }).toBe(200);
});

test("a Dev Server is told without keys", async () => {
  const { calls, url } = await listenAsInngest();
  const port = String(await freePort());
  startWorker({ WORKER_PORT: port, INNGEST_DEV: url });
  await expect.poll(() => calls.length, { timeout: 15_000 }).toBeGreaterThan(0);
  const told = registration.parse(calls.find((call) => call.path.startsWith("/fn/register"))?.body);
  expect(told.functions.map(({ id }) => id)).toEqual(expect.arrayContaining(registeredIds()));
});
