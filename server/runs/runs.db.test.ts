import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { newTenant } from "#db/testing";
import { asOwner } from "#db/testing-database";
import { startEngine, type Engine } from "#inngest/engine/engine";
import { env } from "#server/env";
import { log } from "#server/log";

await vi.hoisted(async () => {
  const { freePort } = await import("../messages/testing-sinks.ts");
  delete process.env.INNGEST_DEV;
  process.env.ENGINE_PORT = String(await freePort());
});

let engine: Engine;
let operator: Awaited<ReturnType<typeof newTenant>>["caller"];
// Nobody works here: what is made by hand stays as it is.
beforeAll(async () => {
  engine = await startEngine({
    databaseUrl: env.ENGINE_DATABASE_URL,
    signingKey: env.INNGEST_SIGNING_KEY ?? "",
    eventKey: env.INNGEST_EVENT_KEY ?? "",
    workerUrls: [],
    host: "127.0.0.1",
    port: env.ENGINE_PORT,
    log,
  });
  ({ caller: operator } = await newTenant({ user: { isOperator: true } }));
});
let stopped: Promise<void> | undefined;
const stop = () => (stopped ??= engine.stop(0));
afterAll(stop);
beforeEach(() =>
  asOwner(async (sql) => {
    await sql`truncate queue.functions, queue.jobs, queue.runs`;
    await sql`
      insert into queue.functions (id, app_id, name, queue_name, max_attempts, config, checksum)
      values ('lab-f', 'lab', 'F', 'default', 4, ${JSON.stringify({ id: "lab-f", name: "F", triggers: [{ event: "lab/f" }], steps: {} })}::text::json, '')`;
  }),
);

type Made = {
  /** The last letter of its id. */
  id: string;
  status?: string;
  hoursAgo?: number;
  error?: string;
  job?: { kind: string; dueInSeconds: number; leased?: boolean; error?: string };
};
const idOf = (letter: string) => `01ARZ3NDEKTSV4RRFFQ69G5FA${letter}`;

const make = ({ id, status = "running", hoursAgo = 0, error, job }: Made) =>
  asOwner(async (sql) => {
    const event = JSON.stringify([{ id: "e", name: "lab/f", data: {}, ts: 0 }]);
    const output = error === undefined ? null : JSON.stringify({ name: "Error", message: error });
    const ended = status !== "running";
    await sql`
      insert into queue.runs (id, function_id, queue_name, max_attempts, events, status, output, created_at, ended_at)
      values (${idOf(id)}, 'lab-f', 'default', 4, ${event}::text::json, ${status}, ${output}::text::json,
        app_now() - ${hoursAgo}::int * interval '1 hour', case when ${ended} then app_now() end)`;
    if (job)
      await sql`
        insert into queue.jobs (queue_name, run_id, function_id, kind, due_at, last_error, lease_owner, lease_until)
        values ('default', ${idOf(id)}, 'lab-f', ${job.kind}, app_now() + ${job.dueInSeconds}::int * interval '1 second',
          ${job.error ?? null}, ${job.leased ? "somebody" : null},
          case when ${job.leased ?? false} then clock_timestamp() + interval '1 hour' end)`;
  });

const shown = async (view: Parameters<typeof operator.runs.list>[0]) =>
  (await operator.runs.list(view)).rows.map(({ id }) => id.slice(-1)).join("");

test("runs are narrowed by what they do, by the words of their errors, and by when they began", async () => {
  await make({ id: "A", status: "completed", hoursAgo: 30 });
  await make({ id: "B", status: "failed", hoursAgo: 20, error: "The disk of HOST-7 is full." });
  await make({ id: "C", hoursAgo: 10, job: { kind: "sleep", dueInSeconds: 3600 } });
  await make({ id: "D", hoursAgo: 5, job: { kind: "timeout", dueInSeconds: 3600 } });
  await make({
    id: "E",
    hoursAgo: 2,
    job: { kind: "discover", dueInSeconds: 600, error: "host-7 did not answer" },
  });
  await make({ id: "F", hoursAgo: 1, job: { kind: "discover", dueInSeconds: -5, leased: true } });
  await make({ id: "G", job: { kind: "discover", dueInSeconds: -5 } });
  expect(await shown({})).toBe("GFEDCBA");
  expect(await shown({ status: "running" })).toBe("GFEDC");
  for (const [phase, ids] of Object.entries({
    sleeping: "C",
    waiting: "D",
    retrying: "E",
    working: "F",
    queued: "G",
  } as const)) {
    const { rows } = await operator.runs.list({ phase: phase as "sleeping" });
    expect(
      rows.map((row) => [row.phase, row.id.slice(-1)]),
      phase,
    ).toEqual([[phase, ids]]);
  }
  expect(await shown({ error: "Host-7" })).toBe("EB");
  expect(await shown({ error: "host-7", status: "failed" })).toBe("B");
  expect(await shown({ error: "%" })).toBe("");
  const [row] = await asOwner((sql) => sql<{ now: Date }[]>`select app_now() as now`);
  const hoursAgo = (hours: number) =>
    new Date((row?.now.getTime() ?? 0) - hours * 3_600_000).toISOString().slice(0, 16);
  expect(await shown({ from: hoursAgo(12) })).toBe("GFEDC");
  expect(await shown({ from: hoursAgo(24), to: hoursAgo(8) })).toBe("CB");
  // What is no moment narrows nothing.
  expect(await shown({ from: "yesterday" })).toBe("GFEDCBA");
});

test("a run is cancelled, run again once, and replayed; what is not there or cannot be is said as such", async () => {
  await make({ id: "A", job: { kind: "sleep", dueInSeconds: 3600 } });
  await make({ id: "B", status: "failed", error: "no" });
  const [running, failed, nobody] = ["A", "B", "Z"].map((letter) => ({ id: idOf(letter) }));
  if (!running || !failed || !nobody) throw new Error("No ids.");
  await expect(operator.runs.byId(nobody)).rejects.toMatchObject({
    code: "NOT_FOUND",
    message: "There is no such run: it has been removed, or never was.",
  });
  for (const act of ["cancel", "rerun"] as const)
    await expect(operator.runs[act](nobody), act).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(operator.runs.rerun(running)).rejects.toMatchObject({ code: "CONFLICT" });
  expect(await operator.runs.cancel(running)).toEqual({ runId: running.id });
  expect(await operator.runs.byId(running)).toMatchObject({ status: "cancelled", jobs: [] });
  await expect(operator.runs.cancel(running)).rejects.toMatchObject({ code: "CONFLICT" });

  const { runId } = await operator.runs.rerun(running);
  expect(await operator.runs.rerun(running)).toEqual({ runId });
  expect(await operator.runs.byId({ id: runId })).toMatchObject({ status: "running", rerunOf: running.id });
  expect(await operator.runs.replay({ functionId: "lab-f" })).toEqual({
    replayed: 1,
    refused: 0,
    more: false,
  });
  expect((await operator.runs.byId(failed)).rerunId).not.toBeNull();
  expect((await operator.runs.overview()).functions).toMatchObject([{ id: "lab-f", failed: 0 }]);
});

test("an engine that does not answer is unavailable and nothing worse", async () => {
  await stop();
  await expect(operator.runs.overview()).rejects.toMatchObject({
    code: "SERVICE_UNAVAILABLE",
    message: expect.stringMatching(/^The engine does not answer at http/) as unknown,
  });
});
