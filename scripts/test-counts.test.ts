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

const testResults: unknown[] = [];

test("passed and failed tests of both runners add up, and those that wavered or were passed over are named", () => {
  const assertionResults = [
    { fullName: "steady", status: "passed", failureMessages: [] },
    { fullName: "wavers", status: "passed", failureMessages: ["Property failed\n{ seed: 7 }\n    at x.ts"] },
    { fullName: "waits for a server", status: "skipped", failureMessages: [] },
    { fullName: "fails", status: "failed", failureMessages: ["at first", "again"] },
  ];
  const vitest = vitestCounts(
    report({
      ...{ numPassedTests: 7, numFailedTests: 2, numFailedTestSuites: 1 },
      testResults: [{ assertionResults }],
    }),
  );
  const spec = (title: string, status: string) => ({ title, tests: [{ status }] });
  const playwright = playwrightCounts(
    report({
      stats: { expected: 3, unexpected: 1, flaky: 1 },
      suites: [
        {
          specs: [spec("clicks", "expected")],
          suites: [{ specs: [spec("drags", "flaky"), spec("needs Linux", "skipped")] }],
        },
      ],
    }),
  );
  expect(sum([vitest, playwright])).toEqual({
    passed: 11,
    failed: 3,
    flaky: ["wavers: Property failed { seed: 7 }", "drags"],
    skipped: ["waits for a server", "needs Linux"],
  });
});

test("a file that could not be loaded is a failure, though none of its tests is", () => {
  const unloaded = { numPassedTests: 7, numFailedTests: 0, numFailedTestSuites: 1, testResults };
  expect(vitestCounts(report(unloaded)).failed).toBe(1);
});

test("a runner that left no report has not passed", () => {
  const nothing = { passed: 0, failed: 1, flaky: [], skipped: [] };
  expect(playwrightCounts(path.join(folder, "none.json"))).toEqual(nothing);
  expect(vitestCounts(report({ other: 1 }))).toEqual(nothing);
});
