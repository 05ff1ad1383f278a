import { inngest } from "#inngest/client";
import { purgeCampaigns } from "#server/campaigns/purge";

/** Rounds of one run; what is left waits for the next one. */
const roundsMax = 100;

/** Has people leave campaigns that were deleted, and removes those that were deleted longer ago than they can be brought back. */
export const purgeDeletedCampaigns = inngest.createFunction(
  {
    id: "purge-campaigns",
    name: "Purge deleted campaigns",
    triggers: [{ cron: "*/5 * * * *" }],
    singleton: { mode: "skip" },
  },
  async ({ step }) => {
    let purged = 0;
    for (let round = 1; round <= roundsMax; round++) {
      const result = await step.run(`remove-rows-${round}`, () => purgeCampaigns());
      purged += result.purged;
      if (!result.more) break;
    }
    return { purged };
  },
);
