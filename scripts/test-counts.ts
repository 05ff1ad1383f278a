import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export type Counts = { passed: number; failed: number };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
});
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** What a test run counted; one failure when it left no report, since then nothing is known to have passed. */
function countsIn<T>(file: string, report: z.ZodType<T>, read: (report: T) => Counts): Counts {
  if (!existsSync(file)) return { passed: 0, failed: 1 };
  const parsed = report.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return parsed.success ? read(parsed.data) : { passed: 0, failed: 1 };
}

/** A file that could not be loaded has no tests to count as failed: it counts as one. */
export const vitestCounts = (file: string): Counts =>
  countsIn(file, vitestReport, ({ numPassedTests, numFailedTests, numFailedTestSuites }) => ({
    passed: numPassedTests,
    failed: numFailedTests > 0 ? numFailedTests : Math.min(numFailedTestSuites, 1),
  }));

export const playwrightCounts = (file: string): Counts =>
  countsIn(file, playwrightReport, ({ stats }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
  }));

export const sum = (all: Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
});
