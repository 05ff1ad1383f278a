import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { build } from "./build.ts";

const root = mkdtempSync(path.join(tmpdir(), "postroad-build-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Says that it has begun, and has something left to say when it is told to stop. */
const slowToStop = `
process.on("SIGTERM", () => setTimeout(() => { console.log("last words"); process.exit(1); }, 150));
setInterval(() => undefined, 1000);
console.log("begun");
`;

test("a build that is told to stop has ended before its log is closed", async () => {
  const bin = path.join(root, "node_modules", "next", "dist", "bin");
  mkdirSync(bin, { recursive: true });
  writeFileSync(path.join(bin, "next"), slowToStop);
  const logFile = path.join(root, "build.log");
  const stopping = new AbortController();
  const building = build({ root, distDir: ".next", logFile, env: process.env, signal: stopping.signal });
  await expect
    .poll(() => existsSync(logFile) && readFileSync(logFile, "utf8"), { timeout: 10_000 })
    .toContain("begun");
  stopping.abort();
  await expect(building).rejects.toThrow("The build failed (exit code 1)");
  expect(readFileSync(logFile, "utf8")).toContain("last words");
});
