import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { importUndoRequested, onceId } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { markUndoFailed } from "#server/imports/failures";
import { driverOf } from "#server/imports/mutations";
import { handOverImport, takeImport } from "#server/imports/run";
import { finishUndo } from "#server/imports/undo";
import { type Undone, undoSlices } from "#server/imports/undo-slices";

/** Steps of one run, some seconds of slices each: a real server stops at 1,000 steps, and a long run grows slow. */
const stepsPerRun = 200;

/** Takes an import back, some thousand contacts at a time. */
export const undoImport = inngest.createFunction(
  {
    id: "undo-import",
    name: "Undo import",
    triggers: [importUndoRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.undo },
    onFailure: ({ event, error }) => markUndoFailed(event.data, error),
  },
  async ({ event, step, runId, attempt }) => {
    const { importId, tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const taken = await step.run("take-over", () => takeImport(scope, importId, runId, ["undo"]));
    if (!taken) return { outcome: "Another run is at work, or there is nothing to undo." };
    const { fence } = taken;
    const tried = <T>(act: () => Promise<T>) =>
      retried({ scope, ref: driverOf(importId), fence }, { attempt }, act);
    let after: string | null = null;
    for (let turn = 1; turn <= stepsPerRun; turn++) {
      const from: string | null = after;
      const undone: Undone = await step.run(`undo-slices-${turn}`, () =>
        tried(() => undoSlices(scope, importId, fence, { after: from })),
      );
      ({ after } = undone);
      if (!undone.done) continue;
      await step.run("finish", () => tried(() => finishUndo(scope, importId, fence)));
      return { outcome: "undone" };
    }
    const next = await step.run("hand-over", () => handOverImport(scope, importId, fence));
    if (next === null) return { outcome: "Another run took over." };
    await step.sendEvent(
      "go-on",
      importUndoRequested.create(
        { tenantId, workspaceId, importId, fence: next },
        { id: onceId(importUndoRequested, importId, next) },
      ),
    );
    return { outcome: "continued in a new run" };
  },
);
