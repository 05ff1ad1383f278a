import { z } from "zod";
import { withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { failImport } from "./mutations.ts";
import { giveUpNoting } from "./not-mailed.ts";
import { sendAlarm } from "./schedules/failures.ts";

/** What a person reads when a run gave up: the cause, as far as it is one they can do something about. */
export function failureSentence(error: Error): string {
  if (/no longer kept/.test(error.message)) return "The uploaded file is no longer kept. Upload it again.";
  if (error.name === "AppError") return error.message;
  return "The import stopped because of a fault on our side, after several tries. What it wrote so far stays and can be undone; then import the file again.";
}

const failedRun = z.object({
  run_id: z.string(),
  event: z.object({
    data: z.object({ tenantId: z.uuid(), workspaceId: z.uuid(), importId: z.uuid(), fence: z.number() }),
  }),
});

/**
 * Ends the job in failure when its run has used up its retries, unless another run drives it by now, or was called for
 * since: to undo it, say. An import that has ended only lacks who gets no mail. `failed` is the payload of the event that says that a function failed.
 */
export const markImportFailed = (failed: unknown, error: Error): Promise<void> =>
  markFailed(failed, error, failureSentence(error));

/** The same of an undo. */
export const markUndoFailed = (failed: unknown, error: Error): Promise<void> =>
  markFailed(
    failed,
    error,
    error.name === "AppError"
      ? error.message
      : "The undo stopped because of a fault on our side, after several tries. What it took back so far stays so; undo the import again to go on with the rest.",
  );

async function markFailed(failed: unknown, error: Error, sentence: string): Promise<void> {
  const { run_id: runId, event } = failedRun.parse(failed);
  const { tenantId, workspaceId, importId, fence } = event.data;
  const run = { runId, fence };
  log.error({ importId, err: error }, "import gave up");
  const alarm = await withTenant({ tenantId, workspaceId }, async (tx) =>
    (await giveUpNoting(tx, importId, run)) ? null : failImport(tx, importId, sentence, run),
  );
  await sendAlarm(alarm);
}
