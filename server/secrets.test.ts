import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecrets, readSecrets } from "./secrets.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "secrets-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test("secrets are made once, for their owner only, and kept", () => {
  const made = ensureSecrets(folder);
  expect(statSync(path.join(folder, "secrets.json")).mode & 0o777).toBe(0o600);
  expect(ensureSecrets(folder)).toEqual(made);
  expect(readSecrets(folder)).toEqual(made);
});

test("a name that an older installation lacks is added without touching the others", () => {
  writeFileSync(path.join(folder, "secrets.json"), JSON.stringify({ SEALING_KEY: "old", EXTRA: "kept" }));
  expect(ensureSecrets(folder)).toMatchObject({ SEALING_KEY: "old" });
  expect(JSON.parse(readFileSync(path.join(folder, "secrets.json"), "utf8"))).toMatchObject({
    SEALING_KEY: "old",
    EXTRA: "kept",
  });
});

test("a damaged file is never overwritten", () => {
  const file = path.join(folder, "secrets.json");
  writeFileSync(file, "{");
  expect(() => ensureSecrets(folder)).toThrow(/Restore it from a backup/);
  expect(readFileSync(file, "utf8")).toBe("{");
});
