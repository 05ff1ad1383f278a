import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { AppError } from "#server/errors";
import { ensureLists } from "#server/lists/mutations";
import { ensureTags } from "#server/tags/mutations";
import { applyRows, type Applied } from "./apply.ts";
import { countOnLists } from "./attach.ts";
import { type ImportContext, loadContext, loadTarget } from "./context.ts";
import { correctedCode } from "./corrections.ts";
import { mustBe, requestCheck } from "./mutations.ts";
import { getImportJob } from "./queries.ts";
import type { CorrectedRow } from "./schema.ts";
import { noteUnmailable } from "./unmailable.ts";
import { type Candidate, isCandidate, type RowProblem, rowReader } from "./validate.ts";
import { alreadyHere, withMade } from "./write.ts";

/** `fence` is that of the event to send, when the file is checked anew; `imported` and `rejected` count rows otherwise. */
export type Correction = { fence: number | null; imported: number; rejected: number };

/**
 * Takes rows as somebody corrected them. Before the import starts they stand in for those of the file, which is checked
 * anew; after it they are imported at once, as part of it, so that its undo takes them back too. Throws `invalid` when
 * a line is not one of the bad rows, `conflict` while the import runs or once it was undone.
 */
export async function correctRows(
  tx: TenantTx,
  { id, rows }: { id: string; rows: readonly CorrectedRow[] },
  actorId: string,
): Promise<Correction> {
  const job = await getImportJob(tx, id, true);
  mustBe(
    job.status,
    ["awaiting_confirmation", "completed", "cancelled", "failed"],
    "Rows can be corrected when the file has been checked, or when the import has ended; not once it was undone.",
  );
  await mustBeBad(tx, id, rows);
  if (job.status === "awaiting_confirmation") {
    await keepCorrections(tx, id, rows);
    const fence = await requestCheck(tx, id, job.field_mapping, job.import_options);
    return { fence, imported: 0, rejected: 0 };
  }
  const result = await importCorrected(tx, await loadContext(tx, id), rows);
  await recordAct(tx, {
    actorId,
    action: "import.corrected",
    resourceType: "import",
    resourceId: id,
    after: { imported: result.imported, rejected: result.rejected },
  });
  return { fence: null, ...result };
}

async function mustBeBad(tx: TenantTx, id: string, rows: readonly CorrectedRow[]): Promise<void> {
  const found = await tx.execute<{ line: number }>(sql`
    select row_no as line from import_row_errors where import_job_id = ${id}::uuid and severity = 'error'
      and (code <> ${correctedCode} or corrected_row is not null)
      and row_no = any (${sql.param(rows.map(({ line }) => line))}::int[])`);
  const bad = new Set(found.map(({ line }) => line));
  const stranger = rows.find(({ line }) => !bad.has(line));
  if (stranger)
    throw new AppError(
      "invalid",
      `Line ${stranger.line} is not a row that can be corrected. Reload the page.`,
    );
}

const asJson = (rows: readonly CorrectedRow[]) =>
  sql`jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as r(line int, cells jsonb)`;

async function keepCorrections(tx: TenantTx, id: string, rows: readonly CorrectedRow[]): Promise<void> {
  await tx.execute(sql`
    update import_row_errors e set corrected_row = r.cells from ${asJson(rows)}
    where e.import_job_id = ${id}::uuid and e.severity = 'error' and e.row_no = r.line`);
}

async function importCorrected(
  tx: TenantTx,
  context: ImportContext,
  rows: readonly CorrectedRow[],
): Promise<{ imported: number; rejected: number }> {
  const { job, reading } = context;
  const headers = job.file_format.format?.headers ?? [];
  const read = rowReader(job.field_mapping, headers.length, reading, false);
  const results = rows.map(({ line, cells }) => read({ line, fields: cells }, line));
  const good = results.filter(isCandidate);
  const target = await loadTarget(tx, context);
  const tags = await ensureTags(tx, [...new Set(good.flatMap((row) => row.tags))]);
  const lists = await ensureLists(tx, [...new Set(good.flatMap((row) => row.lists))], job.id);
  const applied = await applyRows(tx, good, { ...target, rowTags: tags.ids, rowLists: lists.ids });
  const refused = new Map(applied.refusals.map(({ line, email }) => [line, email]));
  const wrong: (RowProblem | Candidate)[] = results.filter(
    (row) => !isCandidate(row) || refused.has(row.line),
  );
  await replaceErrors(tx, job.id, rows, wrong);
  await noteUnmailable(
    tx,
    job.id,
    good.map(({ line }) => line),
  );
  await countCorrected(tx, job.id, applied, {
    taken: good.length,
    made: { tags: tags.created, lists: lists.created },
  });
  return { imported: rows.length - wrong.length, rejected: wrong.length };
}

/** Rows that are imported now are errors no longer; the others are filed anew, as they were corrected. */
async function replaceErrors(
  tx: TenantTx,
  id: string,
  rows: readonly CorrectedRow[],
  wrong: readonly (RowProblem | Candidate)[],
): Promise<void> {
  const lines = new Set(wrong.map(({ line }) => line));
  const done = rows.filter(({ line }) => !lines.has(line)).map(({ line }) => line);
  await tx.execute(sql`
    delete from import_row_errors where import_job_id = ${id}::uuid and severity = 'error' and row_no = any (${sql.param(done)}::int[])`);
  const cells = new Map(rows.map((row) => [row.line, row.cells]));
  const filed = wrong.map((row) =>
    isCandidate(row)
      ? {
          line: row.line,
          field: "email",
          value: row.email,
          code: "exists",
          message: alreadyHere(row.email),
          cells: cells.get(row.line),
        }
      : { ...row, cells: cells.get(row.line) },
  );
  if (filed.length === 0) return;
  await tx.execute(sql`
    update import_row_errors e set field = nullif(p.field, ''), value = p.value, code = p.code, message = p.message, raw_row = p.cells
    from jsonb_to_recordset(${JSON.stringify(filed)}::jsonb)
      as p(line int, field text, value text, code text, message text, cells jsonb)
    where e.import_job_id = ${id}::uuid and e.severity = 'error' and e.row_no = p.line`);
}

async function countCorrected(
  tx: TenantTx,
  id: string,
  { created, updated, unchanged, existing, repeated, refused, listed }: Applied,
  { taken, made }: { taken: number; made: { tags: string[]; lists: string[] } },
): Promise<void> {
  await tx.execute(sql`
    update import_jobs set created_count = created_count + ${created}, updated_count = updated_count + ${updated},
      imported_count = imported_count + ${created + updated}, unchanged_count = unchanged_count + ${unchanged},
      skipped_count = skipped_count + ${existing + repeated}, error_count = error_count + ${refused - taken},
      skip_reasons = jsonb_build_object(
        'repeated', coalesce((skip_reasons ->> 'repeated')::int, 0) + ${repeated}::int,
        'existing', coalesce((skip_reasons ->> 'existing')::int, 0) + ${existing}::int),
      import_options = ${withMade(made)},
      updated_at = app_now()
    where id = ${id}::uuid`);
  await countOnLists(tx, listed);
}
