import { inngest } from "#inngest/client";
import {
  sweepApprovals,
  sweepArrivals,
  sweepCampaigns,
  sweepDrafts,
  sweepHolidays,
  sweepJobs,
  sweepLeases,
  sweepMailboxes,
  sweepReaders,
  sweepScores,
  sweepSegments,
  sweepSteps,
  sweepWaiters,
} from "#server/drivers/sweep";

/** Finds what the rows call for and nobody is doing, and sends its events again. */
export const sweep = inngest.createFunction(
  { id: "sweep", name: "Sweep", triggers: [{ cron: "* * * * *" }], retries: 0, singleton: { mode: "skip" } },
  async ({ step }) => ({
    expiredMessages: await step.run("expire-leases", sweepLeases),
    steps: await step.run("wake-steps", sweepSteps),
    mailboxes: await step.run("wake-mailboxes", sweepMailboxes),
    readers: await step.run("wake-readers", sweepReaders),
    campaigns: await step.run("check-campaigns", sweepCampaigns),
    arrivals: await step.run("let-in-arrivals", sweepArrivals),
    waiters: await step.run("wake-waiters", sweepWaiters),
    approvals: await step.run("remind-approvers", sweepApprovals),
    drafts: await step.run("write-drafts", sweepDrafts),
    jobs: await step.run("restart-jobs", sweepJobs),
    segments: await step.run("refresh-segments", sweepSegments),
    scores: await step.run("refresh-scores", sweepScores),
    holidays: await step.run("fill-holidays", sweepHolidays),
  }),
);
