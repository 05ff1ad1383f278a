import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

/**
 * `flaky` names the tests that failed first and then passed: they count as passed, and are to be looked into. `skipped`
 * names those that were passed over.
 */
export type Counts = { passed: number; failed: number; flaky: string[]; skipped: string[] };

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});
type PlaywrightSuite = {
  specs: { title: string; tests: { status: string }[] }[];
  suites?: PlaywrightSuite[];
};
const playwrightSuite: z.ZodType<PlaywrightSuite> = z.lazy(() =>
  z.object({
    specs: z.array(z.object({ title: z.string(), tests: z.array(z.object({ status: z.string() })) })),
    suites: z.array(playwrightSuite).optional(),
  }),
);
const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
  suites: z.array(playwrightSuite),
});

/** What a test run counted; one failure when it left no report, since then nothing is known to have passed. */
function countsIn<T>(file: string, report: z.ZodType<T>, read: (report: T) => Counts): Counts {
  const nothing = { passed: 0, failed: 1, flaky: [], skipped: [] };
  if (!existsSync(file)) return nothing;
  const parsed = report.safeParse(JSON.parse(readFileSync(file, "utf8")));
  return parsed.success ? read(parsed.data) : nothing;
}

/** What a failure says first: of a property, the seed that replays it. */
const beginning = (message: string): string => message.split("\n").slice(0, 2).join(" ").slice(0, 300);

/** A file that could not be loaded has no tests to count as failed: it counts as one. */
export const vitestCounts = (file: string): Counts =>
  countsIn(file, vitestReport, ({ numPassedTests, numFailedTests, numFailedTestSuites, testResults }) => ({
    passed: numPassedTests,
    failed: numFailedTests > 0 ? numFailedTests : Math.min(numFailedTestSuites, 1),
    flaky: testResults
      .flatMap((result) => result.assertionResults)
      .filter(({ status, failureMessages }) => status === "passed" && failureMessages.length > 0)
      .map(({ fullName, failureMessages: [first = ""] }) => `${fullName}: ${beginning(first)}`),
    skipped: testResults
      .flatMap((result) => result.assertionResults)
      .filter(({ status }) => status === "skipped" || status === "pending" || status === "todo")
      .map(({ fullName }) => fullName),
  }));

export const playwrightCounts = (file: string): Counts =>
  countsIn(file, playwrightReport, ({ stats, suites }) => ({
    passed: stats.expected + stats.flaky,
    failed: stats.unexpected,
    flaky: suites.flatMap((suite) => specsWith("flaky", suite)),
    skipped: suites.flatMap((suite) => specsWith("skipped", suite)),
  }));

const specsWith = (wanted: string, { specs, suites = [] }: PlaywrightSuite): string[] => [
  ...specs.filter(({ tests }) => tests.some(({ status }) => status === wanted)).map(({ title }) => title),
  ...suites.flatMap((suite) => specsWith(wanted, suite)),
];

export const sum = (all: Counts[]): Counts => ({
  passed: all.reduce((total, { passed }) => total + passed, 0),
  failed: all.reduce((total, { failed }) => total + failed, 0),
  flaky: all.flatMap(({ flaky }) => flaky),
  skipped: all.flatMap(({ skipped }) => skipped),
});
