import { inngest } from "#inngest/client";
import { campaignStepDue, campaignStopped } from "#inngest/events";
import {
  moveSize,
  renewStep,
  sliceSize,
  startStep,
  type StepWork,
  workOnStep,
  workSideBySide,
} from "#server/enrollments/run";

/** A real server ends a run at 1,000 steps; long before that a fresh one takes over. */
const roundsPerRun = 120;

type StepFunction = {
  id: string;
  name: string;
  stepType: "email" | "wait" | "condition" | "action";
  /** What a slice does, as the dashboard says it. */
  acts: string;
  work: StepWork;
  /** Nothing is made but a move: more contacts in one transaction, and several of those side by side. */
  moves?: boolean;
};

/**
 * The run of one step of one campaign: act on everybody who is due, slice by slice, then sleep until the next ones
 * are. Whoever moves people into the step wakes it earlier, by an event that a fresh run answers.
 */
export function stepFunction({ id, name, stepType, acts, work, moves = false }: StepFunction) {
  return inngest.createFunction(
    {
      id,
      name,
      triggers: [{ event: campaignStepDue, if: `event.data.stepType == "${stepType}"` }],
      retries: 10,
      concurrency: [
        { key: "event.data.stepId", limit: 1 },
        { key: "event.data.tenantId", limit: 5 },
      ],
      cancelOn: [
        {
          event: campaignStepDue,
          if: "async.data.stepId == event.data.stepId && async.data.fence > event.data.fence",
        },
        { event: campaignStopped, match: "data.campaignId" },
      ],
    },
    async ({ event, step, runId }) => {
      const due = event.data;
      const fence = await step.run("take-over", () => startStep(due, runId));
      if (fence === null) return { outcome: "Another run drives this step, or it is not its time." };
      let acted = 0;
      let full = false;
      for (let round = 1; round <= roundsPerRun; round++) {
        const act: typeof workOnStep = moves && full ? workSideBySide : workOnStep;
        const size = moves ? moveSize : sliceSize;
        const slice = await step.run(`${acts}-${round}`, () => act({ ...due, fence }, work, size));
        acted += slice.acted;
        ({ full } = slice);
        if (!slice.held) return { outcome: "A newer run drives this step.", acted };
        if (slice.more) continue;
        if (slice.until === null) return { outcome: "Nobody is waiting here.", hold: slice.hold, acted };
        await step.sleepUntil(`until-next-${round}`, new Date(slice.until));
      }
      const again = await step.run("hand-over", () => renewStep({ ...due, fence }));
      return { outcome: again ? "Continued in a new run." : "A newer run drives this step.", acted };
    },
  );
}
