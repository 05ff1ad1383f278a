import { inngest } from "#inngest/client";
import { campaignStartDue } from "#inngest/events";
import { launchScheduled } from "#server/campaigns/launch-scheduled";

/** Launches a campaign at the time it was scheduled for, or a repeat of it, or says why it could not. */
export const launchScheduledCampaign = inngest.createFunction(
  {
    id: "launch-scheduled-campaign",
    name: "Scheduled launch",
    triggers: [campaignStartDue],
    retries: 10,
    concurrency: { key: "event.data.campaignId", limit: 1 },
  },
  async ({ event, step }) => {
    const { tenantId, workspaceId, campaignId } = event.data;
    return {
      outcome: await step.run("launch", () => launchScheduled({ tenantId, workspaceId }, campaignId)),
    };
  },
);
