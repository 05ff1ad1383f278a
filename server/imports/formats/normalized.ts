import type { CsvRecord, Piece, RecordProblem } from "../csv.ts";

/*
 * Rows of JSON and of workbooks as they lie in storage once they are normalised: a JSON array per line, the row's line in
 * its file first and then its cells; what could not be read stands there as an object.
 */

type Broken = { line: number; problem: RecordProblem };

export const writeNormalized = (record: CsvRecord): string =>
  `${JSON.stringify(record.fields ? [record.line, ...record.fields] : { line: record.line, problem: record.problem })}\n`;

/** The complete records at the start of `bytes`; `final` says that the rows end with them. */
export function readNormalized(bytes: Buffer, { line, final }: { line: number; final: boolean }): Piece {
  const records: CsvRecord[] = [];
  const consumed = final ? bytes.length : bytes.lastIndexOf(0x0a) + 1;
  for (const text of bytes.toString("utf8", 0, consumed).split("\n")) {
    if (text === "") continue;
    const read = JSON.parse(text) as [number, ...string[]] | Broken;
    if (Array.isArray(read)) {
      const [at, ...fields] = read;
      records.push({ line: at, fields });
    } else records.push(read);
  }
  return { records, consumed, line: records.at(-1)?.line ?? line };
}
