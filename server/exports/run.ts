import { sql } from "drizzle-orm";
import { PassThrough, type Writable } from "node:stream";
import { z } from "zod";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { takeOver } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { storage } from "#server/storage";
import { fileChunks } from "./file.ts";
import {
  awaitTurn,
  findFinished,
  finishExport,
  folderOf,
  noteProgress,
  type RunningExport,
  Superseded,
} from "./progress.ts";
import { driverOf, failExport } from "./mutations.ts";
import { pour } from "./pour.ts";
import { getExportJob } from "./queries.ts";

const leaseSeconds = 600;

/** Makes this run the export's driver; its fence, or null when another is at work or it has ended. */
export async function takeExport(scope: Scope, id: string, runId: string): Promise<number | null> {
  return withTenant(scope, async (tx) => {
    await awaitTurn(tx, scope.workspaceId);
    const fence = await takeOver(tx, driverOf(id), { runId, leaseSeconds });
    if (fence === null) return null;
    const rows = await tx.execute(sql`
      update export_jobs set status = 'processing', started_at = coalesce(started_at, app_now()), updated_at = app_now()
      where id = ${id}::uuid and status in ('pending', 'processing') returning id`);
    return rows.length > 0 ? fence : null;
  });
}

/**
 * Writes the file of an export from one snapshot of the database, then the row that says it is there. The rows are
 * spooled as fast as Postgres gives them; what is slow, as sending the file to a store, comes after the commit. A
 * run that dies leaves a file nobody knows of, under the key of its fence; the next one writes its own. Run again after
 * its last commit, it finds the file and leaves it.
 * Returns how many contacts there are in it; null when the export was cancelled or taken over meanwhile.
 */
export async function writeExport(scope: Scope, id: string, fence: number): Promise<number | null> {
  const { format } = await withTenant(scope, (tx) => getExportJob(tx, id));
  const job: RunningExport = { id, fence, scope, leaseSeconds };
  const key = `${folderOf(scope, id)}/${fence}.${format}`;
  const finished = await withTenant(scope, (tx) => findFinished(tx, id, key));
  if (finished !== null) return finished;
  const file = new PassThrough({ highWaterMark: 1024 * 1024 });
  let begun = false;
  const reading = withTenant(
    scope,
    (tx) => {
      // The transaction is tried again when its connection is lost; the stream cannot be, so the whole step is.
      if (begun)
        throw new AppError("unavailable", "The database connection was lost while the file was written.");
      begun = true;
      return readInto(tx, job, file);
    },
    { isolation: "repeatable read", statementTimeoutMs: 60 * 60_000 },
  );
  const written = reading.then(
    (result) => {
      file.end();
      return result;
    },
    (error: unknown) => {
      file.destroy(error instanceof Error ? error : new Error(String(error)));
      throw error;
    },
  );
  const storing = storage.put(key, file).catch((error: unknown) => {
    // Whoever writes must not wait for a reader that has gone.
    file.destroy();
    throw error;
  });
  const [stored, read] = await Promise.allSettled([storing, written]);
  if (read.status === "rejected" && read.reason instanceof Superseded) return null;
  // A reader that has gone ends the writing too, and knows why.
  if (stored.status === "rejected") throw stored.reason;
  if (read.status === "rejected") throw read.reason;
  const kept = await withTenant(scope, (tx) =>
    finishExport(tx, job, { key, sizeBytes: stored.value.sizeBytes, ...read.value }),
  );
  if (kept) return read.value.contacts;
  // A step that was given up for dead and tried again while it lived ends twice, with one file.
  const other = await withTenant(scope, (tx) => findFinished(tx, id, key));
  if (other === null) await storage.remove(key);
  return other;
}

async function readInto(
  tx: TenantTx,
  job: RunningExport,
  file: Writable,
): Promise<{ contacts: number; takenAt: Date }> {
  let contacts = 0;
  const { chunks, takenAt, total } = await fileChunks(tx, job, async (count) => {
    contacts = count;
    await noteProgress(job, { done: count });
  });
  await noteProgress(job, { done: 0, total });
  await pour(chunks, file);
  return { contacts, takenAt };
}

const failedEvent = z.object({ tenantId: z.uuid(), workspaceId: z.uuid(), exportId: z.uuid() });

/** Ends the job in failure when its run has used up its retries. `data` is the payload of the event that started it. */
export async function markExportFailed(data: unknown, error: Error): Promise<void> {
  const { tenantId, workspaceId, exportId } = failedEvent.parse(data);
  log.error({ exportId, err: error }, "export gave up");
  const sentence =
    error.name === "AppError"
      ? error.message
      : "The export stopped because of a fault on our side, after several tries. Export again.";
  await withTenant({ tenantId, workspaceId }, (tx) => failExport(tx, exportId, sentence));
}
