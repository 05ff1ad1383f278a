import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { withTenant } from "#db/tenancy";
import { performActions } from "#server/enrollments/action-step";
import {
  createRunner,
  emailStep,
  launch,
  newCampaign,
  places,
  type Started,
} from "#server/enrollments/testing";
import { startStep } from "#server/enrollments/run";
import { sinks } from "#server/messages/testing-sinks";
import { stepCalls } from "./queries.ts";
import { makeCall } from "./request.ts";
import { signingSecret } from "./signing.ts";

vi.hoisted(() => Object.assign(process.env, { ALLOW_PRIVATE_HOSTS: "true" }));
const runner = createRunner(sinks);

type Heard = { path: string; headers: IncomingHttpHeaders; body: string };
/** Another system: it answers with the statuses in the path, one after another, `/503-200` say; `silent` not at all. */
const heard: Heard[] = [];
const other = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const path = request.url ?? "";
    const before = heard.filter(
      (one) => one.headers["idempotency-key"] === request.headers["idempotency-key"],
    );
    heard.push({ path, headers: request.headers, body: Buffer.concat(chunks).toString() });
    const statuses = path.slice(1).split("-");
    const status = statuses[Math.min(before.length, statuses.length - 1)];
    if (status === "silent") return;
    response.writeHead(Number(status), { location: "/elsewhere" }).end();
  });
});
const urlOf = (path: string) => `http://127.0.0.1:${(other.address() as AddressInfo).port}${path}`;

beforeAll(() => new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve)));
beforeEach(() => {
  runner.forget();
  heard.splice(0);
});
afterAll(async () => {
  other.closeAllConnections();
  other.close();
});

const two = ["ada@example.test", "bea@example.test"];
const campaignThatCalls = (path: string, onError = "continue") =>
  newCampaign({
    emails: two,
    steps: [
      {
        stepType: "action",
        actionType: "webhook",
        actionConfig: { url: urlOf(path), onError },
        name: "Tell the CRM",
      },
      emailStep(),
    ],
  });
const report = ({ scope, stepIds }: Started) => withTenant(scope, (tx) => stepCalls(tx, stepIds[0] ?? ""));

test("each contact is told of once, signed, with a key of its own, and goes on", async () => {
  const campaign = await campaignThatCalls("/200");
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  expect(await report(campaign)).toMatchObject({ done: 2, failed: 0, problems: [] });
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
  const bodies = heard.map(({ body }) => JSON.parse(body) as Record<string, Record<string, unknown>>);
  expect(bodies.map(({ contact }) => contact?.email).sort()).toEqual(two);
  expect(bodies[0]).toMatchObject({
    version: 1,
    type: "campaign.step",
    campaign: { id: campaign.campaignId },
    step: { id: campaign.stepIds[0], name: "Tell the CRM" },
    contact: { firstName: "Ada", status: "active", tags: [], customFields: {} },
  });
  for (const { headers, body } of heard) {
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers["postroad-signature"])) ?? [];
    const secret = signingSecret(campaign.workspaceId);
    expect(mac).toBe(createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex"));
    expect(headers["idempotency-key"]).toBe((JSON.parse(body) as { id: string }).id);
  }
  expect(new Set(heard.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
});

test("what was certainly not acted on is tried again later with the same key, and is given up in the end", async () => {
  const mended = await campaignThatCalls("/503-200");
  await launch(mended.scope, mended.campaignId);
  await runner.settle();
  expect((await places(mended)).map((place) => place.wait_reason)).toEqual([
    "retrying_call",
    "retrying_call",
  ]);
  expect(heard).toHaveLength(2);
  await runner.pass("65 seconds");
  expect(heard).toHaveLength(4);
  expect(new Set(heard.map(({ headers }) => headers["idempotency-key"])).size).toBe(2);
  expect(await report(mended)).toMatchObject({ done: 2, retrying: 0 });

  const broken = await campaignThatCalls("/500", "exit");
  await launch(broken.scope, broken.campaignId);
  await runner.settle();
  await runner.pass("2 minutes", 4);
  await runner.pass("1 hour");
  expect((await report(broken)).problems.map(({ status, attempts }) => [status, attempts])).toEqual([
    ["failed", 3],
    ["failed", 3],
  ]);
  expect((await places(broken)).map((place) => [place.status, place.exit_reason])).toEqual([
    ["failed", "call_failed"],
    ["failed", "call_failed"],
  ]);
});

test("a refusal is not tried again, and who is to go on all the same goes on", async () => {
  const campaign = await campaignThatCalls("/404");
  await launch(campaign.scope, campaign.campaignId);
  await runner.settle();
  await runner.pass("1 hour");
  expect(heard).toHaveLength(2);
  const { failed, problems } = await report(campaign);
  expect([failed, problems[0]?.error]).toEqual([2, "The other system answered with status 404."]);
  expect((await places(campaign)).map((place) => place.total_emails_sent)).toEqual([1, 1]);
});

test("calls that were written down when the process died are not made again, and nobody is held up by them", async () => {
  const campaign = await campaignThatCalls("/200");
  const [stepId = ""] = campaign.stepIds;
  const { scope, campaignId } = campaign;
  await launch(scope, campaignId);
  await runner.settle("campaign/step.due");
  const due = { ...scope, campaignId, stepId, stepOrder: 1, stepType: "action" } as const;
  const fence = (await startStep(due, "dies")) ?? -1;
  const written = await withTenant(scope, (tx) =>
    performActions(tx, { scope, campaignId, stepId, fence, limit: 1_000 }),
  );
  expect(written.calls?.calls).toHaveLength(2);
  await runner.pass("6 minutes");
  await runner.sweep();
  await runner.settle();
  expect(heard).toEqual([]);
  expect(await report(campaign)).toMatchObject({ done: 0, unknown: 2 });
  expect((await places(campaign)).map((place) => place.status)).toEqual(["completed", "completed"]);
});

test("nothing inside this network is called, no redirect is followed, and silence after sending is of unknown fate", async () => {
  const body = "{}";
  const call = (url: string, allowPrivate: boolean) =>
    makeCall({ url, headers: {}, body }, { allowPrivate, timeoutMs: 300 });
  for (const url of ["https://127.0.0.1/x", "https://[::1]/x", "https://169.254.169.254/x", urlOf("/200")])
    expect(await call(url, false)).toMatchObject({ outcome: "failed", status: null });
  expect(heard).toEqual([]);
  expect(await call(urlOf("/302"), true)).toMatchObject({ outcome: "failed", status: 302 });
  expect(heard.map(({ path }) => path)).toEqual(["/302"]);
  expect(await call(urlOf("/silent"), true)).toMatchObject({ outcome: "unknown" });
  expect(await call("http://127.0.0.1:1/x", true)).toMatchObject({ outcome: "again" });
  expect(await call(urlOf("/429"), true)).toMatchObject({ outcome: "again", status: 429 });
});
