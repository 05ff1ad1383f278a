import { inngest } from "#inngest/client";
import {
  sweepApprovals,
  sweepArrivals,
  sweepBearers,
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
import { sweepAll } from "#server/drivers/sweep-workspaces";

const sweeps = {
  "expire-leases": sweepLeases,
  "wake-steps": sweepSteps,
  "wake-mailboxes": sweepMailboxes,
  "wake-readers": sweepReaders,
  "check-campaigns": sweepCampaigns,
  "let-in-arrivals": sweepArrivals,
  "wake-waiters": sweepWaiters,
  "remind-approvers": sweepApprovals,
  "write-drafts": sweepDrafts,
  "restart-jobs": sweepJobs,
  "refresh-segments": sweepSegments,
  "refresh-scores": sweepScores,
  "fill-holidays": sweepHolidays,
  "let-bearers-go": sweepBearers,
};

/** Finds what the rows call for and nobody is doing, and sends its events again. */
export const sweep = inngest.createFunction(
  {
    id: "sweep",
    name: "Sweep",
    triggers: [{ cron: "* * * * *" }],
    retries: 0,
    singleton: { mode: "skip" },
    // While one is under way no other begins: it must not be able to hang.
    timeouts: { finish: "15m" },
  },
  ({ step }) => sweepAll(sweeps, (name, work) => step.run(name, work)),
);
