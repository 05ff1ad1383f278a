import { NextRequest } from "next/server";
import { expect, test, vi } from "vitest";
import { GET as answerMetrics } from "../metrics/route.ts";
import { GET as answerReadiness } from "./route.ts";

await vi.hoisted(async () => {
  process.env.DATABASE_URL = "postgres://nobody@127.0.0.1:9/nothing";
  process.env.METRICS_TOKEN = "a-token-of-the-tests";
});

test("a web server whose database is away is not ready, and says why", async () => {
  const answer = await answerReadiness();
  expect([answer.status, await answer.json()]).toEqual([
    503,
    { ready: false, problem: expect.stringMatching(/^The database does not answer\./) as unknown },
  ]);
});

test("the metrics of the web server are for whoever brings the token, a database or not", async () => {
  const ask = (authorization?: string) =>
    answerMetrics(
      new NextRequest("http://127.0.0.1/api/metrics", authorization ? { headers: { authorization } } : {}),
    );
  expect((await ask()).status).toBe(401);
  const answer = await ask("Bearer a-token-of-the-tests");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    expect.stringContaining("text/plain"),
  ]);
  expect(await answer.text()).toContain("# TYPE postroad_procedure_seconds histogram");
});
