import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";
import { playwrightCounts, sum, vitestCounts } from "./test-counts.ts";

const folder = mkdtempSync(path.join(tmpdir(), "counts-"));
afterAll(() => rmSync(folder, { recursive: true }));
const report = (content: unknown) => {
  const file = path.join(folder, `${Math.random()}.json`);
  writeFileSync(file, JSON.stringify(content));
  return file;
};

test("passed and failed tests of both runners add up", () => {
  const vitest = vitestCounts(report({ numPassedTests: 7, numFailedTests: 2, numFailedTestSuites: 1 }));
  const playwright = playwrightCounts(report({ stats: { expected: 3, unexpected: 1, flaky: 1 } }));
  expect(sum([vitest, playwright])).toEqual({ passed: 11, failed: 3 });
});

test("a file that could not be loaded is a failure, though none of its tests is", () => {
  expect(vitestCounts(report({ numPassedTests: 7, numFailedTests: 0, numFailedTestSuites: 1 })).failed).toBe(
    1,
  );
});

test("a runner that left no report has not passed", () => {
  expect(playwrightCounts(path.join(folder, "none.json"))).toEqual({ passed: 0, failed: 1 });
  expect(vitestCounts(report({ other: 1 }))).toEqual({ passed: 0, failed: 1 });
});
