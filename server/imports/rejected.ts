import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { csvLine } from "./csv.ts";
import { getImport, listRejectedRows, type RejectedRow } from "./queries.ts";
import { remarkPrefix, restColumns, restColumnsMax, restPrefix } from "./schema.ts";

const pageRows = 1000;

/** A piece of the file of rejected rows: its lines, and the line to ask behind for more, or null. */
export type RejectedPage = { fileName: string; header: string; lines: string; next: number | null };

/**
 * Rejected rows as CSV: the line and what is wrong with it, the columns of the original file, then what belongs to none
 * of them. So a cell that is taken out of a row with too many moves the others to their places. Uploaded again, the
 * first two columns are ignored; a row with something in the last ones is refused once more.
 */
export async function readRejected(tx: TenantTx, importId: string, after: number): Promise<RejectedPage> {
  const { headers, fileName } = await getImport(tx, importId);
  const own = headers.filter((header) => !header.startsWith(remarkPrefix));
  const rows = await listRejectedRows(tx, importId, after, pageRows);
  const lines = rows.map((row) => {
    const remark = row.field ? `${row.field}: ${row.message}` : row.message;
    const cells = headers.flatMap((header, column) =>
      header.startsWith(remarkPrefix) ? [] : [row.cells[column] ?? ""],
    );
    return csvLine([row.line, remark, ...cells, ...restOf(row, headers)]);
  });
  // Lines may be shorter than the header: how much is left over at most is asked for once.
  const rest = after === 0 ? await widestRest(tx, importId, headers) : 0;
  const names = Array.from({ length: rest }, (_, at) => `${restPrefix}${at + 1}`);
  return {
    fileName: `rejected-${fileName.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "-")}.csv`,
    header: `\ufeff${csvLine([`${remarkPrefix}line`, `${remarkPrefix}problem`, ...own, ...names])}`,
    lines: lines.join(""),
    next: rows.length === pageRows ? (rows.at(-1)?.line ?? null) : null,
  };
}

/** What of a row belongs to no column. Where that is more than there are columns for, the last one holds the remainder. */
function restOf({ cells, text }: RejectedRow, headers: readonly string[]): string[] {
  if (text !== null) return [text];
  const rest = restColumns(headers, cells.length).map((column) => cells[column] ?? "");
  while (rest.at(-1)?.trim() === "") rest.pop();
  if (rest.length <= restColumnsMax) return rest;
  return [...rest.slice(0, restColumnsMax - 1), rest.slice(restColumnsMax - 1).join(" | ")];
}

/** Columns that the rest of any rejected row needs. */
async function widestRest(tx: TenantTx, importId: string, headers: readonly string[]): Promise<number> {
  const [row] = await tx.execute<{ cells: number; texts: boolean }>(sql`
    select coalesce(max(case when jsonb_typeof(raw_row) = 'array' then jsonb_array_length(raw_row) end), 0) as cells,
      coalesce(bool_or(jsonb_typeof(raw_row) = 'object'), false) as texts
    from import_row_errors where import_job_id = ${importId}::uuid and severity = 'error' and code <> 'corrected'`);
  const widest = restColumns(headers, row?.cells ?? 0).length;
  return Math.min(Math.max(widest, row?.texts ? 1 : 0), restColumnsMax);
}
