import { readRecords, recordBytesMax } from "./csv.ts";
import { readBytes, type StoredFile } from "./file.ts";
import { type Checkpoint, type FileFormat, isNormalized, rowsOf } from "./formats/format.ts";
import { readNormalized } from "./formats/normalized.ts";
import type { RawProblem } from "./problems.ts";
import type { ColumnMapping } from "./schema.ts";
import { type Candidate, isCandidate, type RowReading, rowReader } from "./validate.ts";

export type { Checkpoint, FileFormat };

export type ParsedSlice = {
  from: Checkpoint;
  to: Checkpoint;
  rows: number;
  candidates: Candidate[];
  problems: RawProblem[];
  /** The file ends with this slice. */
  last: boolean;
};

/** Bytes of one slice, some thousands of rows: parsed and validated before its transaction opens. Memory holds four. */
export const sliceBytes = 256 * 1024;

/**
 * Reads, maps and validates the next slice of a file. It depends on the file, the mapping and `from` alone, so a
 * step that runs again gets the same one. A slice never ends within a record.
 */
export async function parseSlice(
  file: StoredFile,
  {
    format,
    mapping,
    from,
    reading,
    bytes = sliceBytes,
  }: {
    format: FileFormat;
    mapping: readonly ColumnMapping[];
    from: Checkpoint;
    reading?: RowReading;
    bytes?: number;
  },
): Promise<ParsedSlice> {
  const { records, consumed, line, last } = await readSlice(file, format, from, bytes);
  const readRow = rowReader(mapping, format.headers.length, reading, !isNormalized(format));
  const candidates: Candidate[] = [];
  const problems: ParsedSlice["problems"] = [];
  let row = from.row;
  for (const record of records) {
    row += 1;
    const result = readRow(record, row);
    if (isCandidate(result)) candidates.push(result);
    else problems.push({ ...result, raw: record.fields ?? record.problem.text });
  }
  const to = { offset: from.offset + consumed, line, row };
  return { from, to, rows: records.length, candidates, problems, last };
}

async function readSlice(upload: StoredFile, format: FileFormat, from: Checkpoint, bytes: number) {
  const file = rowsOf(upload, format);
  // A record may be longer than a small slice: read further until one ends, which it must within recordBytesMax.
  for (let length = bytes; ; length += recordBytesMax) {
    const chunk = await readBytes(file, from.offset, length);
    const final = from.offset + chunk.length >= file.sizeBytes;
    const piece = isNormalized(format)
      ? readNormalized(chunk, { line: from.line, final })
      : readRecords(chunk.toString("latin1"), format, { line: from.line, final });
    if (piece.consumed > 0 || final) return { ...piece, last: final };
  }
}
