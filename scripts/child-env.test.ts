import { expect, test } from "vitest";
import { parseEnv } from "#server/env";
import { throwawaySecrets } from "#server/secrets";
import manifest from "../package.json" with { type: "json" };
import { childEnv, forSpawn, workerArgs } from "./child-env.ts";
import type { Role } from "./child-env.ts";

const source = {
  HOST: "127.0.0.2",
  APP_URL: "https://mail.example.com",
  DATABASE_URL: "postgres://app:a@db/postroad",
  DATABASE_OWNER_URL: "postgres://owner:o@db/postroad",
  ENGINE_DATABASE_URL: "postgres://engine:e@db/postroad",
  UNKNOWN: "kept",
};
const env = parseEnv({ ...source, NODE_ENV: "test" }, throwawaySecrets);
const given = (role: Role) => childEnv(env, role, source);

test("nobody but the migrations signs in as the owner, and only the engine as the engine", () => {
  for (const role of ["web", "worker", "engine", "sandbox"] as const)
    expect(given(role).DATABASE_OWNER_URL).toBe("");
  expect(given("engine").ENGINE_DATABASE_URL).toBe(source.ENGINE_DATABASE_URL);
  expect(given("web").ENGINE_DATABASE_URL).toBe("");
});

test("the engine and the sandbox stay on this machine however far the web server reaches", () => {
  expect(given("web").HOST).toBe("127.0.0.2");
  expect(given("engine").HOST).toBe("127.0.0.1");
  expect(given("sandbox").HOST).toBe("127.0.0.1");
});

test("generated secrets and defaults are handed down, so that all parts agree", () => {
  expect(given("worker")).toMatchObject({
    SEALING_KEY: env.SEALING_KEY,
    PORT: "3000",
    SANDBOX: "on",
    UNKNOWN: "kept",
  });
  expect(given("web").NEXTAUTH_URL).toBe("https://mail.example.com");
  const child = parseEnv(forSpawn(given("worker")), throwawaySecrets);
  expect(child).toMatchObject({ inngestMode: env.inngestMode, INNGEST_SIGNING_KEY: env.INNGEST_SIGNING_KEY });
});

test("what is measured of the worker runs as the worker is started", () => {
  const measured = Object.entries(manifest.scripts).filter(([, command]) =>
    command.includes("--max-semi-space-size"),
  );
  expect(measured.map(([name]) => name)).toContain("bench:send");
  for (const [, command] of measured)
    expect(command).toMatch(`node ${workerArgs.slice(0, -1).join(" ")} bench/`);
});
