import { afterAll, expect, test, vi } from "vitest";
import { answerMetrics } from "./metrics.ts";
import { collectTraces } from "./testing-traces.ts";
import { startTracing, traced, traceHeaders } from "./tracing.ts";

await vi.hoisted(async () => {
  process.env.METRICS_TOKEN = "a-token-of-the-tests";
});
const collector = await collectTraces();
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = collector.url;
afterAll(() => collector.close());

test("what one process asks of another is one trace, and a failure is thrown on", async () => {
  const end = await startTracing("worker");
  let headers: Record<string, string> = {};
  await traced("call", { kind: "client" }, async () => void (headers = traceHeaders()));
  const failing = traced("function", { kind: "server", from: headers }, async () => {
    throw new Error("as it comes");
  });
  await expect(failing).rejects.toThrow("as it comes");
  await end();
  const [call, worked] = ["call", "function"].map((name) =>
    collector.spans.find((span) => span.name === name),
  );
  expect(worked).toMatchObject({ traceId: call?.traceId, parentSpanId: call?.spanId });
});

test("metrics are for whoever brings the token", async () => {
  expect((await answerMetrics({ from: "127.0.0.1" })).status).toBe(401);
  expect((await answerMetrics({ authorization: "Bearer another" })).status).toBe(401);
  const { status, text } = await answerMetrics({ authorization: "Bearer a-token-of-the-tests" });
  expect(status).toBe(200);
  expect(text).toContain("# TYPE postroad_messages_total counter");
});
