import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { sql } from "drizzle-orm";
import fc from "fast-check";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withTenant } from "#db/tenancy";
import { moveClock, newTenant } from "#db/testing";
import { removeOrphans } from "#server/orphans";
import { storage } from "#server/storage";
import { fetchLeaseSeconds, fetchTriesMax, requestFetch } from "./fetching.ts";
import { partCount, streamBytes } from "./file.ts";
import type { TestTenant } from "./testing.ts";
import { diesStanding, plant, standAt, startProcess, uproot } from "./testing-kills.ts";
import { carryOut } from "./testing-run.ts";

/*
 * Fetches of a file whose process is killed, KILLS times, at a statement or at a byte that chance picks. KILL_SEED
 * replays a run that failed.
 */

const seed = Number(process.env.KILL_SEED ?? Math.trunc(Math.random() * 2 ** 31));
const kills = Number(process.env.KILLS ?? 1);

const row = (n: number) => `p${n}@example.com,Company ${n} ${"x".repeat(200)}\n`;
const file = Buffer.from(`email,company\n${Array.from({ length: 10_000 }, (_, n) => row(n)).join("")}`);

/** Where the server falls silent, and whether it has. */
let silentAt = Number.POSITIVE_INFINITY;
let isSilent = false;
const server = createServer((_, response) => serve(response));
function serve(response: ServerResponse): void {
  response.setHeader("content-length", file.length);
  if (silentAt > file.length) return void response.end(file);
  response.write(file.subarray(0, silentAt), () => (isSilent = true));
}
let base = "";
let killed: TestTenant;
beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  killed = await newTenant();
  await plant(killed.workspaceId);
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await uproot();
});

async function ask(): Promise<string> {
  const id = v7();
  const asked = { key: id, url: `${base}/people.csv` };
  await withTenant(killed.scope, (tx) => requestFetch(tx, asked, killed.scope));
  return id;
}

type Stored = { file_url: string; tries: number };
/** What a fetch has come to, and beside it what differs from one to the next. */
async function endOf(id: string) {
  const [row] = await withTenant(killed.scope, (tx) =>
    tx.execute<Stored & { end: object }>(sql`
      select file_url, coalesce((file_format #>> '{fetch,tries}')::int, 0) as tries, jsonb_build_object('status', status,
        'name', file_name, 'size', file_size, 'hash', file_hash, 'problem', problem, 'format', file_format) as end
      from import_jobs where id = ${id}::uuid`),
  );
  if (!row) throw new Error("The import is not there.");
  return row;
}

/** Now in the middle of the file, now at a statement. */
type Point = { change: number } | { byte: number };
const pointsOf = (count: number): Point[] =>
  fc
    .sample(fc.tuple(fc.integer({ min: 1, max: file.length - 1 }), fc.integer({ min: 1, max: 8 })), {
      seed,
      numRuns: count,
    })
    .map(([byte, change], nth) => ((nth + seed) % 2 === 0 ? { byte } : { change }));

/** Has a process fetch until it is killed there; false when it came to its end before. */
async function dieAt(id: string, runId: string, at: Point): Promise<boolean> {
  silentAt = "byte" in at ? at.byte : Number.POSITIVE_INFINITY;
  isSilent = false;
  await standAt("change" in at ? at.change : 0);
  const child = startProcess(killed, process.env);
  child.stdin?.write(`${id} ${runId}\n`);
  const died = await diesStanding(child, () => isSilent);
  silentAt = Number.POSITIVE_INFINITY;
  await standAt(0);
  return died;
}

const live = (id: string) => carryOut(killed.scope, id, v7());

test(
  `a fetch whose process is killed ends as one that lived, soon, and leaves one file (seed ${seed})`,
  async () => {
    const lived = await ask();
    await live(lived);
    const { end } = await endOf(lived);
    expect(end).toMatchObject({ status: "pending", size: file.length, problem: null });
    const points = pointsOf(kills);
    for (let n = 0; n < kills; n += 2) {
      const id = await ask();
      const runId = v7();
      for (const at of points.slice(n, n + 2)) {
        expect(await dieAt(id, runId, at)).toBe(true);
        // A try is noted before the server is asked.
        if ("byte" in at) expect((await endOf(id)).tries).toBeGreaterThan(0);
      }
      // The same run tried its step again; a new one goes on as soon as the lease has run out.
      await moveClock(`${fetchLeaseSeconds + 1} seconds`);
      await live(id);
      const { end: after, file_url: folder } = await endOf(id);
      expect(after).toEqual(end);
      const stored = streamBytes({ folder, sizeBytes: file.length });
      expect(file.equals(await buffer(Readable.from(stored)))).toBe(true);
      await removeOrphans();
      const left: string[] = [];
      for await (const key of storage.list()) if (key.includes(id)) left.push(key);
      expect(left).toHaveLength(partCount(file.length));
    }
  },
  60_000 + kills * 20_000,
);

test("when its tries are used up, by runs that died too, a fetch ends with a sentence", async () => {
  const id = await ask();
  await withTenant(killed.scope, (tx) =>
    tx.execute(sql`
      update import_jobs set file_format = jsonb_set(file_format, '{fetch,tries}', ${fetchTriesMax}::text::jsonb)
      where id = ${id}::uuid`),
  );
  await live(id);
  const { end } = await endOf(id);
  expect(end).toMatchObject({
    status: "failed",
    problem: expect.stringMatching(
      /^The file at http:.* 4 tries broke off on our side\. Try again/,
    ) as string,
  });
});
