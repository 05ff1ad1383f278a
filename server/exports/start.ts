import { v7 } from "uuid";
import { type Scope, withTenant } from "#db/tenancy";
import { exportRequested, onceId } from "#inngest/events";
import { handOver } from "#server/drivers/mutations";
import { announce } from "#server/imports/announce";
import { log } from "#server/log";
import { createExport, driverOf } from "./mutations.ts";
import { takeExport, writeExport } from "./run.ts";
import { type ExportInput, quickRowsMax } from "./schema.ts";
import { countSelected } from "./selection.ts";

/**
 * Asks for an export. A small one is written while the caller waits; any other, and a small one that did not work
 * out, is left to the durable function. Asked again with the same key, it is the same export.
 */
export async function startExport(scope: Scope, input: ExportInput): Promise<{ id: string; done: boolean }> {
  const { id, fence, small } = await withTenant(scope, async (tx) => ({
    ...(await createExport(tx, input, scope)),
    small: (await countSelected(tx, input, quickRowsMax)) <= quickRowsMax,
  }));
  if (fence === null) return { id, done: false };
  if (!small) return { id, done: await handedOn(scope, id, fence) };
  const taken = await takeExport(scope, id, `web-${v7()}`);
  if (taken === null) return { id, done: false };
  try {
    return { id, done: (await writeExport(scope, id, taken)) !== null };
  } catch (error) {
    log.warn({ exportId: id, err: error }, "a small export was left to the worker");
    const next = await withTenant(scope, (tx) => handOver(tx, driverOf(id), taken));
    return { id, done: next !== null && (await handedOn(scope, id, next)) };
  }
}

/** Calls the durable function; false, since nothing is done yet. */
async function handedOn({ tenantId, workspaceId }: Scope, id: string, fence: number): Promise<false> {
  const event = { tenantId, workspaceId, exportId: id, fence };
  await announce(exportRequested.create(event, { id: onceId(exportRequested, id, fence) }));
  return false;
}
