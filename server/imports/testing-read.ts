import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { readRecords } from "./csv.ts";
import { withContents } from "./formats/contents.ts";
import { type FileFormat, isNormalized, needsSpool } from "./formats/format.ts";
import { lookAtFile } from "./formats/look.ts";
import { readNormalized } from "./formats/normalized.ts";
import { normalize } from "./formats/rows.ts";
import type { FormatChoice } from "./formats/schema.ts";
import { bufferSource } from "./formats/source.ts";
import { guessColumns } from "./guesses.ts";
import type { ColumnMapping } from "./schema.ts";
import { type Candidate, type RowProblem, rowReader } from "./validate.ts";

/** `columns` counts those of the header. */
export type ReadFile = { columns: number; mapping: ColumnMapping[]; rows: (Candidate | RowProblem)[] };

/** For tests: a whole file as an import reads it, without a database. Fails with the refusal of what cannot be read. */
export async function readFile(
  content: string | Buffer,
  fileName = "contacts.csv",
  choice: FormatChoice = {},
): Promise<ReadFile> {
  const bytes = Buffer.from(content);
  const { format, rows } = await lookAtFile(bufferSource(bytes), fileName, choice);
  const { mapping } = guessColumns({ headers: format.headers, rows });
  const text = needsSpool(format) ? await normalized(bytes, fileName, format) : bytes;
  const { offset, line, row } = format.dataAt;
  const { records } = isNormalized(format)
    ? readNormalized(text.subarray(offset), { line, final: true })
    : readRecords(text.toString("latin1", offset), format, { line, final: true });
  const read = rowReader(mapping, format.headers.length, undefined, !isNormalized(format));
  return {
    columns: format.headers.length,
    mapping,
    rows: records.map((record, at) => read(record, row + at + 1)),
  };
}

const normalized = (bytes: Buffer, fileName: string, format: FileFormat): Promise<Buffer> =>
  withContents(bufferSource(bytes), { fileName, entry: format.entry ?? undefined }, (contents) =>
    buffer(Readable.from(normalize(contents, format).pieces)),
  );
