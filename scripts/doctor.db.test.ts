import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { stripVTControlCharacters } from "node:util";
import { v7 } from "uuid";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createMailbox, createTenant } from "#db/factories";
import { withTenant } from "#db/tenancy";
import { asOwner } from "#db/testing-database";
import { startEngine } from "#inngest/engine/engine";
import { startNameServer } from "#server/domains/testing-name-server";
import { env as testEnv, parseEnv } from "#server/env";
import { sealer } from "#server/seal";
import { throwawaySecrets } from "#server/secrets";
import { checkDatabase } from "./doctor-database.ts";
import { checkBlockLists, checkEngine } from "./doctor-services.ts";
import type { Finding } from "./findings.ts";

const folder = mkdtempSync(path.join(tmpdir(), "doctor-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The doctor looks at a whole installation, and other files' rows are in this one.
beforeAll(() =>
  asOwner(async (sql) => {
    const sealed = await sql<{ name: string }[]>`
      select distinct format('%I.%I', table_schema, table_name) as name from information_schema.columns
      where column_name like '%sealed%' and table_schema in ('public', 'notify', 'content')`;
    const tables = [...sealed.map(({ name }) => name), "queue.apps", "queue.functions", "queue.workers"];
    await sql.unsafe(`truncate ${tables.join(", ")} cascade`);
  }),
);

const { DATABASE_URL, DATABASE_OWNER_URL, ENGINE_DATABASE_URL } = testEnv;
const secrets = throwawaySecrets();
/** An installation on the test database. */
const installation = (values: Record<string, string> = {}) =>
  parseEnv(
    { NODE_ENV: "test", DATABASE_URL, DATABASE_OWNER_URL, ENGINE_DATABASE_URL, DATA_DIR: folder, ...values },
    () => secrets,
  );
const about = (findings: Finding[], what: string) => findings.find((finding) => finding.what === what);

/** `npm run doctor` in a process of its own: its lines, and how it ended. */
async function doctor(values: Record<string, string>) {
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", "scripts/doctor-main.ts"], {
    cwd: path.dirname(import.meta.dirname),
    env: {
      PATH: process.env.PATH,
      NODE_ENV: "production",
      DATA_DIR: path.join(folder, "stopped"),
      ...values,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { says: stripVTControlCharacters(await text(child.stdout)), code: await ended };
}

/** Six ports beside the usual ones, on which other installations may be at work, and below those that connections get. */
const ports = Object.fromEntries(
  ["PORT", "WORKER_PORT", "ENGINE_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT", "PG_PORT"].map((name, at) => [
    name,
    String(27_310 + at),
  ]),
);

test("a lost key is named with how many values hang on it, and a restored one is fine", async () => {
  const tenant = await createTenant();
  const former = installation().SEALING_KEY;
  await withTenant(tenant.scope, async (tx) => {
    const rowId = v7();
    const place = { tenantId: tenant.tenantId, table: "email_accounts", rowId, column: "secret_sealed" };
    const secretSealed = sealer(former).seal("secret", place);
    await createMailbox(tx, { id: rowId, provider: "smtp", isDefault: false, secretSealed });
  });
  expect(about(await checkDatabase(installation(), true), "sealing key")?.kind).toBe("ok");
  const fresh = throwawaySecrets().SEALING_KEY;
  const lost = about(await checkDatabase(installation({ SEALING_KEY: fresh }), true), "sealing key");
  expect(lost).toMatchObject({
    kind: "problem",
    fix: expect.stringMatching(/Restore the former secrets\.json/) as string,
  });
  expect(lost?.says).toMatch(/1 in email_accounts under key \w+/);
  const both = installation({ SEALING_KEY: `${fresh},${former}` });
  expect(about(await checkDatabase(both, true), "sealing key")?.kind).toBe("ok");
});

test("data of another major version of Postgres is not touched, and the way over is told", async () => {
  const dataDir = path.join(folder, "old");
  mkdirSync(path.join(dataDir, "postgres"), { recursive: true });
  writeFileSync(path.join(dataDir, "postgres", "PG_VERSION"), "16\n");
  const [finding] = await checkDatabase(
    parseEnv({ NODE_ENV: "test", DATA_DIR: dataDir }, () => secrets),
    false,
  );
  expect(finding).toMatchObject({ kind: "problem", fix: expect.stringMatching(/pg_dump 16/) as string });
  expect(finding?.says).toMatch(/was written by Postgres 16, and the package is Postgres 18/);
});

test("an engine without a live worker is a problem with its cause", async () => {
  const engine = await startEngine({
    databaseUrl: ENGINE_DATABASE_URL,
    signingKey: secrets.INNGEST_SIGNING_KEY,
    eventKey: secrets.INNGEST_EVENT_KEY,
    workerUrls: [],
    host: "127.0.0.1",
    port: 0,
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  });
  try {
    const env = installation({ ENGINE_PORT: new URL(engine.url).port });
    expect(about(await checkEngine(env), "functions")).toMatchObject({
      kind: "problem",
      says: "No worker has registered its functions yet, or none is alive.",
      fix: expect.stringMatching(/worker\.log/) as string,
    });
  } finally {
    await engine.stop(1000);
  }
  const [gone] = await checkEngine(installation({ ENGINE_PORT: "27309" }));
  expect(gone).toMatchObject({ kind: "problem", says: expect.stringMatching(/does not answer/) as string });
});

test("a block list answers when it holds its test entry and not every name; silence and refusals are told", async () => {
  const server = await startNameServer(
    new Map<string, string[] | "broken">([
      ["a test.good.test", ["127.0.0.2"]],
      ["a test.shut.test", ["127.0.0.2"]],
      ["a invalid.shut.test", ["127.0.0.2"]],
      ["a test.refusing.test", ["127.255.255.254"]],
      ["a test.broken.test", "broken"],
    ]),
  );
  try {
    const lists = "good.test, Shut=shut.test, refusing.test, broken.test, other.test";
    const env = installation({ DNS_BLOCK_LISTS: lists, DNS_SERVERS: server.address });
    const said = (await checkBlockLists(env)).map(({ kind, says }) => `${kind}: ${says}`);
    expect(said).toEqual([
      "ok: good.test answers",
      expect.stringMatching(/^problem: Shut names every domain/),
      expect.stringMatching(/^problem: refusing.test says nothing: .*127\.255\.255\.254/),
      "problem: broken.test says nothing: It did not answer.",
      expect.stringMatching(/^problem: other.test does not hold its test entry/),
    ]);
  } finally {
    await server.stop();
  }
  expect(await checkBlockLists(installation())).toMatchObject([{ kind: "note" }]);
});

test("a wrong variable is told with its name and the way out, and the doctor ends with 1", async () => {
  const { says, code } = await doctor({ ...ports, SMTP_URL: "mail.example.com" });
  expect(code).toBe(1);
  expect(says).toMatch(/PROBLEM\s+environment\s+SMTP_URL: expected the address of a mail server/);
  expect(says).toMatch(/1 problem\./);
});

test("an installation that is not running is no problem", async () => {
  const { says, code } = await doctor(ports);
  expect(says).toMatch(/npm run up is not at work in this folder/);
  expect(says).toMatch(/Nothing is wrong\./);
  expect(code).toBe(0);
});
