import { withTenant, type Scope } from "#db/tenancy";
import { AppError } from "#server/errors";
import { partCount } from "./file.ts";
import { crowded } from "./formats/columns.ts";
import { type FileFormat, needsSpool, spoolOf } from "./formats/format.ts";
import { type Look, lookAtFile } from "./formats/look.ts";
import type { FilePreview, FormatChoice, Note } from "./formats/schema.ts";
import { storedSource } from "./formats/source.ts";
import { type Guess, guessColumns } from "./guesses.ts";
import { findRememberedMapping, findSameFile } from "./memory.ts";
import { saveFormat } from "./mutations.ts";
import { getImport, getImportJob, type ImportDetail } from "./queries.ts";

/**
 * An uploaded file as its columns are mapped: its first rows, each cell cut to 80 characters, how it was read, and why
 * each column is thought to go where it goes.
 */
export type Inspection = ImportDetail & { sample: string[][]; preview: FilePreview; guesses: Guess[] };

const previewRows = 10;
const previewChars = 80;

/**
 * Reads the beginning of an uploaded file: what it is, its header, its first rows and a guess of the mapping. `choice`
 * says how to read it; without one it is read as last time, or as it looks. Throws `invalid` with a sentence for what is
 * no list of contacts.
 */
export async function inspectImport(scope: Scope, id: string, choice?: FormatChoice): Promise<Inspection> {
  const job = await withTenant(scope, (tx) => getImportJob(tx, id));
  if (job.status === "fetching") throw new AppError("conflict", "The file is still being fetched.");
  if (job.file_format.parts < partCount(job.file_size)) {
    throw new AppError(
      "conflict",
      `The upload is not complete: ${job.file_format.parts} of ${partCount(job.file_size)} parts are here. Choose the file again to go on.`,
    );
  }
  const file = { folder: job.file_url, sizeBytes: job.file_size };
  const stored = job.file_format.format;
  const look = await lookAtFile(storedSource(file), job.file_name, choice ?? stored?.choice ?? {});
  const format = withKnownRows(look.format, stored, file.folder);
  return withTenant(scope, async (tx) => {
    const remembered = await findRememberedMapping(tx, format.headers, id);
    const { mapping, guesses } = guessColumns({
      headers: format.headers,
      rows: look.rows,
      declared: look.declared,
      remembered,
    });
    await saveFormat(tx, id, format, mapping);
    const same = await findSameFile(tx, id);
    return { ...(await getImport(tx, id)), guesses, ...shown(look, format, same ? [same] : []) };
  });
}

/** The format with the normalised rows of before, where the file is read in the same way as then. */
function withKnownRows(format: FileFormat, stored: FileFormat | undefined, folder: string): FileFormat {
  if (!stored?.spool || !needsSpool(format)) return format;
  const file = { folder, sizeBytes: 0 };
  if (spoolOf(file, format, 0).folder !== spoolOf(file, stored, 0).folder) return format;
  const { late = [], dropped = [] } = stored;
  return {
    ...format,
    spool: stored.spool,
    late,
    dropped,
    headers: late.length > 0 ? stored.headers : format.headers,
  };
}

function shown({ rows, preview }: Look, { headers, late = [], dropped = [] }: FileFormat, remarks: Note[]) {
  const first = rows.slice(0, previewRows);
  const notes: Note[] = late.map(({ header, line }) => ({
    code: "late_columns",
    column: headers.indexOf(header),
    message: `"${header}" comes up first in item ${line}. It is left out unless you say where it goes.`,
  }));
  // The first rows alone may have shown some of them.
  const seen = preview.notes.filter(({ code }) => code !== "crowded_columns" || dropped.length === 0);
  if (dropped.length > 0) notes.push(crowded(dropped));
  return {
    sample: first.map(({ fields }) =>
      headers.map((_, column) => (fields[column] ?? "").slice(0, previewChars)),
    ),
    preview: {
      ...preview,
      sampleLines: first.map(({ line }) => line),
      notes: [...remarks, ...seen, ...notes],
    },
  };
}
