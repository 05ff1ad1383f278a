import { inngest } from "#inngest/client";
import { makePartitions, refreshPerformance, rollUpNext, type RolledUp } from "#server/analytics/refresh";

/** Steps of one run; what is left is counted by the next one. */
const roundsMax = 500;

/**
 * Counts the day so far of every workspace, and days that were missed; keeps the summed numbers fresh, and a month
 * ahead of every table that is cut by months.
 */
export const refreshAnalytics = inngest.createFunction(
  {
    id: "refresh-analytics",
    name: "Refresh analytics",
    triggers: [{ cron: "*/10 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => {
    const partitions = await step.run("make-partitions", makePartitions);
    let after: string | null = null;
    let failed = 0;
    for (let round = 1; round <= roundsMax; round++) {
      const from: string | null = after;
      const rolled: RolledUp = await step.run(`roll-up-${round}`, () => rollUpNext(from));
      failed += rolled.failed;
      after = rolled.after;
      if (after === null) break;
    }
    await step.run("refresh-performance", refreshPerformance);
    return { partitions, failed };
  },
);
