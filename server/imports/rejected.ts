import type { TenantTx } from "#db/tenancy";
import { csvLine } from "./csv.ts";
import { remarkPrefix } from "./mapping.ts";
import { getImport, listRejectedRows } from "./queries.ts";

const pageRows = 1000;

/** A piece of the file of rejected rows: its lines, and the line to ask behind for more, or null. */
export type RejectedPage = { fileName: string; header: string; lines: string; next: number | null };

/**
 * Rejected rows as CSV: the columns of the original file, then the line and what is wrong with it. Mended and
 * uploaded again, the last two columns are ignored.
 */
export async function readRejected(tx: TenantTx, importId: string, after: number): Promise<RejectedPage> {
  const { headers, fileName } = await getImport(tx, importId);
  const rows = await listRejectedRows(tx, importId, after, pageRows);
  const lines = rows.map(({ raw, line, field, message }) => {
    const cells = headers.map((_, column) => raw[column] ?? "");
    return csvLine([...cells, line, field ? `${field}: ${message}` : message]);
  });
  return {
    fileName: `rejected-${fileName.replace(/\.[^.]*$/, "").replace(/[^\w.-]+/g, "-")}.csv`,
    header: `\ufeff${csvLine([...headers, `${remarkPrefix}line`, `${remarkPrefix}problem`])}`,
    lines: lines.join(""),
    next: rows.length === pageRows ? (rows.at(-1)?.line ?? null) : null,
  };
}
