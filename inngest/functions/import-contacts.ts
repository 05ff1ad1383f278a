import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { importCancelled, importRequested, onceId } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { checkImport } from "#server/imports/check";
import { finishImport, handOverImport, importSlices, takeImport, tellPlanner } from "#server/imports/run";
import { markImportFailed } from "#server/imports/failures";
import { driverOf } from "#server/imports/mutations";
import { noteNotMailed } from "#server/imports/not-mailed";
import { spoolImport } from "#server/imports/spool";

/** Steps of one run, some seconds of slices each: a real server stops at 1,000 steps, and a long run grows slow. */
const stepsPerRun = 200;

/** Checks a file, or imports it slice by slice. The job row says which, and where to go on. */
export const importContacts = inngest.createFunction(
  {
    id: "import-contacts",
    name: "Import contacts",
    triggers: [importRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.import },
    cancelOn: [{ event: importCancelled, match: "data.importId" }],
    onFailure: ({ event, error }) => markImportFailed(event.data, error),
  },
  async ({ event, step, runId, attempt }) => {
    const { importId, tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const requested = (next: number) =>
      importRequested.create(
        { tenantId, workspaceId, importId, fence: next },
        { id: onceId(importRequested, importId, next) },
      );
    const taken = await step.run("take-over", () =>
      takeImport(scope, importId, runId, ["check", "import", "note"]),
    );
    if (!taken) return { outcome: "Another run is at work, or the import has ended." };
    const { fence, work } = taken;
    const tried = <T>(act: () => Promise<T>) =>
      retried({ scope, ref: driverOf(importId), fence }, { attempt }, act);
    if (work === "note") {
      await step.run("note-not-mailed", () => tried(() => noteNotMailed(scope, importId, fence)));
      return { outcome: "who gets no mail is noted" };
    }
    const rows = await step.run("normalise-rows", () => tried(() => spoolImport(scope, importId, fence)));
    if (rows.outcome === "refused") return { outcome: "The file cannot be read; the import says why." };
    if (rows.outcome === "lost") return { outcome: "Another run took over." };
    if (work === "check") {
      const begun = await step.run("dry-run", () => tried(() => checkImport(scope, importId, fence)));
      if (begun === null) return { outcome: "checked" };
      await step.sendEvent("begin", requested(begun));
      return { outcome: "checked, and begun as its schedule says" };
    }
    for (let turn = 1; turn <= stepsPerRun; turn++) {
      const { done } = await step.run(`import-slices-${turn}`, () =>
        tried(() => importSlices(scope, importId, fence)),
      );
      if (!done) continue;
      const { ended } = await step.run(`finish-${turn}`, () =>
        tried(() => finishImport(scope, importId, fence)),
      );
      if (!ended) continue;
      await step.run("tell-planner", () => tellPlanner(scope, importId));
      await step.run("note-not-mailed", () => tried(() => noteNotMailed(scope, importId, fence)));
      return { outcome: "imported" };
    }
    const next = await step.run("hand-over", () => handOverImport(scope, importId, fence));
    if (next === null) return { outcome: "Another run took over." };
    await step.sendEvent("go-on", requested(next));
    return { outcome: "continued in a new run" };
  },
);
