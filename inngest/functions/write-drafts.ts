import { inngest } from "#inngest/client";
import { draftsWritingDue } from "#inngest/events";
import { writeNext } from "#server/drafts/writing";

/** A real server ends a run at 1,000 steps: the rest is another run's. */
const roundsPerRun = 300;

/** Has an AI provider write the drafts of a workspace, a few at a time; sleeps while the provider asks for patience. */
export const writeDrafts = inngest.createFunction(
  {
    id: "write-drafts",
    name: "Write drafts",
    triggers: [draftsWritingDue],
    retries: 3,
    concurrency: [
      { key: "event.data.workspaceId", limit: 1 },
      { key: "event.data.tenantId", limit: 2 },
    ],
  },
  async ({ event, step }) => {
    const { tenantId, workspaceId } = event.data;
    let written = 0;
    for (let round = 1; round <= roundsPerRun; round++) {
      const slice = await step.run(`write-${round}`, () => writeNext({ tenantId, workspaceId }));
      written += slice.written;
      if (slice.more) continue;
      if (slice.until === null) return { written };
      await step.sleepUntil(`until-again-${round}`, new Date(slice.until));
    }
    await step.sendEvent("go-on", draftsWritingDue.create({ tenantId, workspaceId }));
    return { written, outcome: "continued in a new run" };
  },
);
