import { z } from "zod";
import { withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { failImport } from "./mutations.ts";

/** What a person reads when a run gave up: the cause, as far as it is one they can do something about. */
export function failureSentence(error: Error): string {
  if (/no longer kept/.test(error.message)) return "The uploaded file is no longer kept. Upload it again.";
  if (error.name === "AppError") return error.message;
  return "The import stopped because of a fault on our side, after several tries. What it wrote so far stays and can be undone; then import the file again.";
}

const failedEvent = z.object({ tenantId: z.uuid(), workspaceId: z.uuid(), importId: z.uuid() });

/** Ends the job in failure when its run has used up its retries. `data` is the payload of the event that started it. */
export async function markImportFailed(data: unknown, error: Error): Promise<void> {
  const { tenantId, workspaceId, importId } = failedEvent.parse(data);
  log.error({ importId, err: error }, "import gave up");
  await withTenant({ tenantId, workspaceId }, (tx) => failImport(tx, importId, failureSentence(error)));
}
