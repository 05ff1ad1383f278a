import { Inngest } from "inngest";
import { serve } from "inngest/edge";
import { v7 } from "uuid";
import { expect, test } from "vitest";
import { campaignStepDue, importRequested, onceId } from "./events.ts";

const client = new Inngest({ id: "events-test", isDev: true });
const started: string[] = [];
const run = client.createFunction(
  { id: "run", triggers: [importRequested], retries: 3 },
  async ({ event }) => {
    started.push(event.data.importId);
    return event.data.importId;
  },
);
const handler = serve({ client, functions: [run] });

/** One call as an Inngest server makes it. */
function call(data: unknown) {
  const event = { id: v7(), name: "import/requested", ts: 0, user: {}, data };
  const body = { event, events: [event], steps: {}, ctx: { run_id: v7(), attempt: 0, max_attempts: 4 } };
  return handler(
    new Request("http://app/api/inngest?fnId=events-test-run&stepId=step", {
      method: "POST",
      headers: { "content-type": "application/json", host: "app" },
      body: JSON.stringify(body),
    }),
  );
}

test("a right payload starts the function", async () => {
  const importId = v7();
  const answer = await call({ tenantId: v7(), workspaceId: v7(), importId, fence: 0 });
  expect(answer.status).toBe(200);
  expect(started).toEqual([importId]);
});

test("a wrong payload fails for good, naming each wrong field, before any code of the function runs", async () => {
  started.length = 0;
  const answer = await call({ tenantId: v7(), workspaceId: "acme", importId: v7(), fence: "1" });
  expect(answer.headers.get("x-inngest-no-retry")).toBe("true");
  const { message } = (await answer.json()) as { message: string };
  expect(message).toContain('workspaceId: expected an id (uuid), found "acme"');
  expect(message).toContain('fence: expected a whole number from 0, found "1"');
  expect(started).toEqual([]);
});

test("a wrong payload is not even sent", async () => {
  const ids = { tenantId: v7(), workspaceId: v7(), campaignId: v7(), stepId: v7() };
  const right = { ...ids, stepOrder: 1, stepType: "email" as const, fence: 1 };
  await expect(campaignStepDue.create(right).validate()).resolves.toBeUndefined();
  await expect(campaignStepDue.create({ ...right, fence: -1 }).validate()).rejects.toThrow(
    /fence: expected a whole number/,
  );
});

test("one job under one fence is one event", () => {
  expect(onceId(importRequested, "a", 1)).toBe(onceId(importRequested, "a", 1));
  expect(onceId(importRequested, "a", 1)).not.toBe(onceId(importRequested, "a", 2));
  expect(onceId(importRequested, "a", 1)).not.toBe(onceId({ name: "import/undo.requested" }, "a", 1));
});
