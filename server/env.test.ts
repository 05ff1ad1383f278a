import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { EnvError } from "./env-checks.ts";
import { parseEnv, variableNames } from "./env.ts";
import { throwawaySecrets } from "./secrets.ts";

const secrets = throwawaySecrets();
const parse = (source: Record<string, string>) => parseEnv(source as NodeJS.ProcessEnv, () => secrets);

function problemsOf(source: Record<string, string>) {
  try {
    parse(source);
  } catch (error) {
    if (error instanceof EnvError) return error;
    throw error;
  }
  throw new Error("The environment was accepted.");
}

describe("the environment", () => {
  test("works with nothing set", () => {
    const env = parse({});
    expect(env).toMatchObject({
      PORT: 3000,
      APP_URL: "http://127.0.0.1:3000",
      inngestMode: "embedded",
      embeddedPostgres: true,
    });
    expect(env.INNGEST_BASE_URL).toBe("http://127.0.0.1:8288");
    expect(env.DATABASE_URL).toContain("@127.0.0.1:5433/postroad");
    expect(env.SEALING_KEY).toBe(secrets.SEALING_KEY);
  });

  test("takes an empty variable for one left out", () => {
    expect(parse({ PORT: " ", SMTP_URL: "" })).toMatchObject({ PORT: 3000 });
  });

  test("tells every wrong variable at once, with what was expected, found, and the way out", () => {
    const error = problemsOf({
      PORT: "80o",
      STORAGE_DRIVER: "ftp",
      INNGEST_BASE_URL: "http://inngest:8288/path",
    });
    expect(error.problems.map((problem) => problem.name)).toEqual(
      expect.arrayContaining(["PORT", "STORAGE_DRIVER", "INNGEST_BASE_URL"]),
    );
    expect(error.message).toMatch(/PORT\n\s+expected\s+a port number.*\n\s+found\s+"80o"\n\s+fix\s+Set PORT/);
  });

  test("has a way out for every variable that can be wrong", () => {
    const { problems } = problemsOf(Object.fromEntries(variableNames.map((name) => [name, "\u0000"])));
    expect(problems.length).toBeGreaterThan(20);
    for (const problem of problems) expect(problem.fix).toMatch(/\w+ \w+/);
  });

  test("never prints a secret", () => {
    const { message } = problemsOf({
      DATABASE_URL: "mysql://me:hunter2@db/app",
      SESSION_SECRET: "hunter2",
      SMTP_URL: "hunter2",
    });
    expect(message).toContain("DATABASE_URL");
    expect(message).not.toContain("hunter2");
  });

  test("refuses to listen beyond this machine on secrets that only lie in a file", () => {
    const names = problemsOf({ HOST: "0.0.0.0" }).problems.map((problem) => problem.name);
    expect(names).toEqual(["SESSION_SECRET", "TOKEN_SECRET", "SEALING_KEY"]);
    const { SESSION_SECRET, TOKEN_SECRET, SEALING_KEY } = secrets;
    expect(parse({ HOST: "0.0.0.0", SESSION_SECRET, TOKEN_SECRET, SEALING_KEY }).HOST).toBe("0.0.0.0");
    expect(parse({ HOST: "127.0.0.2" }).HOST).toBe("127.0.0.2");
  });

  test("knows where functions run from the Inngest variables alone", () => {
    const keys = { INNGEST_EVENT_KEY: "abc", INNGEST_SIGNING_KEY: "signkey-prod-ab12" };
    expect(parse(keys)).toMatchObject({ inngestMode: "server", INNGEST_BASE_URL: undefined });
    expect(parse({ ...keys, INNGEST_BASE_URL: "https://inngest.example.com" }).inngestMode).toBe("server");
    expect(
      parse({ ...keys, INNGEST_BASE_URL: "http://127.0.0.1:9000", ENGINE_PORT: "9000" }).inngestMode,
    ).toBe("embedded");
    expect(parse({ INNGEST_DEV: "1" })).toMatchObject({
      inngestMode: "dev",
      INNGEST_BASE_URL: "http://127.0.0.1:8288",
    });
    expect(problemsOf({ INNGEST_EVENT_KEY: "abc" }).problems[0]?.name).toBe("INNGEST_SIGNING_KEY");
  });

  test("asks for the owner's and the engine's address only when somebody needs them", () => {
    const env = parse({ DATABASE_URL: "postgres://app:x@db/postroad" });
    expect(env.embeddedPostgres).toBe(false);
    expect(() => env.DATABASE_OWNER_URL).toThrow(/DATABASE_OWNER_URL\n\s+expected/);
    expect(() => env.ENGINE_DATABASE_URL).toThrow(/ENGINE_DATABASE_URL\n\s+expected/);
    expect(problemsOf({ DATABASE_OWNER_URL: "postgres://me@db/postroad" }).problems[0]?.name).toBe(
      "DATABASE_URL",
    );
  });
});

test(".env.example names every variable, and sets none", () => {
  const example = readFileSync(path.join(import.meta.dirname, "..", ".env.example"), "utf8");
  const named = [...example.matchAll(/^# ([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]);
  expect(variableNames.filter((name) => !named.includes(name))).toEqual([]);
  expect(example.split("\n").filter((line) => line !== "" && !line.startsWith("#"))).toEqual([]);
});
