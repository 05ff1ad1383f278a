import { inngest } from "#inngest/client";
import { mailboxMessagesQueued } from "#inngest/events";
import { renewLane, sendNext, startLane } from "#server/messages/run";

/** A real server ends a run at 1,000 steps; long before that a fresh one takes over. */
const roundsPerRun = 120;

/** Sends what is due from one mailbox, group after group, then sleeps until its next slot. One at a time per mailbox. */
export const sendFromMailbox = inngest.createFunction(
  {
    id: "send-from-mailbox",
    name: "Send from mailbox",
    triggers: [mailboxMessagesQueued],
    retries: 10,
    concurrency: [
      { key: "event.data.emailAccountId", limit: 1 },
      { key: "event.data.tenantId", limit: 5 },
    ],
    cancelOn: [
      {
        event: mailboxMessagesQueued,
        if: "async.data.emailAccountId == event.data.emailAccountId && async.data.fence > event.data.fence",
      },
    ],
  },
  async ({ event, step, runId }) => {
    const queued = event.data;
    const fence = await step.run("take-over", () => startLane(queued, runId));
    if (fence === null) return { outcome: "Another run sends from this mailbox." };
    const lane = { ...queued, fence };
    let sent = 0;
    for (let round = 1; round <= roundsPerRun; round++) {
      const slice = await step.run(`send-${round}`, () => sendNext(lane));
      sent += slice.sent;
      if (!slice.held) return { outcome: "A newer run sends from this mailbox, or it cannot send.", sent };
      if (slice.more) continue;
      if (slice.until === null) return { outcome: "Nothing is queued.", sent };
      await step.sleepUntil(`until-next-${round}`, new Date(slice.until));
    }
    const again = await step.run("hand-over", () => renewLane(lane));
    return { outcome: again ? "Continued in a new run." : "A newer run sends from this mailbox.", sent };
  },
);
