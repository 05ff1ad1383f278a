import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { sourcesDigest } from "./build.ts";

const root = mkdtempSync(path.join(tmpdir(), "sources-"));
afterAll(() => rmSync(root, { recursive: true }));
function write(file: string, text: string) {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

test("a changed, a new and a moved source ask for a build; tests and other files do not", () => {
  const folder = "app/(app)/[workspace]";
  write(`${folder}/page.tsx`, "one");
  write("package-lock.json", "{}");
  const digests = [sourcesDigest(root)];
  const differs = (change: () => void) => {
    change();
    const digest = sourcesDigest(root);
    const isNew = !digests.includes(digest);
    digests.push(digest);
    return isNew;
  };
  expect(differs(() => write(`${folder}/page.tsx`, "two"))).toBe(true);
  expect(differs(() => write("server/campaigns/flow.ts", "x"))).toBe(true);
  expect(differs(() => write("app/globals.css", "x"))).toBe(true);
  expect(differs(() => write("package-lock.json", "{ }"))).toBe(true);
  expect(differs(() => write("server/campaigns/flow.test.ts", "x"))).toBe(false);
  expect(differs(() => write("docs/readme.md", "x"))).toBe(false);
});
