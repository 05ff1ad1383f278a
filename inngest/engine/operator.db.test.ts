import { afterAll, beforeAll, expect, test } from "vitest";
import { newTenant } from "#db/testing";
import { engineOverview, replayed, runDetail, runPage, started } from "#server/runs/schema";
import { openLab, signingKey, type Lab } from "./conformance-lab.ts";
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
  await expect.poll(async () => (await detail(id)).jobs[0]?.error).toBe("failure 0");
  const [retrying] = runPage.parse((await ask(`runs?id=${key}-none`)).body).rows;
  expect(retrying).toBeUndefined();
  expect(runPage.parse((await ask(`runs?id=${id}`)).body).rows).toMatchObject([
    {
      id,
      functionId: "lab-flaky",
      status: "running",
      phase: "retrying",
      error: "failure 0",
      event: "lab/flaky",
    },
  ]);
  await lab.ended(key, "flaky");
  const run = await detail(id);
  expect(JSON.parse(run.events)).toMatchObject([{ name: "lab/flaky", data: { key, failures: 1 } }]);
  expect(run.steps.map(({ name, attempts, failed }) => [name, attempts, failed])).toEqual([
    ["first", 1, false],
    ["shaky", 2, false],
  ]);
  expect(run.jobs).toEqual([]);
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
