import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { parseEnv, variableNames } from "#server/env";
import { throwawaySecrets } from "#server/secrets";

const variables = new Set<string>(variableNames);
const root = path.resolve(import.meta.dirname, "..");
const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const text = read("docs/deploy/compose.yaml");

const service = z.looseObject({
  image: z.string(),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  volumes: z.array(z.string()).default([]),
  healthcheck: z.looseObject({}).optional(),
});
const { services, volumes } = z
  .object({ services: z.record(z.string(), service), volumes: z.record(z.string(), z.null()) })
  .parse(parse(text, { merge: true }));
const ours = Object.entries(services).filter(([, { image }]) => image === "postroad");

/** Says what openssl says, on a machine that has none. */
const openssl = `#!/bin/sh
case $2 in
  -hex) head -c "$3" /dev/urandom | od -An -v -tx1 | tr -d ' \\n'; echo ;;
  *) head -c "$3" /dev/urandom | base64 ;;
esac
`;

/** What `make-secrets.sh` writes, as Compose reads it. */
function secrets(): Record<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), "openssl-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(path.join(folder, "openssl"), openssl, { mode: 0o755 });
  const given = ["https://mail.example.com", "smtps://user:secret@smtp.example.com"];
  const lines = execFileSync("sh", [path.join(root, "docs/deploy/make-secrets.sh"), ...given], {
    encoding: "utf8",
    env: { ...process.env, PATH: `${folder}:${process.env.PATH ?? ""}` },
  })
    .trim()
    .split("\n");
  return Object.fromEntries(lines.map((line) => /^(\w+)=(.*)$/.exec(line)?.slice(1, 3) as [string, string]));
}

/** `${NAME}`, `${NAME:-default}` and `${NAME:?what is missing}`, as Compose puts values in their place. */
const filled = (value: string, given: Record<string, string>) =>
  value.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, how?: string, otherwise?: string) => {
    const found = given[name] || (how === "-" ? otherwise : undefined);
    if (found === undefined) throw new Error(`make-secrets.sh does not write ${name}.`);
    return found;
  });

test("every part of the Compose file starts with what make-secrets.sh writes, and with variables that there are", () => {
  const given = secrets();
  expect(ours.map(([name]) => name)).toEqual(["migrate", "web", "worker"]);
  for (const [name, { environment }] of ours) {
    expect(Object.keys(environment).filter((variable) => !variables.has(variable))).toEqual([]);
    const source = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [variable, filled(value, given)]),
    );
    const env = parseEnv({ NODE_ENV: "production", ...source }, throwawaySecrets);
    expect(env, name).toMatchObject({
      APP_URL: "https://mail.example.com",
      HOST: "0.0.0.0",
      inngestMode: "server",
      embeddedPostgres: false,
      DATABASE_PREPARE: false,
    });
  }
  // All other places of the file too.
  filled(text, given);
});

test("what the Compose file waits for, mounts and runs is there", () => {
  for (const [name, { depends_on, volumes: mounted }] of Object.entries(services)) {
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(Object.keys(services), name).toContain(other);
      if (condition === "service_healthy") expect(services[other]?.healthcheck, other).toBeDefined();
    }
    for (const source of mounted.map((mount) => mount.split(":")[0] ?? ""))
      if (source.startsWith("./")) read(path.join("docs/deploy", source));
      else expect(Object.keys(volumes), name).toContain(source);
  }
});

test("documents name no variable that nothing reads", () => {
  const tests = [
    "VERIFY_PORT",
    "VERIFY_CHAOS",
    "CHAOS_PORT",
    "TEST_CLOCK",
    "SEED",
    "SEEDS",
    "SIMULATED_SEED",
    "SIMULATED_CONTACTS",
    "SIMULATED_HOURLY",
    "KILL_SEED",
    "BENCH_POSTGRES",
  ];
  const others = ["TMPDIR", "DB_HOST", "INNGEST_DB_PASSWORD", "OWNER_DB_PASSWORD"];
  const known = new Set([...variables, ...tests, ...others]);
  const named = [...globSync("docs/*.md", { cwd: root }), "README.md", "inngest/engine/README.md"].flatMap(
    (file) =>
      [...read(file).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])(?:=[^`]*)?`/g)].map(
        ([, name]) => `${file}: ${name}`,
      ),
  );
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((each) => !known.has(each.split(": ")[1] ?? ""))).toEqual([]);
});
