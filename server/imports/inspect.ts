import { withTenant, type Scope } from "#db/tenancy";
import { AppError } from "#server/errors";
import { readRecords } from "./csv.ts";
import { guessDialect, recognize } from "./detect.ts";
import { partCount, readBytes } from "./file.ts";
import { guessMapping } from "./mapping.ts";
import { saveFormat } from "./mutations.ts";
import { getImport, getImportJob, type ImportDetail } from "./queries.ts";
import { columnsMax } from "./schema.ts";
import type { FileFormat } from "./slices.ts";

export type Inspection = ImportDetail & { sample: string[][]; delimiter: string };

const headBytes = 1024 * 1024;
const sampleRows = 6;

/**
 * Reads the beginning of an uploaded file: what it is, its header, its first rows and a guess of the mapping.
 * Throws `invalid` with a sentence for what is no CSV with a header and addresses.
 */
export async function inspectImport(scope: Scope, id: string): Promise<Inspection> {
  const job = await withTenant(scope, (tx) => getImportJob(tx, id));
  if (job.file_format.parts < partCount(job.file_size)) {
    throw new AppError(
      "conflict",
      `The upload is not complete: ${job.file_format.parts} of ${partCount(job.file_size)} parts are here. Choose the file again to go on.`,
    );
  }
  const head = await readBytes({ folder: job.file_url, sizeBytes: job.file_size }, 0, headBytes);
  const { format, sample } = formatOf(head, head.length === job.file_size, job.file_name);
  return withTenant(scope, async (tx) => {
    await saveFormat(tx, id, format, guessMapping(format.headers));
    return { ...(await getImport(tx, id)), sample, delimiter: format.delimiter };
  });
}

/** The format of a file by its first bytes. */
export function formatOf(
  head: Buffer,
  complete: boolean,
  fileName: string,
): { format: FileFormat; sample: string[][] } {
  const seen = recognize(head, complete);
  if (!seen.ok) throw new AppError("invalid", seen.reason, { file: seen.reason });
  const start = seen.byteOrderMark ? 3 : 0;
  const text = head.toString("latin1", start);
  const dialect = guessDialect(text, complete);
  const { records } = readRecords(text, dialect, { line: 1, final: complete });
  const [header, ...rest] = records;
  if (!header?.fields)
    throw refused(
      "The first line of the file cannot be read: it has a quotation mark that does not close. The first line must hold the names of the columns.",
    );
  const headers = header.fields.map((name) => name.trim());
  if (headers.length > columnsMax)
    throw refused(
      `This file has ${headers.length} columns; ${columnsMax} are the most. Remove those you do not need.`,
    );
  if (headers.some((name) => /^\S+@\S+\.\S+$/.test(name))) {
    throw refused(
      'The first line of the file holds an address, not the names of the columns. Add a line such as "email,first_name,company" at the top.',
    );
  }
  const samples = rest.flatMap((record) => (record.fields ? [record.fields] : []));
  if (rest.length === 0 && complete)
    throw refused(`"${fileName}" has a header line and nothing below it. Add at least one contact.`);
  const hasAddress =
    guessMapping(headers).some(({ target }) => target === "email")
    || samples.slice(0, 100).some((row) => row.some((value) => value.includes("@")));
  if (!hasAddress) {
    throw refused(
      `This file has no column with email addresses: its columns are ${headers
        .slice(0, 8)
        .map((name) => `"${name}"`)
        .join(", ")}${headers.length > 8 ? " …" : ""}. Every contact needs an address.`,
    );
  }
  const { consumed, line } = firstRecordOf(text, dialect, complete);
  return {
    format: { ...dialect, headers, dataAt: { offset: start + consumed, line, row: 0 } },
    sample: samples
      .slice(0, sampleRows)
      .map((row) => headers.map((_, column) => (row[column] ?? "").slice(0, 80))),
  };
}

/** Where the header ends: the shortest beginning of the file that holds one record. */
function firstRecordOf(
  text: string,
  dialect: FileFormat | Parameters<typeof readRecords>[1],
  complete: boolean,
) {
  for (let end = text.indexOf(dialect.newline); end >= 0; end = text.indexOf(dialect.newline, end + 1)) {
    // One byte more decides whether a quote at the end of the line was the first of two.
    const piece = readRecords(text.slice(0, end + 1), dialect, { line: 1, final: false });
    if (piece.records.length > 0) return piece;
  }
  return readRecords(text, dialect, { line: 1, final: complete });
}

const refused = (sentence: string) => new AppError("invalid", sentence, { file: sentence });
