import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveClock, newTenant } from "#db/testing";
import { env } from "#server/env";
import { engineOverview, replayed, runDetail, runPage, started } from "#server/runs/schema";
import { eventually, openLab, signingKey, type Lab } from "./conformance-lab.ts";
import { openDatabase } from "./database.ts";
import { createHttpServer } from "./http.ts";
import { listRuns } from "./operator-queries.ts";
import { openSettle } from "./settle.ts";
import { bearer } from "./signature.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

const ask = async (path: string, { act = false, key = signingKey } = {}) => {
  const response = await fetch(`${lab.engine.url}/operator/${path}`, {
    method: act ? "POST" : "GET",
    headers: { authorization: bearer(key) },
  });
  return { status: response.status, body: (await response.json()) as unknown };
};
const runIdOf = async (key: string, fn: string) => (await lab.runsOf(key, fn))[0]?.id ?? "";
const detail = async (id: string) => runDetail.parse((await ask(`runs/${id}`)).body);

test("a run is shown with its input, each step's output and attempts, and what it does next", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/flaky", data: { key, failures: 1 } });
  await lab.app.seen(key, "try 0");
  const id = await runIdOf(key, "flaky");
  await lab.ended(key, "flaky");
  const run = await detail(id);
  expect(JSON.parse(run.events)).toMatchObject([{ name: "lab/flaky", data: { key, failures: 1 } }]);
  expect(run.steps.map(({ name, attempts, failed }) => [name, attempts, failed])).toEqual([
    ["first", 1, false],
    ["shaky", 2, false],
  ]);
  expect(run.jobs).toEqual([]);
});

test("the list shows what a run does at this moment, and is narrowed by an id", async () => {
  const key = lab.newKey();
  await lab.app.client.send({ name: "lab/later", data: { key } });
  await lab.app.seen(key, "try 0");
  const id = await runIdOf(key, "later");
  await expect.poll(async () => (await detail(id)).jobs[0]?.error).toBe("busy");
  expect(runPage.parse((await ask(`runs?id=${key}-none`)).body).rows).toEqual([]);
  expect(runPage.parse((await ask(`runs?id=${id}`)).body).rows).toMatchObject([
    { id, functionId: "lab-later", status: "running", phase: "retrying", error: "busy", event: "lab/later" },
  ]);
});

test("a list that takes longer than a page waits says that there is too much, and is no bug of the engine", async () => {
  const database = openDatabase(env.ENGINE_DATABASE_URL, 1);
  const page = await lab.sql.begin(async (sql) => {
    await sql`lock table queue.runs in access exclusive mode`;
    return listRuns(database, { error: "nothing says this" }, 100);
  });
  expect(page).toEqual({ rows: [], next: null, tooMany: true });
  expect(await listRuns(database, { error: "nothing says this" })).toEqual({ ...page, tooMany: false });
  await database.end();
});

test("a step is shown with what it asked for: while it is pending, and when it has ended", async () => {
  const [asking, waiting, sending] = [lab.newKey(), lab.newKey(), lab.newKey()];
  await lab.app.client.send([
    { name: "lab/parent", data: { key: asking, n: 4 } },
    { name: "lab/wait", data: { key: waiting } },
    { name: "lab/send", data: { key: sending } },
  ]);
  await Promise.all([
    lab.ended(asking, "parent"),
    lab.ended(sending, "sender"),
    eventually(async () => (await lab.jobsOf(waiting, "timeout")) === 1, "the run waits"),
  ]);
  const inputs = async (key: string, fn: string) => {
    const { steps, jobs } = await detail(await runIdOf(key, fn));
    const read = (text: string | null) => (text === null ? null : (JSON.parse(text) as unknown));
    return {
      steps: steps.map(({ name, input }) => [name, read(input)]),
      jobs: jobs.map(({ step, input }) => [step, read(input)]),
    };
  };
  expect(await inputs(asking, "parent")).toEqual({
    steps: [["ask", { function: "lab-child", data: { key: asking, n: 4 }, timeout: "1d" }]],
    jobs: [],
  });
  const sent = [expect.objectContaining({ name: "lab/sent", data: { key: sending } })];
  expect(await inputs(sending, "sender")).toEqual({ steps: [["send", sent]], jobs: [] });
  const asked = {
    event: "lab/signal",
    if: "async.data.key == event.data.key && async.data.n > 1",
    timeout: "1h",
  };
  expect(await inputs(waiting, "waiter")).toEqual({ steps: [["before", null]], jobs: [["signal", asked]] });
  await lab.app.client.send({ name: "lab/signal", data: { key: waiting, n: 2 } });
  await lab.ended(waiting, "waiter");
  expect((await inputs(waiting, "waiter")).steps).toEqual([
    ["before", null],
    ["signal", asked],
  ]);
  const napping = lab.newKey();
  await lab.waiting("lab/nap", napping);
  expect((await inputs(napping, "nap")).jobs).toEqual([["nap", { for: "1h" }]]);
  await moveClock("1 hour");
  await lab.ended(napping, "nap");
  expect((await inputs(napping, "nap")).steps).toEqual([
    ["before", null],
    ["nap", { for: "1h" }],
    ["after", null],
  ]);
});

