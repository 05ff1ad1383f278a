import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { handOver, holds, takeOver } from "#server/drivers/mutations";
import type { Target } from "./apply.ts";
import { rowsOf } from "./formats/format.ts";
import { type ImportContext, loadContext, loadTarget } from "./context.ts";
import { corrected } from "./corrections.ts";
import { fetchLeaseSeconds } from "./fetching.ts";
import { driverOf } from "./mutations.ts";
import { getImportJob } from "./queries.ts";
import type { ImportStatus } from "./schema.ts";
import { forgetFailures } from "./schedules/failures.ts";
import { type Checkpoint, type FileFormat, parseSlice, type ParsedSlice, sliceBytes } from "./slices.ts";
import { tellEnd } from "./tell.ts";
import { leaseSeconds, Superseded, writeSlice } from "./write.ts";

/** What the run is to do, as the row says; null when another run is at it, or nothing is asked for any more. */
export type Assignment = { fence: number; work: Work } | null;
type Work = "fetch" | "check" | "import" | "note" | "undo";

const works: Partial<Record<ImportStatus, Work>> = {
  fetching: "fetch",
  validating: "check",
  processing: "import",
  completed: "note",
  rolling_back: "undo",
};

/** `can` is what this kind of run does: it must not take a job over that is not for it, and keep its own from it. */
export async function takeImport(
  scope: Scope,
  id: string,
  runId: string,
  can: readonly Work[] = Object.values(works),
): Promise<Assignment> {
  return withTenant(scope, async (tx) => {
    const { status, file_format: stored } = await getImportJob(tx, id, true);
    const work = works[status];
    if (work === undefined || !can.includes(work)) return null;
    // What is completed has nothing left to do but to note who gets no mail.
    if (work === "note" && !stored.judging) return null;
    const seconds = work === "fetch" ? fetchLeaseSeconds : leaseSeconds;
    const fence = await takeOver(tx, driverOf(id), { runId, leaseSeconds: seconds });
    return fence === null ? null : { fence, work };
  });
}

export type Progress = { done: boolean; rows: number };

/** One import as a step of its run sees it. */
type Run = ImportContext & {
  scope: Scope;
  fence: number;
  format: FileFormat;
  from: Checkpoint;
  target: Target;
};

async function loadRun(scope: Scope, id: string, fence: number): Promise<Run | Progress> {
  return withTenant(scope, async (tx) => {
    const context = await loadContext(tx, id);
    const { job } = context;
    const { format } = job.file_format;
    const from = job.checkpoint;
    if (!format || !from || job.status !== "processing" || job.fence !== fence)
      return { done: true, rows: 0 };
    if (isRead(job)) return { done: true, rows: from.row };
    return { ...context, scope, fence, format, from, target: await loadTarget(tx, context) };
  });
}

/** The checkpoint stands at the end of the file. */
function isRead({ file_url: folder, file_size: sizeBytes, file_format: { format }, checkpoint }: Run["job"]) {
  return format && checkpoint && checkpoint.offset >= rowsOf({ folder, sizeBytes }, format).sizeBytes;
}

async function parse(run: Run, from: Checkpoint, bytes: number): Promise<ParsedSlice> {
  const { job, format, reading } = run;
  const file = { folder: job.file_url, sizeBytes: job.file_size };
  const slice = await parseSlice(file, { format, mapping: job.field_mapping, from, reading, bytes });
  return corrected(slice, run.corrections, run);
}

/**
 * Imports the next slice: parses it, then writes rows, errors, counts and the checkpoint in one transaction. Run
 * again after a crash it finds the checkpoint moved, or not, and nothing in between. True when the file is done.
 */
export const importSlice = (scope: Scope, id: string, fence: number, bytes = sliceBytes): Promise<Progress> =>
  importSlices(scope, id, fence, { bytes, slicesMax: 1 });

type Flight = { emails: ReadonlySet<string>; landed: Promise<void> };

/**
 * Imports slices for some seconds. Each is a transaction of its own; the next is parsed, and if it can be written,
 * while the one before is under way, but commits only after it: the checkpoint never jumps.
 */
