import { z } from "zod";
import { askedOf, kindOf } from "./asked.ts";
import { finishedAmong, finishStep } from "./apply.ts";
import { hold, type Job } from "./claim.ts";
import type { Database, Sql } from "./database.ts";
import { publish } from "./ingest.ts";
import { RunFailure } from "./pause.ts";
import { opSchema, type Op } from "./protocol.ts";
import { lockRun, notifyEngines } from "./run-store.ts";
import { endRun } from "./runs.ts";
import { settledBytesMax, type Settle } from "./settle.ts";

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

type Checkpoint = z.infer<typeof checkpointSchema>;

/**
 * Keeps steps that a call has finished so far, so that a worker that dies later repeats none of them.
 * Returns false when the call is not the run's any more: it was taken over, given back, or the run has ended. The
 * function has to stop then.
 */
export async function storeCheckpoint(
  { database, settle, owner }: { database: Database; settle: Settle; owner: string },
  runId: string,
  { qi_id, steps }: Checkpoint,
): Promise<boolean> {
  const item = parseItem(qi_id);
  if (!item) return false;
  const [only, ...others] = steps;
  if (only && others.length === 0 && (await settleOne(settle, runId, item, only))) return true;
  return storeAll(database, { runId, item, steps, owner });
}

function settleOne(settle: Settle, runId: string, job: Item, op: Op): Promise<boolean> {
  const result = JSON.stringify({ data: op.data ?? null });
  if (result.length > settledBytesMax) return Promise.resolve(false);
  const step = { id: op.id, ...askedOf(op), kind: kindOf(op), result, attempts: 1 };
  return settle({ runId, job, follow: "stay", step });
}

type Work = { runId: string; item: Item; steps: readonly Op[]; owner: string };

function storeAll(database: Database, { runId, item, steps, owner }: Work): Promise<boolean> {
  return database.transact(async (sql) => {
    const ids = steps.map((op) => op.id);
    const [run, held, done] = await Promise.all([
      lockRun(sql, runId),
      hold(sql, item),
      finishedAmong(sql, runId, ids),
    ]);
    if (!held || run?.status !== "running") return false;
    try {
      for (const op of steps) {
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
