import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { ImportContext } from "./context.ts";
import { type RawProblem, recordProblems } from "./problems.ts";
import { rawCells, rawText, type RejectedRow } from "./queries.ts";
import type { ParsedSlice } from "./slices.ts";
import { isCandidate, rowReader } from "./validate.ts";

/** Rows that people corrected before the import, by the line where they stand in the file. */
export type Corrections = ReadonlyMap<number, readonly string[]>;

/** Bad rows that a dry run keeps to be corrected; all of them are counted. */
export const keptRowsMax = 1000;
/** What a row is filed under that was corrected, and is no error any more. */
export const correctedCode = "corrected";

export async function loadCorrections(tx: TenantTx, importId: string): Promise<Corrections> {
  const rows = await tx.execute<{ line: number; cells: string[] }>(sql`
    select row_no as line, corrected_row as cells from import_row_errors
    where import_job_id = ${importId}::uuid and corrected_row is not null`);
  return new Map(rows.map(({ line, cells }) => [line, cells]));
}

/** A slice with the corrected rows in the place of those of the file. */
export function corrected(
  slice: ParsedSlice,
  corrections: Corrections,
  { job, reading }: Pick<ImportContext, "job" | "reading">,
): ParsedSlice {
  const concerns = ({ line }: { line: number }) => corrections.has(line);
  const format = job.file_format.format;
  const replaced = [...slice.candidates.filter(concerns), ...slice.problems.filter(concerns)];
  if (!format || replaced.length === 0) return slice;
  const read = rowReader(job.field_mapping, format.headers.length, reading, false);
  const candidates = slice.candidates.filter((row) => !concerns(row));
  const problems = slice.problems.filter((row) => !concerns(row));
  for (const { row, line } of replaced) {
    const fields = [...(corrections.get(line) ?? [])];
    const result = read({ line, fields }, row);
    if (isCandidate(result)) candidates.push(result);
    else problems.push({ ...result, raw: fields });
  }
  // The last row of an address decides: order matters.
  candidates.sort((a, b) => a.row - b.row);
  return { ...slice, candidates, problems };
}

/** Keeps the first bad rows of a dry run, so that they can be corrected before anything is written. */
export async function keepBadRows(
  tx: TenantTx,
  importId: string,
  problems: readonly RawProblem[],
): Promise<void> {
  await forgetBadRows(tx, importId);
  const known = await loadCorrections(tx, importId);
  await recordProblems(
    tx,
    importId,
    problems.filter(({ line }) => !known.has(line)),
  );
  const again = problems.filter(({ line }) => known.has(line));
  if (again.length === 0) return;
  await tx.execute(sql`
    update import_row_errors e set field = nullif(p.field, ''), value = p.value, code = p.code, message = p.message
    from jsonb_to_recordset(${JSON.stringify(again)}::jsonb) as p(line int, field text, value text, code text, message text)
    where e.import_job_id = ${importId}::uuid and e.row_no = p.line and e.corrected_row is not null`);
}

/** Takes away what a dry run kept, but for corrections. */
export async function forgetBadRows(tx: TenantTx, importId: string): Promise<void> {
  await tx.execute(
    sql`delete from import_row_errors where import_job_id = ${importId}::uuid and corrected_row is null`,
  );
  await tx.execute(
    sql`update import_row_errors set code = ${correctedCode} where import_job_id = ${importId}::uuid`,
  );
}

/** Bad rows of one kind in the order of the file, `limit` behind the line `after`, as they stand or were corrected. */
export async function listBadRows(
  tx: TenantTx,
  { id, code, after = 0, limit = 50 }: { id: string; code: string; after?: number; limit?: number },
): Promise<RejectedRow[]> {
  return [
    ...(await tx.execute<RejectedRow>(sql`
      select row_no as line, field, message, coalesce(corrected_row, ${rawCells}) as cells, ${rawText} as text
      from import_row_errors
      where import_job_id = ${id}::uuid and severity = 'error' and code = ${code} and row_no > ${after}
      order by row_no, id limit ${limit}`)),
  ];
}
