import { inngest } from "#inngest/client";
import { mailboxReadDue } from "#inngest/events";
import { readNext, renewReader, startReader } from "#server/replies/run";

/** A real server ends a run at 1,000 steps; long before that a fresh one takes over. */
const roundsPerRun = 120;

/** Reads replies, bounces and complaints of one mailbox, then sleeps until the next look. One at a time per mailbox. */
export const readMailbox = inngest.createFunction(
  {
    id: "read-mailbox",
    name: "Read mailbox",
    triggers: [mailboxReadDue],
    retries: 10,
    concurrency: [
      { key: "event.data.emailAccountId", limit: 1 },
      { key: "event.data.tenantId", limit: 5 },
    ],
    cancelOn: [
      {
        event: mailboxReadDue,
        if: "async.data.emailAccountId == event.data.emailAccountId && async.data.fence > event.data.fence",
      },
    ],
  },
  async ({ event, step, runId }) => {
    const due = event.data;
    const fence = await step.run("take-over", () => startReader(due, runId));
    if (fence === null) return { outcome: "Another run reads this mailbox." };
    const lane = { ...due, fence };
    let recorded = 0;
    for (let round = 1; round <= roundsPerRun; round++) {
      const slice = await step.run(`read-${round}`, () => readNext(lane));
      recorded += slice.recorded;
      if (!slice.held) return { outcome: "A newer run reads this mailbox.", recorded };
      if (slice.more) continue;
      if (slice.until === null) return { outcome: "Everything is read.", recorded };
      await step.sleepUntil(`until-next-${round}`, new Date(slice.until));
    }
    const again = await step.run("hand-over", () => renewReader(lane));
    return { outcome: again ? "Continued in a new run." : "A newer run reads this mailbox.", recorded };
  },
);
