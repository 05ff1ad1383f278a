import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { handOver, holds, takeOver, yieldUntil } from "#server/drivers/mutations";
import { ensureTags } from "#server/tags/mutations";
import { applyRows, foreseeRows, type Outcome } from "./apply.ts";
import { driverOf } from "./mutations.ts";
import { getImportJob, type Forecast, type ProblemGroup, type SkipReasons } from "./queries.ts";
import { type Checkpoint, parseSlice, type ParsedSlice, sliceBytes } from "./slices.ts";
import { openStaging, stageRows } from "./staging.ts";
import { tellEnd } from "./tell.ts";

/** What the run is to do, as the row says; null when another run is at it, or nothing is asked for any more. */
export type Assignment = { fence: number; work: "check" | "import" | "undo" } | null;

const works = { validating: "check", processing: "import", rolling_back: "undo" } as const;

export async function takeImport(scope: Scope, id: string, runId: string): Promise<Assignment> {
  return withTenant(scope, async (tx) => {
    const { status } = await getImportJob(tx, id, true);
    if (status !== "validating" && status !== "processing" && status !== "rolling_back") return null;
    const fence = await takeOver(tx, driverOf(id), { runId, leaseSeconds });
    return fence === null ? null : { fence, work: works[status] };
  });
}

/** Longer than a slice of the slowest import takes, and than the dry run goes without a word. */
const leaseSeconds = 300;

/**
 * Reads the whole file and says what importing it would do; writes nothing but the forecast. One step, since
 * rows with the same address can stand anywhere in the file; memory does not grow with it.
 */
export async function checkImport(
  scope: Scope,
  id: string,
  fence: number,
  bytes = sliceBytes,
): Promise<void> {
  const job = await withTenant(scope, (tx) => getImportJob(tx, id));
  const { format } = job.file_format;
  if (!format || job.status !== "validating" || job.fence !== fence) return;
  const file = { folder: job.file_url, sizeBytes: job.file_size };
  const options = job.import_options;

  const forecast = await withTenant(
    scope,
    async (tx) => {
      const groups = new Map<string, ProblemGroup>();
      let from = format.dataAt;
      let errors = 0;
      await openStaging(tx);
      for (let last = false; !last;) {
        const slice = await parseSlice(file, { format, mapping: job.field_mapping, from, bytes });
        await stageRows(tx, slice.candidates);
        for (const problem of slice.problems) addProblem(groups, problem);
        errors += slice.problems.length;
        ({ to: from, last } = slice);
        const rows = from.row;
        await withTenant(scope, (other) => noteProgress(other, id, fence, rows));
      }
      const outcome = await foreseeRows(tx, { importId: id, duplicates: options.duplicates });
      const problems = [...groups.values()].sort((a, b) => b.rows - a.rows);
      return {
        ...outcome,
        rows: from.row,
        errors,
        problems,
        unmailable: await countUnmailable(tx),
      } satisfies Forecast;
    },
    { statementTimeoutMs: 10 * 60_000 },
  );

  await withTenant(scope, async (tx) => {
    if (!(await holds(tx, driverOf(id), fence))) return;
    await tx.execute(sql`
      update import_jobs set status = 'awaiting_confirmation', total_rows = ${forecast.rows}, processed_rows = 0,
        file_format = file_format || ${JSON.stringify({ forecast })}::jsonb, updated_at = app_now()
      where id = ${id}::uuid and status = 'validating'`);
    await yieldUntil(tx, driverOf(id), fence, { until: null });
  });
}

function addProblem(
  groups: Map<string, ProblemGroup>,
  { code, line, field, value, message }: ParsedSlice["problems"][number],
): void {
  const group = groups.get(code) ?? { code, rows: 0, examples: [] };
  group.rows += 1;
  if (group.examples.length < 5) group.examples.push({ line, field, value, message });
  groups.set(code, group);
}

async function noteProgress(tx: TenantTx, id: string, fence: number, rows: number): Promise<void> {
  if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) return;
  await tx.execute(sql`update import_jobs set processed_rows = ${rows} where id = ${id}::uuid`);
}

