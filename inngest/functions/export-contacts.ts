import type { Scope } from "#db/tenancy";
import { inngest } from "#inngest/client";
import { exportRequested } from "#inngest/events";
import { jobRetries, retried } from "#server/drivers/retries";
import { jobsAtOnce } from "#server/drivers/schema";
import { driverOf } from "#server/exports/mutations";
import { mailExport } from "#server/exports/mails";
import { markExportFailed, takeExport, writeExport } from "#server/exports/run";

/** Writes the contacts of a list, a segment, a filter or a whole workspace to a file. */
export const exportContacts = inngest.createFunction(
  {
    id: "export-contacts",
    name: "Export contacts",
    triggers: [exportRequested],
    retries: jobRetries,
    concurrency: { key: "event.data.tenantId", limit: jobsAtOnce.export },
    onFailure: ({ event, error }) => markExportFailed(event.data.event.data, error),
  },
  async ({ event, step, runId, attempt }) => {
    const { exportId, tenantId, workspaceId } = event.data;
    const scope: Scope = { tenantId, workspaceId };
    const fence = await step.run("take-over", () => takeExport(scope, exportId, runId));
    if (fence === null) return { outcome: "Another run is at work, or the export has ended." };
    const contacts = await step.run("write-file", () =>
      retried({ scope, ref: driverOf(exportId), fence }, { attempt }, () =>
        writeExport(scope, exportId, fence),
      ),
    );
    if (contacts === null) return { outcome: "Cancelled, or taken over by another run." };
    const mailed = await step.run("mail-link", () => mailExport(scope, exportId));
    return { contacts, mailed };
  },
);
