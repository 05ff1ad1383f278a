import type { Inngest } from "inngest";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp } from "./conformance-app.ts";
import { eventKey, eventually, openLab, signingKey, type Lab } from "./conformance-lab.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(() => lab.close());

test("a function that asks for what is not supported is refused with the option's name", async () => {
  const make = (client: Inngest) => [
    client.createFunction({ id: "f", triggers: [{ cron: "0 9 * * *", jitter: "5m" }] }, () => null),
  ];
  const other = await startApp({ engineUrl: lab.engine.url, signingKey, eventKey, id: "other" }, make);
  const reply = await fetch(other.url, { method: "PUT" });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toContain(
    `Function \\"other-f\\": jitter is not supported by the embedded server`,
  );
  await other.kill();
});

test("a call that is not supported ends its run with the call's name, and none is passed over in silence", async () => {
  const make = (client: Inngest) => [
    client.createFunction(
      { id: "beyond", retries: 0, triggers: [{ event: "beyond/called" }] },
      ({ event, step }) => {
        const calls: Record<string, () => Promise<unknown>> = {
          "step.waitForSignal": () =>
            step.waitForSignal("it", { signal: "s", timeout: "1h", onConflict: "fail" }),
          "step.sendSignal": () => step.sendSignal("it", { signal: "s", data: {} }),
          "step.fetch": () => step.fetch("https://example.com/"),
          "step.ai.infer": () =>
            step.ai.infer("it", {
              model: step.ai.models.openai({ model: "gpt-4o", apiKey: "k" }),
              body: { messages: [{ role: "user", content: "hi" }] },
            }),
        };
        return calls[(event.data as { call: string }).call]?.();
      },
    ),
  ];
  const other = await startApp({ engineUrl: lab.engine.url, signingKey, eventKey, id: "other" }, make);
  await fetch(other.url, { method: "PUT" });
  const calls = ["step.waitForSignal", "step.sendSignal", "step.fetch", "step.ai.infer"];
  const key = lab.newKey();
  await other.client.send(calls.map((call) => ({ name: "beyond/called", data: { key, call } })));
  const told = () => lab.sql<{ call: string; status: string; message: string }[]>`
    select events -> 0 -> 'data' ->> 'call' as call, status, output ->> 'message' as message
    from queue.runs where function_id = 'other-beyond'`;
  await eventually(async () => (await told()).every(({ status }) => status !== "running"), "all have ended");
  const rows = await told();
  expect(rows.map(({ call, status }) => `${call} ${status}`).sort()).toEqual(
    calls.map((call) => `${call} failed`).sort(),
  );
  for (const { call, message } of rows)
    expect(message).toMatch(new RegExp(`${call}.* the embedded server does not support`));
  await other.kill();
});