/** People of the file who said stop, bounced or complained: an import never changes that. */
async function countUnmailable(tx: TenantTx): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from winners w
    where (select c.status from contacts c where c.id = w.contact_id) <> 'active'
      or (select count(*) from suppressions s where s.email_normalized = w.email_normalized
        and s.scope <> 'category' and (s.expires_at is null or s.expires_at > app_now())) > 0`);
  return row?.count ?? 0;
}

/**
 * Imports the next slice: parses it, then writes rows, errors, counts and the checkpoint in one transaction. Run
 * again after a crash it finds the checkpoint moved, or not, and nothing in between. True when the file is done.
 */
export async function importSlice(
  scope: Scope,
  id: string,
  fence: number,
  bytes = sliceBytes,
): Promise<{ done: boolean; rows: number }> {
  const job = await withTenant(scope, (tx) => getImportJob(tx, id));
  const { format } = job.file_format;
  const from = job.checkpoint;
  if (!format || !from || job.status !== "processing" || job.fence !== fence) return { done: true, rows: 0 };
  if (from.offset >= job.file_size) return { done: true, rows: from.row };
  const slice = await parseSlice(
    { folder: job.file_url, sizeBytes: job.file_size },
    { format, mapping: job.field_mapping, from, bytes },
  );
  return withTenant(scope, (tx) => writeSlice(tx, scope, id, fence, slice), { statementTimeoutMs: 120_000 });
}

async function writeSlice(
  tx: TenantTx,
  scope: Scope,
  id: string,
  fence: number,
  slice: ParsedSlice,
): Promise<{ done: boolean; rows: number }> {
  if (!(await holds(tx, driverOf(id), fence, leaseSeconds))) return { done: true, rows: 0 };
  const job = await getImportJob(tx, id, true);
  if (job.status !== "processing") return { done: true, rows: 0 };
  if (job.checkpoint?.offset !== slice.from.offset) return { done: false, rows: job.checkpoint?.row ?? 0 };

  const options = job.import_options;
  const rowTagNames = [...new Set(slice.candidates.flatMap((candidate) => candidate.tags))];
  const rowTags = await ensureTags(tx, rowTagNames);
  const everyRow = await ensureTags(tx, options.tags);
  const [{ segment_id: listId } = { segment_id: null }] = await tx.execute<{ segment_id: string | null }>(
    sql`select segment_id from import_jobs where id = ${id}::uuid`,
  );
  const outcome = await applyRows(tx, slice.candidates, {
    importId: id,
    duplicates: options.duplicates,
    tagged: options.tags.length > 0 || job.field_mapping.some(({ target }) => target === "tags"),
    tagIds: [...everyRow.ids.values()],
    rowTags: rowTags.ids,
    listId,
  });
  await recordProblems(tx, id, slice.problems);
  await moveCheckpoint(tx, id, slice, outcome, [...rowTags.created, ...everyRow.created]);
  return { done: slice.last, rows: slice.to.row };
}

async function recordProblems(tx: TenantTx, id: string, problems: ParsedSlice["problems"]): Promise<void> {
  for (let at = 0; at < problems.length; at += 2000) {
    const batch = problems.slice(at, at + 2000).map(({ line, field, value, code, message, raw }) => ({
      line,
      field,
      value: plain(value),
      code,
      message,
      raw: raw.map(plain),
    }));
    await tx.execute(sql`
      insert into import_row_errors (import_job_id, row_no, field, value, code, message, raw_row)
      select ${id}::uuid, line, nullif(field, ''), value, code, message, raw
      from jsonb_to_recordset(${JSON.stringify(batch)}::jsonb)
        as p(line int, field text, value text, code text, message text, raw jsonb)`);
  }
}

/** Zero bytes cannot be stored as text. */
const plain = (value: string) => value.replaceAll("\u0000", "\u2400");

/** Sets counts to those of the rows up to the new checkpoint; the lock on the job makes the sum exact. */
async function moveCheckpoint(
  tx: TenantTx,
  id: string,
  { to, problems, last, from }: ParsedSlice,
  outcome: Outcome,
  newTags: string[],
): Promise<void> {
  const reasons: SkipReasons = { repeated: outcome.repeated, existing: outcome.existing };
  const checkpoint: Checkpoint = to;
  await tx.execute(sql`
    update import_jobs set checkpoint = ${JSON.stringify(checkpoint)}::jsonb, checkpoint_row = ${to.row}, processed_rows = ${to.row},
      total_rows = case when ${last} then ${to.row} else total_rows end,
      created_count = created_count + ${outcome.created}, updated_count = updated_count + ${outcome.updated},
      imported_count = imported_count + ${outcome.created + outcome.updated},
      unchanged_count = unchanged_count + ${outcome.unchanged},
      skipped_count = skipped_count + ${outcome.existing + outcome.repeated}, error_count = error_count + ${problems.length},
      skip_reasons = jsonb_build_object(
        'repeated', coalesce((skip_reasons ->> 'repeated')::int, 0) + ${reasons.repeated}::int,
        'existing', coalesce((skip_reasons ->> 'existing')::int, 0) + ${reasons.existing}::int),
      import_options = jsonb_set(import_options, '{made,tags}', (import_options #> '{made,tags}') || ${JSON.stringify(newTags)}::jsonb),
      updated_at = app_now()
    where id = ${id}::uuid and (checkpoint ->> 'offset')::bigint = ${from.offset}`);
}

/** Ends the import, once every row is accounted for. */
export async function finishImport(scope: Scope, id: string, fence: number): Promise<void> {
  await withTenant(scope, async (tx) => {
    if (!(await holds(tx, driverOf(id), fence))) return;
    const ended = await tx.execute(sql`
      update import_jobs set status = 'completed', completed_at = app_now(), total_rows = processed_rows, updated_at = app_now()
      where id = ${id}::uuid and status = 'processing' returning id`);
    if (ended.length > 0) await tellEnd(tx, id);
    await yieldUntil(tx, driverOf(id), fence, { until: null });
  });
}

/** Ends this run and calls for a fresh one; the fence of its event, or null when the job is no longer this run's. */
export async function handOverImport(scope: Scope, id: string, fence: number): Promise<number | null> {
  return withTenant(scope, (tx) => handOver(tx, driverOf(id), fence));
}