export async function importSlices(
  scope: Scope,
  id: string,
  fence: number,
  { bytes = sliceBytes, seconds = 20, slicesMax = Infinity, abreast = 3 } = {},
): Promise<Progress> {
  const run = await loadRun(scope, id, fence);
  if ("done" in run) return run;
  const started = performance.now();
  const flights: Flight[] = [];
  const known = { tags: new Map<string, string>(), lists: new Map<string, string>() };
  let { from } = run;
  let turn: Promise<void> = Promise.resolve();
  try {
    for (let count = 1; ; count++) {
      const slice = await parse(run, from, bytes);
      const emails = new Set(slice.candidates.map(({ emailNormalized }) => emailNormalized));
      const fresh = slice.candidates.some(
        ({ tags, lists }) =>
          tags.some((name) => !known.tags.has(name)) || lists.some((name) => !known.lists.has(name)),
      );
      while (flights.length >= abreast || flights.some((flight) => fresh || meets(flight, slice)))
        await flights.shift()?.landed;
      const landed = fly(run, slice, turn, known);
      // Its failure is met where it is awaited: by the slice behind it, and at the end.
      landed.catch(() => undefined);
      turn = landed;
      flights.push({ emails, landed });
      from = slice.to;
      if (slice.last || count >= slicesMax || performance.now() - started > seconds * 1000) {
        await landed;
        return { done: slice.last, rows: slice.to.row };
      }
    }
  } catch (error) {
    await Promise.allSettled(flights.map(({ landed }) => landed));
    if (!(error instanceof Superseded)) throw error;
    const { job } = await withTenant(scope, (tx) => loadContext(tx, id));
    const ours = job.status === "processing" && job.fence === fence;
    return { done: !ours, rows: job.checkpoint?.row ?? 0 };
  }
}

/** Both have rows for one address: the later one must see what the earlier one wrote. */
const meets = ({ emails }: Flight, slice: ParsedSlice) =>
  slice.candidates.some(({ emailNormalized }) => emails.has(emailNormalized));

/** Writes a slice, and commits after `turn`. The tags and lists it made are known only then. */
async function fly(
  run: Run,
  slice: ParsedSlice,
  turn: Promise<void>,
  known: { tags: Map<string, string>; lists: Map<string, string> },
): Promise<void> {
  const { scope, fence, target } = run;
  const found = await withTenant(
    scope,
    async (tx) => {
      // Whatever a failing server forgets of it goes with its checkpoint, and the file is read again from there. Behind
      // the last one nobody reads on; its commit waits for the disk, and with it all before.
      if (!slice.last) await tx.execute(sql`set local synchronous_commit = off`);
      return writeSlice(tx, {
        target: { ...target, rowTags: known.tags, rowLists: known.lists },
        fence,
        slice,
        turn,
      });
    },
    { statementTimeoutMs: 120_000 },
  );
  for (const [name, id] of found.tags) known.tags.set(name, id);
  for (const [name, id] of found.lists) known.lists.set(name, id);
}

/**
 * Ends the import, once every row is accounted for; not ended, it must go on from its checkpoint, which a server that
 * failed has set back. The run goes on: it is to note who gets no mail.
 */
export async function finishImport(scope: Scope, id: string, fence: number): Promise<{ ended: boolean }> {
  const end = async (tx: TenantTx) => {
    if (!(await holds(tx, driverOf(id), fence))) return { ended: true };
    const job = await getImportJob(tx, id);
    if (job.status !== "processing") return { ended: true };
    if (!isRead(job)) return { ended: false };

    const [ended] = await tx.execute<{ scheduleId: string | null }>(sql`
      update import_jobs set status = 'completed', completed_at = app_now(), total_rows = processed_rows, updated_at = app_now(),
        file_format = file_format || '{"judging": true}'
      where id = ${id}::uuid returning schedule_id as "scheduleId"`);
    await tellEnd(tx, id);
    if (ended?.scheduleId) await forgetFailures(tx, ended.scheduleId);
    return { ended: true };
  };
  return withTenant(scope, end);
}

/** Rows written from which on the planner is told at once. */
const statisticsFrom = 5000;

/** Whoever lists, counts or mails the people of an import next should not wait for autovacuum to notice them. */
export async function tellPlanner(scope: Scope, id: string): Promise<void> {
  await withTenant(
    scope,
    (tx) =>
      tx.execute(sql`
        select refresh_contact_statistics() from import_jobs where id = ${id}::uuid and imported_count >= ${statisticsFrom}`),
    { statementTimeoutMs: 120_000 },
  );
}

/** Ends this run and calls for a fresh one; the fence of its event, or null when the job is no longer this run's. */
export async function handOverImport(scope: Scope, id: string, fence: number): Promise<number | null> {
  return withTenant(scope, (tx) => handOver(tx, driverOf(id), fence));
}
