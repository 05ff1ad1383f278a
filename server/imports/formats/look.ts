import { type Contents, withContents } from "./contents.ts";
import { type FileFormat, needsSpool } from "./format.ts";
import { looksLikeJson, lookAtJson } from "./look-json.ts";
import { lookAtText } from "./look-text.ts";
import { lookAtWorkbook } from "./look-workbook.ts";
import type { DeclaredField } from "./declared-fields.ts";
import type { SampleRow } from "./headers.ts";
import { refused } from "./refusal.ts";
import { encodings, type FilePreview, type FormatChoice, type Note } from "./schema.ts";
import { encodingName, markBytesOf, seeEncoding, toUtf8 } from "./encoding.ts";
import { headOf, type Source } from "./source.ts";

/** What the beginning of a file says: its format, its first rows, and what a person should see. */
export type Look = {
  format: FileFormat;
  rows: SampleRow[];
  /** What a workbook of ours says of its custom fields, by column. */
  declared?: ReadonlyMap<string, DeclaredField>;
  preview: Omit<FilePreview, "sampleLines">;
};

/** What a kind of file says of itself, beside the packing and the encoding. */
export type Finding = {
  format: Omit<FileFormat, "packing" | "encoding" | "entry" | "choice">;
  rows: SampleRow[];
  declared?: ReadonlyMap<string, DeclaredField>;
  notes: Note[];
  sheets?: FilePreview["sheets"];
};

const headBytes = 1024 * 1024;
/** Rows from which types are guessed and remarks are made. */
export const sampleRowsMax = 1000;

/**
 * Looks at the beginning of a file, read as `choice` says and otherwise as it looks. Throws a refusal, with a sentence,
 * for what is no list of contacts.
 */
export function lookAtFile(source: Source, fileName: string, choice: FormatChoice): Promise<Look> {
  return withContents(source, { fileName, entry: choice.entry }, async (contents) => {
    if (contents.workbook) return assemble(contents, await lookAtWorkbook(contents.workbook, choice), choice);
    return lookAtPlain(source, contents, choice);
  });
}

async function lookAtPlain(
  source: Source,
  contents: Contents & { text: () => AsyncIterable<Buffer> },
  choice: FormatChoice,
): Promise<Look> {
  const raw = await headOf(contents.text(), headBytes);
  const encoding = await encodingOf(raw, source, contents, choice);
  const pieces = toUtf8(behind(contents.text(), encoding.markBytes), encoding.encoding);
  const { head, complete } = await headOf(pieces, headBytes);
  if (head.every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09))
    throw refused("This file is empty. It needs a header line and at least one contact.");
  const { encoding: used, markBytes } = encoding;
  // What is normalised first has lost its mark when its rows are read.
  const start = needsSpool({ packing: contents.packing, encoding: used }) ? 0 : markBytes;
  const text = head.toString("latin1");
  const finding = looksLikeJson(text)
    ? lookAtJson(head, complete, contents.name)
    : lookAtText(text, { complete, choice, name: contents.name, start });
  const notes = [...encodingNotes(encoding, head), ...finding.notes];
  return assemble(contents, { ...finding, notes, format: { ...finding.format, markBytes } }, choice, used);
}

type SeenText = { encoding: FileFormat["encoding"] & string; markBytes: number; sure: boolean };

async function encodingOf(
  { head, complete }: { head: Buffer; complete: boolean },
  source: Source,
  contents: Contents,
  choice: FormatChoice,
): Promise<SeenText> {
  if (choice.encoding)
    return { encoding: choice.encoding, markBytes: markBytesOf(head, choice.encoding), sure: true };
  const seen = seeEncoding(head, complete);
  if (!seen) {
    throw refused(
      'This file holds binary data, not text. Save it as "CSV UTF-8" or as an Excel workbook (.xlsx) and upload that.',
    );
  }
  const isAscii = seen.encoding === "utf-8" && seen.markBytes === 0 && !head.some((byte) => byte >= 0x80);
  if (complete || !isAscii || contents.packing !== "none") return seen;
  const further = await furtherBytes(source);
  return seeEncoding(further, false) ?? seen;
}

/** Bytes from all over a long file: its first accent may stand far behind its beginning. */
async function furtherBytes(source: Source): Promise<Buffer> {
  const windows = 16;
  const size = 64 * 1024;
  const pieces: Buffer[] = [];
  for (let each = 1; each <= windows; each++) {
    const start = Math.floor(((source.sizeBytes - size) * each) / windows);
    if (start < headBytes / 2) continue;
    const { head } = await headOf(source.stream(start, start + size), size);
    // The window begins and ends anywhere; whole lines are taken from it.
    pieces.push(head.subarray(head.indexOf(0x0a) + 1, head.lastIndexOf(0x0a) + 1));
  }
  return Buffer.concat(pieces);
}

function encodingNotes({ encoding, sure }: SeenText, head: Buffer): Note[] {
  if (!sure) {
    const message = `The file is not in UTF-8; it is read as ${encodingName(encoding)}. If letters look wrong below, choose another of the ${encodings.length} encodings.`;
    return [{ code: "encoding_guessed", message }];
  }
  // The last line may be cut within a character.
  if (!head.toString("utf8", 0, head.lastIndexOf(0x0a) + 1).includes("\ufffd")) return [];
  const message = `Some characters cannot be read as ${encodingName(encoding)}. Rows with such values are reported and not imported; another encoding may read them.`;
  return [{ code: "damaged_characters", message }];
}

/** The pieces without the first `count` bytes. */
export async function* behind(pieces: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of pieces) {
    if (left >= piece.length) left -= piece.length;
    else {
      yield left === 0 ? piece : piece.subarray(left);
      left = 0;
    }
  }
}

function assemble(
  { packing, entries, entry }: Contents,
  { format, rows, declared, notes, sheets = [] }: Finding,
  choice: FormatChoice,
  encoding: FileFormat["encoding"] & string = "utf-8",
): Look {
  const { kind = "delimited", delimiter, quote = '"', header = true, sheet = null } = format;
  const several: Note[] = [];
  if (entries.length > 1 && choice.entry === undefined) {
    const message = `This archive holds ${entries.length} files; "${entry}" is read. Choose another if that is not the one.`;
    several.push({ code: "several_files", message });
  }
  if (sheets.length > 1 && choice.sheet === undefined) {
    const message = `This workbook has ${sheets.length} sheets; "${sheet}" is read. Choose another if that is not the one.`;
    several.push({ code: "several_sheets", message });
  }
  const divided = kind === "delimited";
  return {
    format: { ...format, packing, encoding, entry, choice },
    rows,
    ...(declared && { declared }),
    preview: {
      packing,
      kind,
      encoding,
      delimiter: divided ? delimiter : null,
      quote: divided ? quote : null,
      header,
      entries,
      entry,
      sheets,
      sheet,
      notes: [...several, ...notes],
    },
  };
}