test("a cancelled run does no further step; one that has ended is run again, once", async () => {
  const key = lab.newKey();
  await lab.waiting("lab/nap", key);
  const id = await runIdOf(key, "nap");
  expect((await detail(id)).jobs).toMatchObject([{ kind: "sleep", working: false }]);
  expect((await ask(`runs/${id}/rerun`, { act: true })).status).toBe(409);
  expect((await ask(`runs/${id}/cancel`, { act: true })).status).toBe(200);
  expect(await detail(id)).toMatchObject({ status: "cancelled", jobs: [] });
  expect((await ask(`runs/${id}/cancel`, { act: true })).status).toBe(409);

  const again = await Promise.all([1, 2].map(() => ask(`runs/${id}/rerun`, { act: true })));
  const [newId, same] = again.map(({ body }) => started.parse(body).runId);
  expect(newId).toBe(same);
  await expect.poll(() => lab.app.count(key, "before")).toBe(2);
  expect(await detail(newId ?? "")).toMatchObject({ rerunOf: id, status: "running" });
});

test("health, readiness and metrics say what waits in which queue, and whether anybody can work", async () => {
  await lab.waiting("lab/nap", lab.newKey());
  const asked = async (path: string) => {
    const answer = await fetch(`${lab.engine.url}${path}`);
    return { status: answer.status, text: await answer.text() };
  };
  expect((await asked("/healthz")).status).toBe(200);
  expect((await asked("/readyz")).status).toBe(200);
  const waiting = /^postroad_queue_jobs\{queue="\w+",state="waiting"\} [1-9]/m;
  expect((await asked("/metrics")).text).toMatch(waiting);
  const port = Number(new URL(lab.app.url).port);
  await lab.app.kill();
  await lab.sql`truncate queue.workers`;
  const lonely = await lab.launch({ port: 0, workerUrls: [] });
  const unready = await fetch(`${lonely.url}/readyz`);
  expect([unready.status, await unready.text()]).toEqual([
    503,
    expect.stringMatching(/No worker has registered/),
  ]);
  await lonely.stop(1000);
  await lab.app.start(port);
  await expect.poll(async () => (await asked("/readyz")).status, { timeout: 15_000 }).toBe(200);
});

test("failed runs are replayed from the dead letters, each once, and counted until then", async () => {
  const key = lab.newKey();
  await lab.app.client.send([1, 2].map(() => ({ name: "lab/fatal", data: { key } })));
  await expect
    .poll(async () => (await lab.runsOf(key, "fatal")).map(({ status }) => status))
    .toEqual(["failed", "failed"]);
  const failed = async () =>
    engineOverview.parse((await ask("overview")).body).functions.find(({ id }) => id === "lab-fatal")?.failed;
  expect(await failed()).toBe(2);
  expect(replayed.parse((await ask("replay?function=lab-fatal", { act: true })).body)).toEqual({
    replayed: 2,
    refused: 0,
    more: false,
  });
  await expect.poll(() => lab.app.count(key, "try")).toBe(4);
  // The two that have failed again are dead letters of their own.
  await expect.poll(failed).toBe(2);
  const page = runPage.parse((await ask("runs?function=lab-fatal&status=failed")).body);
  expect(page.rows.map(({ error, rerunId }) => [error, rerunId !== null])).toEqual([
    ["never again", false],
    ["never again", false],
    ["never again", true],
    ["never again", true],
  ]);
});

