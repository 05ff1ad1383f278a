import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withoutTenant } from "#db/client";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { storage } from "#server/storage";
import { fetchImport, fetchTriesMax, requestFetch } from "./fetching.ts";
import { takeImport } from "./run.ts";
import { partBytes } from "./schema.ts";
import type { TestTenant } from "./testing.ts";

let asked = 0;
const server = createServer((request, response) => {
  asked += 1;
  if (request.url === "/dribble") dribble(response);
  else if (request.url === "/busy") response.writeHead(503).end();
  else if (request.url === "/page.html") response.end("<!doctype html><html><body>Sign in</body></html>");
  else response.end("email,plan\na@example.com,pro\n");
});
/** A part of a file at once, and then a byte now and then. */
function dribble(response: ServerResponse): void {
  response.write("a".repeat(partBytes));
  const drops = setInterval(() => response.write("a"), 20);
  response.on("close", () => clearInterval(drops));
}

let base = "";
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
});

/** Asks for a file; returns the id of its import. */
async function ask(tenant: TestTenant, url: string, key = v7()): Promise<string> {
  await withTenant(tenant.scope, (tx) => requestFetch(tx, { key, url }, tenant.scope));
  return key;
}

type Run = { withinMs?: number; allowPrivate?: boolean };

async function run(tenant: TestTenant, id: string, { allowPrivate = true, ...options }: Run = {}) {
  const taken = await takeImport(tenant.scope, id, v7(), ["fetch"]);
  return taken && fetchImport(tenant.scope, id, taken.fence, { allowPrivate, ...options });
}

/** Has runs, one after the other, ask a server that may be better later, until the last try. */
async function runOut(tenant: TestTenant, id: string, options: Run = {}, from = 1) {
  for (let tries = from; tries < fetchTriesMax; tries++) {
    await expect(run(tenant, id, options)).rejects.toMatchObject({ code: "unavailable" });
    await moveClock("10 minutes");
  }
  return run(tenant, id, options);
}

async function filesOf(id: string): Promise<string[]> {
  const files: string[] = [];
  for await (const file of storage.list()) if (file.includes(id)) files.push(file);
  return files;
}

const storedOf = (tenant: TestTenant, id: string) =>
  withTenant(tenant.scope, async (tx) => {
    const [row] = await tx.execute(sql`select j::text from import_jobs j where id = ${id}::uuid`);
    return String(row?.j);
  });

test("a private address needs the operator's word, and plain HTTP never leaves the own network", async () => {
  const tenant = await newTenant();
  const problemOf = async (url: string) => {
    const id = v7();
    await tenant.caller.imports.fetch({ key: id, url });
    expect(await run(tenant, id, { allowPrivate: false })).toBe("failed");
    return (await tenant.caller.imports.byId({ id })).problem;
  };
  expect(await problemOf(`${base}/people.csv`)).toMatch(/inside this network/);
  expect(await problemOf("http://1.1.1.1/people.csv")).toMatch(/must be asked over HTTPS/);
  expect(await problemOf("https://user:word@example.com/people.csv")).toMatch(/user name and password/);
});

