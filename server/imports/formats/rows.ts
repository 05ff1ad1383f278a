import type { CsvRecord } from "../csv.ts";
import { Columns } from "./columns.ts";
import type { Contents } from "./contents.ts";
import { toUtf8 } from "./encoding.ts";
import type { FileFormat } from "./format.ts";
import { type JsonItem, readJson, readNdjson } from "./json.ts";
import { behind } from "./look.ts";
import { writeNormalized } from "./normalized.ts";
import { refused } from "./refusal.ts";
import { readSheet } from "./xlsx/sheet.ts";
import { SharedStrings } from "./xlsx/shared-strings.ts";
import { readWorkbook } from "./xlsx/workbook.ts";

/** What normalising found out beside the rows. */
export type Found = {
  late: { header: string; line: number }[];
  dropped: string[];
  headers: string[];
  rows: number;
};

/**
 * The contents of a file in normalised form, piece by piece: text in UTF-8 without its byte order mark, everything else
 * as `writeNormalized` has it. `found` is complete when the last piece has come.
 */
export function normalize(
  contents: Contents,
  format: FileFormat,
): { pieces: AsyncGenerator<Buffer>; found: Found } {
  const found: Found = { late: [], dropped: [], headers: format.headers, rows: 0 };
  if (contents.workbook) return { found, pieces: written(workbookRecords(contents.workbook, format), found) };
  const { encoding = "utf-8", markBytes = 0, kind, wrapped } = format;
  const text = toUtf8(behind(contents.text(), markBytes), encoding);
  if (kind !== "json" && kind !== "ndjson") return { found, pieces: text };
  const items = kind === "ndjson" ? readNdjson(text) : readJson(text, wrapped);
  return { found, pieces: written(jsonRecords(items, format.headers, found), found) };
}

async function* written(batches: AsyncIterable<CsvRecord[]>, found: Found): AsyncGenerator<Buffer> {
  for await (const batch of batches) {
    if (batch.length === 0) continue;
    found.rows += batch.length;
    yield Buffer.from(batch.map(writeNormalized).join(""), "utf8");
  }
}

async function* jsonRecords(
  items: AsyncIterable<JsonItem[]>,
  headers: readonly string[],
  found: Found,
): AsyncGenerator<CsvRecord[]> {
  const columns = new Columns(headers);
  for await (const batch of items) {
    yield batch.map(({ line, cells, problem }) =>
      cells ? { line, fields: columns.place(cells, line) } : { line, problem },
    );
  }
  found.late = columns.late;
  found.dropped = [...columns.dropped];
  found.headers = columns.names;
}

async function* workbookRecords(
  archive: NonNullable<Contents["workbook"]>,
  format: FileFormat,
): AsyncGenerator<CsvRecord[]> {
  const workbook = await readWorkbook(archive);
  const sheet = workbook.sheets.find(({ name }) => name === format.sheet);
  if (!sheet) throw refused(`There is no sheet "${format.sheet}" in this workbook.`);
  const strings = await SharedStrings.read(archive, workbook.sharedStrings);
  try {
    let headed = format.header === false;
    for await (const rows of readSheet(archive, workbook, { sheet, strings })) {
      yield headed ? rows : rows.slice(1);
      headed = true;
    }
  } finally {
    strings.close();
  }
}
