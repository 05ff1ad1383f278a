import { z } from "zod";
import { finishedAmong, finishStep } from "./apply.ts";
import { hold, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { publish } from "./ingest.ts";
import { RunFailure } from "./pause.ts";
import { opSchema } from "./protocol.ts";
import { lockRun, notifyEngines } from "./run-store.ts";
import { endRun } from "./runs.ts";

type Item = Pick<Job, "id" | "queueName" | "fence">;

/** Names a claimed job and its fence to the SDK, which hands it back with each checkpoint. */
export function itemOf({ id, queueName, fence }: Item): string {
  return `${fence}.${id}.${queueName}`;
}

function parseItem(text: string): Item | undefined {
  const parts = /^(\d{1,9})\.([0-9a-f-]{36})\.(.+)$/s.exec(text);
  return parts ? { fence: Number(parts[1]), id: parts[2] ?? "", queueName: parts[3] ?? "" } : undefined;
}

/** A step that a function has finished in the middle of a call, which goes on meanwhile. */
export const checkpointSchema = z.object({
  qi_id: z.string(),
  steps: z.array(opSchema.extend({ op: z.enum(["StepRun", "Step"]) })),
});

/**
 * Keeps steps that a call has finished so far, so that a worker that dies later repeats none of them.
 * Returns false when the call is not the run's any more: it was taken over, given back, or the run has ended. The
 * function has to stop then.
 */
export function storeCheckpoint(
  database: Database,
  runId: string,
  checkpoint: z.infer<typeof checkpointSchema>,
  owner: string,
): Promise<boolean> {
  const item = parseItem(checkpoint.qi_id);
  if (!item) return Promise.resolve(false);
  return database.transact(async (sql) => {
    const ids = checkpoint.steps.map((op) => op.id);
    const [run, held, done] = await Promise.all([
      lockRun(sql, runId),
      hold(sql, item),
      finishedAmong(sql, runId, ids),
    ]);
    if (!held || run?.status !== "running") return false;
    try {
      for (const op of checkpoint.steps) {
        if (!done.has(op.id)) await finishStep(sql, run, { attempt: 0 }, op, { data: op.data ?? null });
      }
    } catch (error) {
      if (!(error instanceof RunFailure)) throw error;
      const failure = { name: "Error", message: error.message };
      await publish(sql, await endRun(sql, run, { status: "failed", error: failure }));
      await notifyEngines(sql, owner);
      return false;
    }
    if (held.lost > 0) await forgetLosses(sql, item);
    return true;
  });
}

/** It got somewhere: calls that were cut before do not count any more. */
function forgetLosses(sql: Sql, { id, queueName }: Item): Promise<unknown> {
  return sql`update queue.jobs set lost = 0 where id = ${id} and queue_name = ${queueName}`;
}
