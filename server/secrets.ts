import { randomBytes } from "node:crypto";
import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";

/** The file in the data folder that holds the secrets of an installation which brings none of its own. */
export const secretsFile = "secrets.json";

const generators = {
  SESSION_SECRET: () => randomBytes(32).toString("base64"),
  TOKEN_SECRET: () => randomBytes(32).toString("base64"),
  SEALING_KEY: () => randomBytes(32).toString("base64"),
  INNGEST_EVENT_KEY: () => randomBytes(24).toString("hex"),
  INNGEST_SIGNING_KEY: () => `signkey-prod-${randomBytes(32).toString("hex")}`,
  PG_PASSWORD: () => randomBytes(18).toString("hex"),
  APP_PASSWORD: () => randomBytes(18).toString("hex"),
  ENGINE_PASSWORD: () => randomBytes(18).toString("hex"),
};
export type SecretName = keyof typeof generators;
export type Secrets = Record<SecretName, string>;

/** Fresh ones for this process alone, written nowhere. */
export const throwawaySecrets = (): Secrets =>
  Object.fromEntries(Object.entries(generators).map(([name, make]) => [name, make()])) as Secrets;

const contents = z.record(z.string(), z.string());

/** @throws Error with a sentence when the file is there but cannot be read or is not what we wrote. */
export function readSecrets(dataDir: string): Partial<Secrets> | undefined {
  const file = path.join(dataDir, secretsFile);
  let written: string;
  try {
    written = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} cannot be read (${reason}). Give its owner read access: chmod 600 ${file}`, {
      cause,
    });
  }
  try {
    return contents.parse(JSON.parse(written));
  } catch (cause) {
    throw new Error(
      `${file} is not a JSON object of names and texts. Restore it from a backup: without its SEALING_KEY, `
        + "sealed mailbox passwords cannot be opened and must be typed in again.",
      { cause },
    );
  }
}

/**
 * Reads the secrets of this data folder; makes the file (0600), or the names it lacks, when needed.
 * Two processes that start at once agree on one file: the first to link it wins.
 */
export function ensureSecrets(dataDir: string): Secrets {
  const known = readSecrets(dataDir);
  const complete: Secrets = { ...throwawaySecrets(), ...known };
  if (known && Object.keys(generators).every((name) => name in known)) return complete;

  mkdirSync(dataDir, { recursive: true });
  const file = path.join(dataDir, secretsFile);
  const draft = `${file}.${process.pid}.${randomBytes(4).toString("hex")}`;
  writeFileSync(draft, `${JSON.stringify(complete, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  if (known) {
    renameSync(draft, file);
    return complete;
  }
  try {
    linkSync(draft, file);
    return complete;
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return ensureSecrets(dataDir);
    throw cause;
  } finally {
    rmSync(draft, { force: true });
  }
}
