import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { moveClock } from "#db/testing";
import { eventKey, openLab, signingKey, type Lab } from "#inngest/engine/conformance-lab";
import { journeyEnvironment, reachOf } from "./conformance-environment.ts";

let lab: Lab;
let ahead = 0;
beforeAll(async () => {
  lab = await openLab();
  // Who knows a server by its address alone has the clock on the wall.
  const [clock] = await lab.sql<{ ahead: number }[]>`
    select extract(epoch from app_now() - clock_timestamp())::float8 as ahead`;
  ahead = clock?.ahead ?? 0;
  await moveClock(`${-ahead} seconds`);
});
afterAll(async () => {
  await moveClock(`${ahead} seconds`);
  await lab.close();
});

async function run(given: Record<string, string>, ...options: string[]) {
  const { INNGEST_DEV: _, ...rest } = process.env;
  const child = spawn(process.execPath, ["scripts/conformance.ts", ...options], {
    cwd: path.dirname(import.meta.dirname),
    env: { ...rest, ...given },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, "exit")) as [number | null];
  return { code, said };
}

test("the cases run on a server that is known by its address alone, under an app of their own", async () => {
  const { code, said } = await run(
    { INNGEST_BASE_URL: lab.engine.url, INNGEST_EVENT_KEY: eventKey, INNGEST_SIGNING_KEY: signingKey },
    "--cases",
  );
  expect(said).toMatch(/^Inngest server: .+ \(server\)$/m);
  const [, held, all] = /^(\d+) of (\d+) cases hold$/m.exec(said) ?? [];
  expect(Number(all)).toBeGreaterThan(20);
  expect([held, code], said).toEqual([all, 0]);
  const apps = await lab.sql<{ id: string }[]>`select id from queue.apps where id <> 'lab'`;
  for (const { id } of apps) expect(id).toMatch(/^conformance-[0-9a-f]{8}$/);
  expect(apps.length).toBeGreaterThan(0);
}, 120_000);

test("the journey goes to the same server, by the same address and port, under an app of its own", () => {
  const keys = { INNGEST_EVENT_KEY: "event", INNGEST_SIGNING_KEY: "signkey-test-5a" };
  const reach = reachOf(
    { origin: "http://here:3999", port: "3999" },
    { INNGEST_SERVE_ORIGIN: undefined, WORKER_PORT: 3001 },
  );
  const server = { inngestMode: "server", INNGEST_BASE_URL: "https://inngest.example.com", ...keys } as const;
  expect(journeyEnvironment(server, { appId: "own", reach })).toEqual({
    ...keys,
    INNGEST_APP_ID: "own",
    CONFORMANCE_DEV: "",
    CONFORMANCE_SERVER: "https://inngest.example.com",
    CONFORMANCE_PORT: "3999",
    INNGEST_SERVE_ORIGIN: "http://here:3999",
  });
  const cloud = { inngestMode: "server", INNGEST_BASE_URL: undefined, ...keys } as const;
  // No base address: the SDK then has one for events and another for all else.
  expect(journeyEnvironment(cloud, { appId: "own", reach }).CONFORMANCE_SERVER).toBe("cloud");
  const given = { INNGEST_SERVE_ORIGIN: "https://worker.example.com", WORKER_PORT: 3001 };
  expect(reachOf({}, given)).toEqual({ origin: "https://worker.example.com", port: 3001 });
  expect(reachOf({}, { ...given, INNGEST_SERVE_ORIGIN: undefined })).toEqual({ origin: undefined, port: 0 });
});
