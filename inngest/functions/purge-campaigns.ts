import { inngest } from "#inngest/client";
import { purgeCampaigns } from "#server/campaigns/purge";

/** Removes campaigns that were deleted longer ago than they can be brought back. */
export const purgeCampaignsHourly = inngest.createFunction(
  {
    id: "purge-campaigns",
    name: "Purge deleted campaigns",
    triggers: [{ cron: "52 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => ({ purged: await step.run("remove-rows", () => purgeCampaigns()) }),
);
