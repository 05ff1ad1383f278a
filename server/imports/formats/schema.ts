import { z } from "zod";

/** How rows lie in a file, once it is unpacked. */
export const rowKinds = ["delimited", "json", "ndjson", "xlsx"] as const;
export type RowKind = (typeof rowKinds)[number];

export const packings = ["none", "gzip", "zip"] as const;
export type Packing = (typeof packings)[number];

/** Names of the WHATWG Encoding standard; `iso-8859-1` is meant literally, which that standard does not do. */
export const encodings = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "iso-8859-1",
  "iso-8859-15",
  "macintosh",
  "windows-1250",
  "iso-8859-2",
  "windows-1251",
  "koi8-r",
  "windows-1253",
  "windows-1254",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
] as const;
export type Encoding = (typeof encodings)[number];

export const encodingLabels: Record<Encoding, string> = {
  "utf-8": "UTF-8",
  "utf-16le": "UTF-16 (little-endian)",
  "utf-16be": "UTF-16 (big-endian)",
  "windows-1252": "Windows-1252 (Western Europe)",
  "iso-8859-1": "Latin-1 (ISO 8859-1)",
  "iso-8859-15": "Latin-9 (ISO 8859-15)",
  macintosh: "Mac Roman",
  "windows-1250": "Windows-1250 (Central Europe)",
  "iso-8859-2": "Latin-2 (ISO 8859-2)",
  "windows-1251": "Windows-1251 (Cyrillic)",
  "koi8-r": "KOI8-R (Cyrillic)",
  "windows-1253": "Windows-1253 (Greek)",
  "windows-1254": "Windows-1254 (Turkish)",
  shift_jis: "Shift JIS (Japanese)",
  "euc-jp": "EUC-JP (Japanese)",
  gb18030: "GB 18030 (Chinese)",
  big5: "Big5 (Chinese)",
  "euc-kr": "EUC-KR (Korean)",
};

/** Delimiters that are looked for; any other of up to three characters can be chosen. */
export const knownDelimiters = [",", ";", "\t", "|", "^"] as const;
export const delimiterLabels: Record<string, string> = {
  ",": "Comma",
  ";": "Semicolon",
  "\t": "Tab",
  "|": "Pipe",
  "^": "Caret",
};

/** What a person says about a file where the guess is wrong. What is left out is found out from the file. */
export const formatChoice = z.object({
  encoding: z.enum(encodings).optional(),
  delimiter: z
    .string()
    .min(1, "Give the character that stands between two values.")
    .max(3, "A delimiter has one to three characters.")
    .regex(/^[^"'\r\n\u0000]+$/, "A quotation mark or a line break cannot be the delimiter.")
    .optional(),
  /** Stands around values that hold the delimiter; empty: none does. */
  quote: z.enum(['"', "'", ""]).optional(),
  /** False: the first line is a contact already, and columns are called "Column 1", "Column 2" … */
  header: z.boolean().optional(),
  /** Name of a file within a ZIP archive. */
  entry: z.string().max(1000).optional(),
  /** Name of a sheet of a workbook. */
  sheet: z.string().max(255).optional(),
});
export type FormatChoice = z.infer<typeof formatChoice>;

/** Something a person should know before they go on; `column` counts from 0. */
export type Note = {
  code:
    | "duplicate_header"
    | "empty_header"
    | "formula_cells"
    | "short_rows"
    | "long_rows"
    | "several_files"
    | "several_sheets"
    | "encoding_guessed"
    | "damaged_characters"
    | "late_columns"
    | "crowded_columns"
    | "same_file";
  message: string;
  column?: number;
};

/** How a file was read: what was chosen or found out, what else could be chosen, and what stands out. */
export type FilePreview = {
  packing: Packing;
  kind: RowKind;
  encoding: Encoding;
  /** Null where rows are not divided by a delimiter. */
  delimiter: string | null;
  quote: '"' | "'" | "" | null;
  header: boolean;
  /** The data files of an archive, and the one that was read. */
  entries: { name: string; sizeBytes: number }[];
  entry: string | null;
  /** The sheets of a workbook, and the one that was read. */
  sheets: { name: string; hidden: boolean }[];
  sheet: string | null;
  /** The line (row of the sheet, item of the JSON array) of each row of the sample. */
  sampleLines: number[];
  notes: Note[];
};
