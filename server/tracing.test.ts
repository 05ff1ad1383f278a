import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { afterAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { answerMetrics } from "./metrics.ts";
import { startTracing, traced, traceHeaders } from "./tracing.ts";

const spans = z.object({
  resourceSpans: z.array(
    z.object({
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.object({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
});

const collector = createServer();
const received: unknown[] = [];
await vi.hoisted(async () => {
  process.env.METRICS_TOKEN = "a-token-of-the-tests";
});
collector.on("request", (request, response) => {
  void json(request).then((body) => {
    received.push(body);
    response.end("{}");
  });
});
collector.listen(0, "127.0.0.1");
await once(collector, "listening");
process.env.OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
afterAll(() => void collector.close());

test("what one process asks of another is one trace, and a failure is thrown on", async () => {
  const end = await startTracing("worker");
  let headers: Record<string, string> = {};
  await traced("call", { kind: "client" }, async () => void (headers = traceHeaders()));
  const failing = traced("function", { kind: "server", from: headers }, async () => {
    throw new Error("as it comes");
  });
  await expect(failing).rejects.toThrow("as it comes");
  await end();
  const all = received.flatMap((body) =>
    spans.parse(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
  const [call, worked] = ["call", "function"].map((name) => all.find((span) => span.name === name));
  expect(worked).toMatchObject({ traceId: call?.traceId, parentSpanId: call?.spanId });
});

test("metrics are for whoever brings the token", async () => {
  expect((await answerMetrics({ from: "127.0.0.1" })).status).toBe(401);
  expect((await answerMetrics({ authorization: "Bearer another" })).status).toBe(401);
  const { status, text } = await answerMetrics({ authorization: "Bearer a-token-of-the-tests" });
  expect(status).toBe(200);
  expect(text).toContain("# TYPE postroad_messages_total counter");
});
