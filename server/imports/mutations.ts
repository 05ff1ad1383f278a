import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { ensureFields } from "#server/custom-fields/mutations";
import { wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { mustBeFree, nameTaken } from "#server/segments/names";
import { ensureTags } from "#server/tags/mutations";
import { forgetBadRows } from "./corrections.ts";
import { hashOfHeaders } from "./memory.ts";
import { getImportJob, type Made, type StoredFormat } from "./queries.ts";
import {
  type ColumnMapping,
  type ImportOptions,
  type ImportStatus,
  newListsMax,
  tooManyLists,
} from "./schema.ts";
import { type Alarm, countFailure } from "./schedules/failures.ts";
import type { FileFormat } from "./slices.ts";
import { tellEnd } from "./tell.ts";

/** The driver row of an import. */
export const driverOf = (id: string) => ({ table: "import_jobs" as const, id });

/**
 * Keeps what inspection found, and its guess of the mapping unless one was chosen before for the same columns. A file
 * that is read in another way than it was checked must be checked again.
 */
export async function saveFormat(
  tx: TenantTx,
  id: string,
  format: FileFormat,
  guess: ColumnMapping[],
): Promise<void> {
  const changed = sql`file_format -> 'format' is distinct from ${JSON.stringify(format)}::jsonb`;
  await tx.execute(sql`
    update import_jobs set updated_at = app_now(), status = case when ${changed} then 'pending' else status end,
      file_format = (case when ${changed} then file_format - 'forecast' else file_format end)
        || ${JSON.stringify({ format })}::jsonb,
      header_hash = ${hashOfHeaders(format.headers)}, field_mapping = case when jsonb_typeof(field_mapping) = 'array'
          and file_format #> '{format,headers}' = ${JSON.stringify(format.headers)}::jsonb
        then field_mapping else ${JSON.stringify(guess)}::jsonb end
    where id = ${id}::uuid and status in ('pending', 'awaiting_confirmation')`);
}

/** Asks for a dry run with this mapping; returns the fence of its event. */
export async function requestCheck(
  tx: TenantTx,
  id: string,
  mapping: ColumnMapping[],
  options: ImportOptions,
): Promise<number | null> {
  const job = await getImportJob(tx, id, true);
  mustBe(
    job.status,
    ["pending", "validating", "awaiting_confirmation"],
    "This import has been started already.",
  );
  const { format, fetch, parts } = job.file_format;
  if (!format) throw new AppError("conflict", "The file has not been read yet. Upload it first.");
  if (mapping.length !== format.headers.length || mapping.some(({ column }, index) => column !== index)) {
    throw new AppError(
      "invalid",
      `The file has ${format.headers.length} columns; say for each of them where it goes.`,
    );
  }
  if (options.listId) await mustBeList(tx, options.listId);
  if (options.newList) await mustBeFree(tx, options.newList, { field: newListField });
  const stored: StoredFormat = { parts, format, ...(fetch && { fetch }) };
  await tx.execute(sql`
    update import_jobs set status = 'validating', file_format = ${JSON.stringify(stored)}::jsonb,
      field_mapping = ${JSON.stringify(mapping)}::jsonb, import_options = ${JSON.stringify(options)}::jsonb,
      problem = null, processed_rows = 0, total_rows = null, run_id = null, lease_until = null, updated_at = app_now()
    where id = ${id}::uuid`);
  return wakeNow(tx, driverOf(id));
}

/** Starts the import that was checked. A second click finds it started, and changes nothing. Returns the fence of the event to send. */
export async function startImport(tx: TenantTx, id: string, actorId: string): Promise<number | null> {
  const job = await getImportJob(tx, id, true);
  if (["processing", "completed"].includes(job.status)) return null;
  mustBe(job.status, ["awaiting_confirmation"], "Check the file first: nothing can be imported before that.");
  const { format, forecast } = job.file_format;
  if ((forecast?.newLists?.count ?? 0) > newListsMax) throw new AppError("invalid", tooManyLists);
  if (!format) throw new Error(`Import ${id} was checked without a format.`);
  const options = job.import_options;
  if (options.listId) await mustBeList(tx, options.listId);
  await forgetBadRows(tx, id);
  const made = await makeTargets(tx, job);
  const listId = made.listId ?? options.listId ?? null;
  await tx.execute(sql`
    update import_jobs set status = 'processing', started_at = app_now(), checkpoint = ${JSON.stringify(format.dataAt)}::jsonb,
      checkpoint_row = 0, processed_rows = 0, segment_id = ${listId}::uuid,
      import_options = ${JSON.stringify({ ...options, made })}::jsonb, rollback_deadline = app_now() + interval '30 days', updated_at = app_now()
    where id = ${id}::uuid`);
  await recordAct(tx, {
    actorId,
    action: "import.started",
    resourceType: "import",
    resourceId: id,
    after: { fileName: job.file_name, options },
  });
  return wakeNow(tx, driverOf(id));
}

/** Makes the list, tags and custom fields that the import needs, and says which of them are new. */
async function makeTargets(
  tx: TenantTx,
  {
    id,
    import_options: options,
    field_mapping: mapping,
    file_name: fileName,
    file_format: { choices: found = {} },
  }: Awaited<ReturnType<typeof getImportJob>>,
): Promise<Made> {
  const fields = await ensureFields(
    tx,
    mapping
      .filter(({ target }) => target.startsWith("custom."))
      .map(({ target, header, fieldType = "text", choices = [] }) => {
        const name = target.slice("custom.".length);
        const label =
          header
            .trim()
            .replace(/^custom\./, "")
            .slice(0, 120) || name;
        if (fieldType !== "select" && fieldType !== "multi_select")
          return { name, label, type: fieldType, options: [] };
        const options = choices.length > 0 ? choices : (found[name] ?? []);
        // Nothing, or too much, to choose from.
        return { name, label, type: options.length > 0 ? fieldType : ("text" as const), options };
      }),
  );
  const { created } = await ensureTags(tx, options.tags);
  if (!options.newList) return { tags: created, fields, listId: null };
  await mustBeFree(tx, options.newList, { field: newListField });
  const [list] = await tx
    .execute<{ id: string }>(
      sql`
      insert into segments (name, description, segment_type, source_import_id)
      values (${options.newList}, ${`From ${fileName}`}, 'static', ${id}::uuid) returning id`,
    )
    .catch(nameTaken(options.newList, newListField));
  if (!list) throw new Error("insert into segments returned no row.");
  return { tags: created, fields, listId: list.id };
}

/** Where the form asks for the name of a list that the import makes. */
const newListField = "options.newList";

async function mustBeList(tx: TenantTx, listId: string): Promise<void> {
  const [list] = await tx.execute(
    sql`select 1 from segments where id = ${listId}::uuid and segment_type = 'static'`,
  );
  if (!list)
    throw new AppError(
      "not_found",
      "The list that these contacts were to be added to is gone. Choose another one.",
    );
}

/** Stops an import. What it wrote stays, and can be undone. */
export async function cancelImport(tx: TenantTx, id: string, actorId: string): Promise<void> {
  const job = await getImportJob(tx, id, true);
  if (job.status === "cancelled") return;
  mustBe(
    job.status,
    ["pending", "fetching", "validating", "awaiting_confirmation", "processing"],
    "This import has ended already.",
  );
  await tx.execute(sql`
    update import_jobs set status = 'cancelled', completed_at = app_now(), updated_at = app_now(),
      fence = fence + 1, run_id = null, lease_until = null, wakes_at = null
    where id = ${id}::uuid`);
  await recordAct(tx, { actorId, action: "import.cancelled", resourceType: "import", resourceId: id });
}

/** A run that has failed for good, and the fence of the event that called for it. */
export type FailedRun = { runId: string; fence: number };

/** The job is still that run's: it drives it, or never came to, and no other has been called for since. */
export const isLeftBy = ({ runId, fence }: FailedRun): SQL =>
  sql`(run_id = ${runId} or run_id is null and fence = ${fence})`;

/** It was not noted yet who gets no mail when the undo was asked for: the sweeper calls for that. */
const owesNoting = sql`file_format #>> '{undo,from}' = 'completed' and jsonb_exists(file_format, 'judging')`;

/**
 * Ends a running import in failure, with a sentence for the person who started it. Rows already written stay. One whose
 * undo fails is again what it was before, and keeps what was taken back. With the run that failed, nothing happens when
 * the job is another one's by now. Returns the alarm that a schedule owes.
 */
export async function failImport(
  tx: TenantTx,
  id: string,
  sentence: string,
  run: FailedRun | null = null,
): Promise<Alarm | null> {
  const ended = sql`updated_at = app_now(), completed_at = coalesce(completed_at, app_now()),
    fence = fence + 1, run_id = null, lease_until = null`;
  const its = sql`id = ${id}::uuid and ${run === null ? sql`true` : isLeftBy(run)}`;
  const [failed] = await tx.execute<{ scheduleId: string | null }>(sql`
    update import_jobs set status = 'failed', problem = ${sentence}, ${ended}, wakes_at = null
    where ${its} and status in ('fetching', 'validating', 'processing') returning schedule_id as "scheduleId"`);
  const [stopped] = await tx.execute(sql`
    update import_jobs set status = coalesce(file_format #>> '{undo,from}', 'completed'), problem = file_format #>> '{undo,problem}',
      processed_rows = checkpoint_row, ${ended}, wakes_at = case when ${owesNoting} then app_now() end,
      file_format = jsonb_set(file_format || jsonb_build_object('undo', coalesce(file_format -> 'undo', '{}')),
        '{undo,stopped}', to_jsonb(${sentence}::text))
    where ${its} and status = 'rolling_back' returning id`);
  if (!failed && !stopped) return null;
  await tellEnd(tx, id);
  return failed?.scheduleId ? countFailure(tx, failed.scheduleId, sentence) : null;
}

export function mustBe(status: ImportStatus, allowed: readonly ImportStatus[], sentence: string): void {
  if (!allowed.includes(status)) throw new AppError("conflict", sentence);
}
