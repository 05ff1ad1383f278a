import type { Scope } from "#db/tenancy";
import { checkImport } from "./check.ts";
import { fetchImport } from "./fetching.ts";
import { noteNotMailed } from "./not-mailed.ts";
import { finishImport, importSlices, takeImport } from "./run.ts";
import { spoolImport } from "./spool.ts";
import { finishUndo } from "./undo.ts";
import { undoSlices } from "./undo-slices.ts";

/** Small enough that a file of some hundred rows takes many transactions. */
const sliceBytes = 1000;
const undoSize = 10;

/** What is asked of an import, from the take-over to the end: as its durable functions do it, in small steps. */
export async function carryOut(scope: Scope, id: string, runId: string): Promise<void> {
  const taken = await takeImport(scope, id, runId);
  if (!taken) throw new Error("The import could not be taken over.");
  const { fence, work } = taken;
  if (work === "undo") {
    let after: string | null = null;
    for (let done = false; !done;)
      ({ done, after } = await undoSlices(scope, id, fence, { after, size: undoSize, slicesMax: 3 }));
    return finishUndo(scope, id, fence);
  }
  if (work === "note") return noteNotMailed(scope, id, fence);
  if (work === "fetch") {
    await fetchImport(scope, id, fence, { allowPrivate: true });
    return;
  }
  await spoolImport(scope, id, fence);
  if (work === "check") {
    await checkImport(scope, id, fence, sliceBytes);
    return;
  }
  for (let ended = false; !ended;) {
    while (!(await importSlices(scope, id, fence, { bytes: sliceBytes, slicesMax: 4 })).done);
    ({ ended } = await finishImport(scope, id, fence));
  }
  return noteNotMailed(scope, id, fence);
}
