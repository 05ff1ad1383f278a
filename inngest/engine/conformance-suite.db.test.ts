import { afterAll, beforeAll, expect, test } from "vitest";
import { startApp, type App } from "./conformance-app.ts";
import { eventKey, openLab, signingKey, type Lab } from "./conformance-lab.ts";
import { suiteFunctions } from "./conformance-suite-functions.ts";
import { runCases } from "./conformance-suite.ts";

let lab: Lab;
const apps: App[] = [];
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await Promise.all(apps.map((app) => app.kill()));
  await lab.close();
});

async function newApp(options: Partial<Parameters<typeof startApp>[0]>): Promise<App> {
  const app = await startApp({ engineUrl: lab.engine.url, signingKey, eventKey, ...options }, suiteFunctions);
  apps.push(app);
  const reply = await fetch(app.url, { method: "PUT" });
  expect(await reply.text()).toContain("Successfully registered");
  return app;
}

test("every case that any Inngest server has to hold, holds here", async () => {
  const now = async () => {
    const [row] = await lab.sql<{ ms: number }[]>`select extract(epoch from app_now())::float8 * 1000 as ms`;
    return Math.round(row?.ms ?? 0);
  };
  const app = await newApp({ id: "suite" });
  const verdicts = await runCases({ app, now, quietMs: 500 }, "case");
  expect(verdicts.filter(({ problem }) => problem !== null)).toEqual([]);
}, 60_000);

test("keys are changed on one side after the other, and nothing stops meanwhile", async () => {
  const [former, next] = [signingKey, `signkey-test-${"7c".repeat(16)}`];
  await lab.engine.stop(1000);
  lab.engine = await lab.launch({
    signingKey: next,
    formerSigningKey: former,
    eventKey: "next",
    moreEventKeys: [eventKey],
  });
  const behind = await newApp({ id: "behind" });
  const both = await newApp({ id: "both", signingKey: next, signingKeyFallback: former, eventKey: "next" });
  const ahead = await newApp({ id: "ahead", signingKey: next, eventKey: "next" });
  for (const app of [behind, both, ahead]) {
    const key = lab.newKey();
    await app.client.send({ name: "suite/steps", data: { key } });
    await app.seen(key, "ended 3 [1,null] 2");
  }
});
