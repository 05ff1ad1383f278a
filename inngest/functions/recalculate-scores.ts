import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { onceId, scoreRefreshRequested } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { modelDriver } from "#server/scoring/mutations";
import { handOverScores, scoreNext, takeScores } from "#server/scoring/refresh";

const slicesPerRun = 200;

/** Works the lead scores of a workspace out anew, and says whose tier changed. */
export const recalculateScores = inngest.createFunction(
  {
    id: "recalculate-scores",
    name: "Recalculate lead scores",
    triggers: [scoreRefreshRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.scores },
  },
  async ({ event, step, runId, attempt }) => {
    const { tenantId, workspaceId, modelId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const fence = await step.run("take-over", () => takeScores(scope, modelId, runId));
    if (fence === null) return { outcome: "Another run is at work." };
    const driven = { scope, ref: modelDriver(modelId), fence };
    let changed = 0;
    for (let slice = 1; slice <= slicesPerRun; slice++) {
      const result = await step.run(`score-slice-${slice}`, () =>
        retried(driven, { attempt }, () => scoreNext(scope, modelId, fence)),
      );
      changed += result.changed;
      if (result.done) return { outcome: "recalculated", changed };
    }
    const next = await step.run("hand-over", () => handOverScores(scope, modelId, fence));
    if (next === null) return { outcome: "Another run took over.", changed };
    await step.sendEvent(
      "go-on",
      scoreRefreshRequested.create(
        { tenantId, workspaceId, modelId, fence: next },
        { id: onceId(scoreRefreshRequested, modelId, next) },
      ),
    );
    return { outcome: "continued in a new run", changed };
  },
);
