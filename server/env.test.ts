import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { EnvError } from "./env-checks.ts";
import { parseEnv, variableNames } from "./env.ts";
import { throwawaySecrets } from "./secrets.ts";

const secrets = throwawaySecrets();
const parse = (source: Record<string, string>) => parseEnv(source as NodeJS.ProcessEnv, () => secrets);

const engineVariables = ["INNGEST_BASE_URL", "INNGEST_EVENT_KEY", "INNGEST_SIGNING_KEY"];

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

  const keys = { INNGEST_EVENT_KEY: "abc", INNGEST_SIGNING_KEY: "signkey-prod-ab12" };
  const s3 = { STORAGE_DRIVER: "s3", STORAGE_S3_BUCKET: "files" };
  test.each<[string, Record<string, string>, RegExp, RegExp]>([
    ["DATABASE_URL", { DATABASE_URL: "mysql://me@db/app" }, /postgres:\/\/user/, /Correct DATABASE_URL/],
    ["DATABASE_URL", { DATABASE_URL: "postgres://me@db" }, /host:5432\/database/, /built-in Postgres/],
    ["DATABASE_OWNER_URL", { DATABASE_OWNER_URL: "db:5432" }, /role that migrates/, /Correct DATABASE_OWNER/],
    ["ENGINE_DATABASE_URL", { ENGINE_DATABASE_URL: "x" }, /engine's role/, /Correct ENGINE_DATABASE_URL/],
    ["DATABASE_PREPARE", { DATABASE_PREPARE: "maybe" }, /on or off/, /PgBouncer/],
    ["SMTP_URL", { SMTP_URL: "smtp.example.com:587" }, /smtp:\/\/user:password/, /Correct SMTP_URL/],
    ["SMTP_URL", { SMTP_URL: "https://smtp.example.com" }, /mail server/, /leave it out/],
    ["DNS_SERVERS", { DNS_SERVERS: "9.9.9.9, dns.example.com" }, /9\.9\.9\.9 or/, /machine's own/],
    [
      "DNS_BLOCK_LISTS",
      { DNS_BLOCK_LISTS: "dbl.example.org, lists" },
      /as dbl\.example\.org/,
      /leave it out/,
    ],
    ["DNS_BLOCK_LISTS", { DNS_BLOCK_LISTS: "A=dbl.test,A=b.test" }, /block lists/, /DNS_BLOCK_LISTS/],
    ["SPAMD_ADDRESS", { SPAMD_ADDRESS: "127.0.0.1" }, /127\.0\.0\.1:783/, /leave it out/],
    ["SPAMD_ADDRESS", { SPAMD_ADDRESS: "spam.example.com:70000" }, /host and port/, /Correct SPAMD_ADDRESS/],
    ["INNGEST_BASE_URL", { ...keys, INNGEST_BASE_URL: "inngest:8288" }, /address/, /Set INNGEST_BASE_URL/],
    [
      "INNGEST_EVENT_KEY",
      { INNGEST_BASE_URL: "https://i.example.com" },
      /event key of the server/,
      /Copy it/,
    ],
    [
      "INNGEST_SIGNING_KEY",
      { ...keys, INNGEST_SIGNING_KEY: "secret" },
      /signkey-prod-/,
      /Copy INNGEST_SIGNING/,
    ],
    ["INNGEST_SERVE", { INNGEST_SERVE: "both" }, /worker, web/, /leave it out for worker/],
    ["INNGEST_SERVE_ORIGIN", { INNGEST_SERVE_ORIGIN: "worker" }, /address/, /reaches the functions/],
    ["INNGEST_DEV", { INNGEST_DEV: "please" }, /1, 0, or the address/, /INNGEST_DEV=1/],
    ["STORAGE_DRIVER", { STORAGE_DRIVER: "ftp" }, /folder, s3/, /leave it out for folder/],
    ["STORAGE_S3_BUCKET", { STORAGE_DRIVER: "s3" }, /the bucket/, /Set STORAGE_S3_BUCKET/],
    ["STORAGE_S3_ENDPOINT", { ...s3, STORAGE_S3_ENDPOINT: "minio" }, /address/, /other than Amazon's/],
    ["STORAGE_S3_SECRET_ACCESS_KEY", { ...s3, STORAGE_S3_ACCESS_KEY_ID: "id" }, /belongs to/, /or neither/],
    ["STORAGE_S3_FORCE_PATH_STYLE", { ...s3, STORAGE_S3_FORCE_PATH_STYLE: "2" }, /on or off/, /MinIO/],
    ["PORT", { PORT: "70000" }, /1 to 65535/, /free port/],
    ["APP_URL", { APP_URL: "mail.example.com/app" }, /nothing after the port/, /people type/],
    ["SEALING_KEY", { SEALING_KEY: "short" }, /32 bytes in base64/, /openssl rand -base64 32/],
  ])(
    "refuses a wrong %s with its name, what was expected and the way out: %o",
    (name, source, expected, fix) => {
      const problem = problemsOf(source).problems.find((one) => one.name === name);
      expect(problem?.expected).toMatch(expected);
      expect(problem?.fix).toMatch(fix);
    },
  );

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
    expect(names).toEqual(["SESSION_SECRET", "TOKEN_SECRET", "SEALING_KEY", ...engineVariables]);
    const { SESSION_SECRET, TOKEN_SECRET, SEALING_KEY } = secrets;
    const own = { HOST: "0.0.0.0", SESSION_SECRET, TOKEN_SECRET, SEALING_KEY };
    expect(problemsOf(own).problems.map((problem) => problem.name)).toEqual(engineVariables);
    const { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY } = secrets;
    const keys = { INNGEST_EVENT_KEY, INNGEST_SIGNING_KEY };
    const embedded = { ...own, ...keys, INNGEST_BASE_URL: "http://127.0.0.1:8288" };
    expect(parse(embedded)).toMatchObject({ HOST: "0.0.0.0", inngestMode: "embedded" });
    expect(parse({ ...own, ...keys, INNGEST_BASE_URL: "https://inngest.example.com" }).inngestMode).toBe(
      "server",
    );
    expect(parse({ HOST: "127.0.0.2" }).HOST).toBe("127.0.0.2");
  });

  test("knows where functions run from the Inngest variables alone", () => {
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
