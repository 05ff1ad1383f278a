import { inngest } from "#inngest/client";
import { makePartitions, refreshPerformance } from "#server/analytics/refresh";

/** Keeps the summed numbers fresh, and a month ahead of every table that is cut by months. */
export const refreshAnalytics = inngest.createFunction(
  {
    id: "refresh-analytics",
    name: "Refresh analytics",
    triggers: [{ cron: "7 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => {
    const partitions = await step.run("make-partitions", makePartitions);
    await step.run("refresh-performance", refreshPerformance);
    return { partitions };
  },
);
