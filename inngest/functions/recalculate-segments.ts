import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { onceId, segmentRefreshRequested } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { handOverRefresh, refreshDriver, refreshNext, takeRefresh } from "#server/segments/refresh";

/** Slices of one run: a real server stops at 1,000 steps, and a long run grows slow. */
const slicesPerRun = 200;

/** Works out anew who is in the segments of a workspace, and says who came and who went. */
export const recalculateSegments = inngest.createFunction(
  {
    id: "recalculate-segments",
    name: "Recalculate segments",
    triggers: [segmentRefreshRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.segments },
  },
  async ({ event, step, runId, attempt }) => {
    const { tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const fence = await step.run("take-over", () => takeRefresh(scope, runId));
    if (fence === null) return { outcome: "Another run is at work." };
    const driven = { scope, ref: refreshDriver(workspaceId), fence };
    for (let slice = 1; slice <= slicesPerRun; slice++) {
      const { done } = await step.run(`refresh-slice-${slice}`, () =>
        retried(driven, { attempt }, () => refreshNext(scope, fence)),
      );
      if (done) return { outcome: "recalculated", slices: slice };
    }
    const next = await step.run("hand-over", () => handOverRefresh(scope, fence));
    if (next === null) return { outcome: "Another run took over." };
    await step.sendEvent(
      "go-on",
      segmentRefreshRequested.create(
        { tenantId, workspaceId, fence: next },
        { id: onceId(segmentRefreshRequested, workspaceId, next) },
      ),
    );
    return { outcome: "continued in a new run" };
  },
);