test("failed runs that cannot be run again keep none behind them back, and one makes up for all that a schedule missed", async () => {
  const key = lab.newKey();
  const insert = (fn: string, count: number, event: object) => lab.sql`
    insert into queue.runs (id, function_id, queue_name, max_attempts, events, status, ended_at)
    select ${fn} || '-' || lpad(n::text, 4, '0'), ${fn}, 'default', 1, ${JSON.stringify([event])}::text::json, 'failed', app_now()
    from generate_series(1, ${count}) n`;
  await lab.sql`delete from queue.runs where status = 'failed'`;
  // Of a singleton one may be under way: of these many with one key all but the first are refused, and come first by id.
  await insert("lab-single-skip", 300, { id: "e", name: "lab/single-skip", data: { key }, ts: 0 });
  await insert("lab-steps", 1, { id: "e", name: "lab/steps", data: { key }, ts: 0 });
  await insert("lab-yearly", 500, {
    id: "2027-01-01T00:00:00.000Z",
    name: "inngest/scheduled.timer",
    data: {},
    ts: 0,
  });
  const { body } = await ask("replay", { act: true });
  expect(replayed.parse(body)).toEqual({ replayed: 502, refused: 299, more: false });
  await lab.ended(key, "steps");
  const fires = await lab.sql`select from queue.runs where function_id = 'lab-yearly' and status <> 'failed'`;
  expect(fires).toHaveLength(1);
  expect(
    await lab.sql`select from queue.runs where function_id = 'lab-yearly' and rerun_id is null`,
  ).toHaveLength(1);
  await lab.sql`delete from queue.runs where status = 'failed'`;
});

test("an engine whose database is away is not ready, and says why", async () => {
  const gone = openDatabase("postgres://nobody@127.0.0.1:9/nothing", 1);
  const workers = { list: () => [] };
  const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const server = createHttpServer({
    database: gone,
    settle: openSettle(gone, "", log),
    workers,
    signingKeys: [signingKey],
    eventKeys: [],
    owner: "",
    log,
    wake: () => {},
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const answer = await fetch(`${address}/readyz`);
  expect([answer.status, await answer.json()]).toEqual([
    503,
    expect.objectContaining({ problems: [expect.stringMatching(/does not reach its database/)] }),
  ]);
  expect((await fetch(`${address}/healthz`)).status).toBe(200);
  server.close();
  await gone.end();
});

test("characters that Postgres keeps in no text are stored and shown, in events, errors and results", async () => {
  const [late, fatal, steps] = [lab.newKey(), lab.newKey(), lab.newKey()];
  const says = "half \ud83d, none \u0000, whole 🙂, \\u0000";
  const shown = "half \ufffd, none \ufffd, whole 🙂, \\u0000";
  await lab.app.client.send([
    { name: "lab/later", data: { key: late, says } },
    { name: "lab/fatal", data: { key: fatal, says } },
    { name: "lab/steps", data: { key: steps } },
  ]);
  await Promise.all([lab.app.seen(late, "try 0"), lab.app.seen(fatal, "try")]);
  await expect
    .poll(async () => runPage.parse((await ask("runs?function=lab-fatal&status=failed")).body).rows[0])
    .toMatchObject({ event: "lab/fatal", error: shown });
  const later = async () => runPage.parse((await ask("runs?function=lab-later&status=running")).body).rows[0];
  await expect.poll(later).toMatchObject({ phase: "retrying", attempt: 1, error: shown });
  const retrying = await later();
  expect(await detail(retrying?.id ?? "")).toMatchObject({ jobs: [{ attempt: 1, lost: 0 }] });
  const stepped = async () =>
    runPage.parse((await ask("runs?function=lab-steps&status=completed")).body).rows[0]?.id;
  await expect.poll(stepped).toBeDefined();
  const { steps: done } = await detail((await stepped()) ?? "");
  expect(done.map(({ name, failed }) => [name, failed])).toEqual([
    ["a", false],
    ["b", false],
    ["b", false],
  ]);
  expect(JSON.parse(done[0]?.result ?? "")).toEqual({ data: { text: "ü\u0000\ud83d", list: [1, null] } });
  expect(lab.app.ran(late)).toEqual(["try 0"]);
  await lab.sql`delete from queue.runs where function_id in ('lab-fatal', 'lab-later')`;
});

test("nobody asks the engine without the signing key, and nobody but an operator sees the pages", async () => {
  expect((await ask("runs", { key: `signkey-test-${"00".repeat(16)}` })).status).toBe(401);
  expect((await ask("replay", { act: true, key: `signkey-test-${"00".repeat(16)}` })).status).toBe(401);
  const [owner, operator] = [await newTenant(), await newTenant({ user: { isOperator: true } })];
  for (const asked of [
    () => owner.caller.runs.place(),
    () => owner.caller.runs.list({}),
    () => owner.caller.runs.overview(),
    () => owner.caller.runs.cancel({ id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" }),
    () => owner.caller.runs.replay({ functionId: null }),
  ])
    await expect(asked()).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(operator.caller.runs.place()).resolves.toMatchObject({ embedded: false });
});
