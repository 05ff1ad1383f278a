import { inngest } from "#inngest/client";
import { campaignArrivalsDue } from "#inngest/events";
import { takeNextArrivals } from "#server/enrollments/run";

/** Slices of one run: a storm that is longer goes on with the sweeper's next word. */
const roundsPerRun = 200;

/** Lets in those whom a trigger, or a person, has brought to a campaign, and takes out who has left its audience. */
export const enrollArrivals = inngest.createFunction(
  {
    id: "enroll-arrivals",
    name: "Arrivals",
    triggers: [campaignArrivalsDue],
    retries: 10,
    concurrency: [
      { key: "event.data.campaignId", limit: 1 },
      { key: "event.data.tenantId", limit: 5 },
    ],
  },
  async ({ event, step }) => {
    let enrolled = 0;
    for (let round = 1; round <= roundsPerRun; round++) {
      const slice = await step.run(`let-in-${round}`, () => takeNextArrivals(event.data));
      enrolled += slice.enrolled;
      if (!slice.more) break;
    }
    return { enrolled };
  },
);
