import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { importCancelled, importFetchRequested } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { fetchImport } from "#server/imports/fetching";
import { markImportFailed } from "#server/imports/failures";
import { driverOf } from "#server/imports/mutations";
import { takeImport } from "#server/imports/run";

/** Fetches the file of an import. Apart from the import itself: a slow server keeps none of the tenant's waiting. */
export const fetchImportFile = inngest.createFunction(
  {
    id: "fetch-import",
    name: "Fetch a file to import",
    triggers: [importFetchRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.fetch },
    cancelOn: [{ event: importCancelled, match: "data.importId" }],
    onFailure: ({ event, error }) => markImportFailed(event.data, error),
  },
  async ({ event, step, runId, attempt }) => {
    const { importId, tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const taken = await step.run("take-over", () => takeImport(scope, importId, runId, ["fetch"]));
    if (!taken) return { outcome: "Another run is at it, or the import was cancelled." };
    const { fence } = taken;
    const outcome = await step.run("fetch-file", () =>
      retried({ scope, ref: driverOf(importId), fence }, { attempt }, () =>
        fetchImport(scope, importId, fence),
      ),
    );
    return { outcome };
  },
);
