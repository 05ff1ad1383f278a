import { inngest } from "#inngest/client";
import { campaignDrained, campaignLaunched, campaignStopped } from "#inngest/events";
import {
  checkEnd,
  enrollNext,
  enrollSideBySide,
  renewCampaign,
  startCampaign,
} from "#server/enrollments/run";

/** Slices of the audience, and looks at the end, before a fresh run goes on: a real server ends a run at 1,000 steps. */
const roundsPerRun = 120;

/** A campaign from its launch to its end: enroll the audience, then wait until nobody is on the way any more. */
export const runCampaign = inngest.createFunction(
  {
    id: "run-campaign",
    name: "Campaign",
    triggers: [campaignLaunched],
    retries: 10,
    concurrency: [
      { key: "event.data.campaignId", limit: 1 },
      { key: "event.data.tenantId", limit: 5 },
    ],
    cancelOn: [
      {
        event: campaignLaunched,
        if: "async.data.campaignId == event.data.campaignId && async.data.fence > event.data.fence",
      },
      { event: campaignStopped, match: "data.campaignId" },
    ],
  },
  async ({ event, step, runId }) => {
    const launched = event.data;
    const fence = await step.run("take-over", () => startCampaign(launched, runId));
    if (fence === null) return { outcome: "Another run drives this campaign." };
    const campaign = { ...launched, fence };
    let round = 0;
    let full = false;
    for (let done = false; !done && round < roundsPerRun; round++) {
      const enroll: typeof enrollNext = full ? enrollSideBySide : enrollNext;
      const slice = await step.run(`enroll-${round + 1}`, () => enroll(campaign));
      if (!slice.held) return { outcome: "A newer run drives this campaign." };
      ({ done, full } = slice);
    }
    for (; round < roundsPerRun; round++) {
      const ending = await step.run(`check-end-${round + 1}`, () => checkEnd(campaign));
      if (ending === "lost") return { outcome: "A newer run drives this campaign." };
      if (ending === "completed") return { outcome: "completed" };
      if (ending === "ending") continue;
      await step.waitForEvent(`drained-${round + 1}`, {
        event: campaignDrained,
        timeout: "1h",
        match: "data.campaignId",
      });
    }
    const again = await step.run("hand-over", () => renewCampaign(campaign));
    return { outcome: again ? "Continued in a new run." : "A newer run drives this campaign." };
  },
);
