import { type Dialect, readRecords } from "../csv.ts";
import { guessDialect } from "../detect.ts";
import { looksLikeAddress, mustHaveAddresses, nameColumns, noteRows, type SampleRow } from "./headers.ts";
import { type Finding, sampleRowsMax } from "./look.ts";
import { refused } from "./refusal.ts";
import type { FormatChoice } from "./schema.ts";
import { knowsAddressColumn } from "../mapping.ts";

type Text = {
  complete: boolean;
  choice: FormatChoice;
  name: string;
  /** Bytes before the text in the file. */
  start: number;
};

/** What the beginning of delimited text says. `text` holds one UTF-8 byte per character. */
export function lookAtText(text: string, { complete, choice, name, start }: Text): Finding {
  const dialect = guessDialect(text, complete, choice);
  const { records } = readRecords(text, dialect, { line: 1, final: complete });
  const [first] = records;
  if (!first?.fields) {
    throw refused(
      "The first line of the file cannot be read: it has a quotation mark that does not close. The first line must hold the names of the columns.",
    );
  }
  const hasHeader = choice.header ?? !first.fields.some(looksLikeAddress);
  const rows: SampleRow[] = (hasHeader ? records.slice(1) : records)
    .slice(0, sampleRowsMax)
    .flatMap((record) => (record.fields ? [{ line: record.line, fields: record.fields }] : []));
  if (rows.length === 0 && complete && records.length < 2)
    throw refused(`"${name}" has a header line and nothing below it. Add at least one contact.`);
  const { headers, notes } = nameColumns(hasHeader ? first.fields : null, rows);
  mustHaveAddresses(headers, rows, knowsAddressColumn(headers));
  const { consumed, line } = hasHeader ? firstRecordOf(text, dialect, complete) : { consumed: 0, line: 1 };
  return {
    format: {
      ...dialect,
      kind: "delimited",
      headers,
      header: hasHeader,
      dataAt: { offset: start + consumed, line, row: 0 },
    },
    rows,
    notes: [...notes, ...noteRows(headers, rows)],
  };
}

/** Where the header ends: the shortest beginning of the file that holds one record. */
function firstRecordOf(text: string, dialect: Dialect, complete: boolean) {
  for (let end = text.indexOf(dialect.newline); end >= 0; end = text.indexOf(dialect.newline, end + 1)) {
    // One byte more decides whether a quote at the end of the line was the first of two.
    const piece = readRecords(text.slice(0, end + 1), dialect, { line: 1, final: false });
    if (piece.records.length > 0) return piece;
  }
  return readRecords(text, dialect, { line: 1, final: complete });
}
