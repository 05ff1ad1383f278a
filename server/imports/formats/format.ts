import { createHash } from "node:crypto";
import type { Dialect } from "../csv.ts";
import type { StoredFile } from "../file.ts";
import type { Encoding, FormatChoice, Packing, RowKind } from "./schema.ts";

/** Where reading goes on: a byte offset at the start of a record, its physical line, and the rows read so far. */
export type Checkpoint = { offset: number; line: number; row: number };

/**
 * What is known about a file. `dataAt` is where the first row below the header begins: in the file itself, or, for
 * files that are normalised first, in what came of them.
 */
export type FileFormat = Dialect & {
  headers: string[];
  dataAt: Checkpoint;
  kind?: RowKind;
  packing?: Packing;
  encoding?: Encoding;
  /** Byte order mark at the start of the text. */
  markBytes?: number;
  /** The first line names the columns. */
  header?: boolean;
  entry?: string | null;
  sheet?: string | null;
  /** The property that holds the list of contacts in a JSON object. */
  wrapped?: string | null;
  /** What a person said where the guess was wrong. */
  choice?: FormatChoice;
  /** Where the rows lie once they are normalised. */
  spool?: { sizeBytes: number };
  /** Columns of a JSON file that its first rows do not have. */
  late?: { header: string; line: number }[];
  /** Names in a JSON file for which there is no column any more; the first hundred of them. */
  dropped?: string[];
};

/** Bytes of a part of normalised rows. */
export const spoolPartBytes = 4 * 1024 * 1024;

/** Only plain UTF-8 text is read where it lies. Everything else is normalised once, so that any row can be found again. */
export const needsSpool = ({
  kind = "delimited",
  packing = "none",
  encoding = "utf-8",
}: Pick<FileFormat, "kind" | "packing" | "encoding">): boolean =>
  kind !== "delimited" || packing !== "none" || encoding !== "utf-8";

/** Rows of JSON and workbooks are normalised to a JSON array per line; text stays the text it was, in UTF-8. */
export const isNormalized = ({
  kind = "delimited",
}: Pick<FileFormat, "kind" | "packing" | "encoding">): boolean => kind !== "delimited";

/** Where normalised rows lie. Read in another way, the same file gives other rows: they must not mix. */
export function spoolOf(file: StoredFile, format: FileFormat, sizeBytes: number): StoredFile {
  const { kind, packing, encoding, entry, sheet, wrapped } = format;
  // Whether the first row is a contact matters only where the rows are cut out here: text is kept as it is.
  const headless = kind === "xlsx" && format.header === false;
  const way = createHash("sha256").update(
    JSON.stringify([kind, packing, encoding, entry, sheet, wrapped, headless]),
  );
  return {
    folder: `${file.folder}/rows-${way.digest("hex").slice(0, 12)}`,
    sizeBytes,
    partSizeBytes: spoolPartBytes,
  };
}

/** The bytes that slices of a file are cut from. Throws when they are not there yet. */
export function rowsOf(file: StoredFile, format: FileFormat): StoredFile {
  if (!needsSpool(format)) return file;
  if (!format.spool) throw new Error(`The rows of ${file.folder} have not been normalised yet.`);
  return spoolOf(file, format, format.spool.sizeBytes);
}