test("a file from an address is inspected like an upload, and is one import, however often it is asked for", async () => {
  const tenant = await newTenant();
  asked = 0;
  const id = await ask(tenant, `${base}/people.csv?token=secret`);
  const waiting = await tenant.caller.imports.byId({ id });
  expect(waiting).toMatchObject({ status: "fetching", fetch: { address: `${base}/people.csv` } });
  await expect(tenant.caller.imports.inspect({ id })).rejects.toThrow(/still being fetched/);
  expect(await storedOf(tenant, id)).toMatch(/"sealed"(?!.*secret)/);
  await expect(ask(tenant, `${base}/people.csv?token=other`, id)).rejects.toThrow(/Cancel it/);
  const taken = await takeImport(tenant.scope, id, v7(), ["fetch"]);
  const fetched = () => fetchImport(tenant.scope, id, taken?.fence ?? 0, { allowPrivate: true });
  // Two at once, as after a lost answer: one file is kept, and the other one leaves nothing of it broken or behind.
  expect((await Promise.all([fetched(), fetched()])).sort()).toEqual(["fetched", "lost"]);
  const before = asked;
  await ask(tenant, `${base}/people.csv`, id);
  await expect(ask(tenant, `${base}/other.csv`, id)).rejects.toMatchObject({ code: "conflict" });
  expect(await run(tenant, id)).toBe(null);
  expect(asked).toBe(before);
  expect(await filesOf(id)).toHaveLength(1);
  expect(await tenant.caller.imports.inspect({ id })).toMatchObject({
    fileName: "people.csv",
    status: "pending",
    headers: ["email", "plan"],
  });
  expect(await storedOf(tenant, id)).not.toContain("sealed");
});

test("a file that is no list of contacts, or that is not there, fails with its reason, and may be asked for anew", async () => {
  const tenant = await newTenant();
  const id = await ask(tenant, `${base}/page.html`);
  expect(await run(tenant, id)).toBe("failed");
  const failed = await tenant.caller.imports.byId({ id });
  expect(failed).toMatchObject({ status: "failed", partsReceived: 0, canUndo: false });
  expect(failed.problem).toMatch(/^[A-Z"].+\.$/);
  expect(await filesOf(id)).toEqual([]);
  await ask(tenant, `${base}/people.csv`, id);
  expect(await run(tenant, id)).toBe("fetched");
  expect(await tenant.caller.imports.byId({ id })).toMatchObject({ status: "pending", problem: null });
  // What failed on its way through the rows has its file, and what it wrote is there to be undone.
  await withTenant(tenant.scope, (tx) =>
    tx.execute(sql`update import_jobs set status = 'failed', started_at = app_now() where id = ${id}::uuid`),
  );
  await ask(tenant, `${base}/people.csv`, id);
  expect(await tenant.caller.imports.byId({ id })).toMatchObject({ status: "failed", partsReceived: 1 });
});

test("a server that is busy or dribbles is asked again, and in the end left; nothing of its file stays", async () => {
  const tenant = await newTenant();
  const id = await ask(tenant, `${base}/busy`);
  await expect(run(tenant, id)).rejects.toMatchObject({ code: "unavailable" });
  const told = { status: "fetching", problem: expect.stringMatching(/status 503/) as string };
  expect(await tenant.caller.imports.byId({ id })).toMatchObject(told);
  await moveClock("10 minutes");
  // Its run has fallen silent: the sweeper calls for another one.
  const stalled = await withoutTenant((tx) => tx.execute(sql`select id, status from stalled_jobs()`));
  expect([...stalled]).toContainEqual({ id, status: "fetching" });
  expect(await runOut(tenant, id, {}, 2)).toBe("failed");
  const slow = await ask(tenant, `${base}/dribble`);
  expect(await runOut(tenant, slow, { withinMs: 100 })).toBe("failed");
  const { problem } = await tenant.caller.imports.byId({ id: slow });
  expect(problem).toMatch(/broke off after \d+ bytes \(the whole file takes longer/);
  expect(await filesOf(slow)).toEqual([]);
});

test("a fetch that is cancelled ends soon, shows how far it came, and leaves nothing behind", async () => {
  const tenant = await newTenant();
  const id = await ask(tenant, `${base}/dribble`);
  const running = run(tenant, id);
  const seen = async () => (await tenant.caller.imports.byId({ id })).fetch?.receivedBytes ?? 0;
  await expect.poll(seen, { interval: 20 }).toBeGreaterThan(0);
  await tenant.caller.imports.cancel({ id });
  expect(await running).toBe("lost");
  expect(await tenant.caller.imports.byId({ id })).toMatchObject({ status: "cancelled", problem: null });
  expect(await filesOf(id)).toEqual([]);
});
