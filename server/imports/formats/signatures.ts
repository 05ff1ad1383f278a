import { refused } from "./refusal.ts";

const asCsv = 'Save it as "CSV UTF-8" or as an Excel workbook (.xlsx) and upload that.';

type Signature = { bytes: readonly number[]; at?: number; reason: string };

/** Beginnings of files that people take for lists of contacts, and what to do about them. */
const foreign: readonly Signature[] = [
  {
    bytes: [0x25, 0x50, 0x44, 0x46],
    reason: "This is a PDF, whatever its name says. Export the table behind it as CSV.",
  },
  { bytes: [0x89, 0x50, 0x4e, 0x47], reason: "This is a PNG image, not a list of contacts." },
  { bytes: [0xff, 0xd8, 0xff], reason: "This is a JPEG image, not a list of contacts." },
  {
    bytes: [0x52, 0x61, 0x72, 0x21],
    reason: "This is a RAR archive. Unpack it and upload the file inside, or pack it as ZIP.",
  },
  {
    bytes: [0x37, 0x7a, 0xbc, 0xaf],
    reason: "This is a 7z archive. Unpack it and upload the file inside, or pack it as ZIP.",
  },
  {
    bytes: [0x42, 0x5a, 0x68],
    reason: "This file is compressed with bzip2. Unpack it and upload the file inside, or use gzip.",
  },
  {
    bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    reason: "This file is compressed with xz. Unpack it and upload the file inside, or use gzip.",
  },
  {
    bytes: [0x28, 0xb5, 0x2f, 0xfd],
    reason: "This file is compressed with Zstandard. Unpack it and upload the file inside, or use gzip.",
  },
  {
    bytes: [0x75, 0x73, 0x74, 0x61, 0x72],
    at: 257,
    reason: "This is a TAR archive. Unpack it and upload the file inside, or pack it as ZIP.",
  },
  {
    bytes: [0x50, 0x41, 0x52, 0x31],
    reason: `This is a Parquet file. ${asCsv}`,
  },
  {
    bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65],
    reason: "This is an SQLite database. Export the table with the contacts as CSV.",
  },
  { bytes: [0x50, 0x4b, 0x05, 0x06], reason: "This ZIP archive is empty. Pack the file with the contacts." },
];

const startsWith = (head: Buffer, bytes: readonly number[], at = 0) =>
  bytes.every((byte, index) => head[at + index] === byte);

export const isGzip = (head: Buffer): boolean => startsWith(head, [0x1f, 0x8b]);
export const isZip = (head: Buffer): boolean => startsWith(head, [0x50, 0x4b, 0x03, 0x04]);
const isCompound = (head: Buffer) => startsWith(head, [0xd0, 0xcf, 0x11, 0xe0]);

/** Throws a refusal for what is known and cannot be read. `name` is the file's, `head` its first bytes. */
export function refuseForeign(head: Buffer, name: string): void {
  const known = foreign.find(({ bytes, at }) => startsWith(head, bytes, at));
  if (known) throw refused(known.reason);
  if (!isCompound(head)) return;
  // Office keeps encrypted workbooks and its old formats in the same container; the names in it tell them apart.
  const encrypted = head.includes(Buffer.from("EncryptedPackage", "utf16le")) || /\.xls[xm]$/i.test(name);
  throw refused(
    encrypted
      ? "This workbook is protected with a password. Open it in Excel, remove the password (File, Info, Protect), and upload it again."
      : "This is an old Excel workbook (.xls). Open it and save it as an Excel workbook (.xlsx) or as CSV UTF-8.",
  );
}

/** Throws a refusal for archives that are documents of other programs. */
export function refuseForeignArchive(has: (name: string) => boolean): void {
  if (has("xl/workbook.bin"))
    throw refused("This is a binary Excel workbook (.xlsb). Save it as an Excel workbook (.xlsx).");
  if (has("word/document.xml")) throw refused(`This is a Word document. Copy its table to Excel. ${asCsv}`);
  if (has("ppt/presentation.xml")) throw refused(`This is a presentation. ${asCsv}`);
  if (has("Index/Document.iwa"))
    throw refused("This is a Numbers document. In Numbers choose File, Export to, CSV or Excel.");
  if (has("content.xml") && has("mimetype"))
    throw refused(`This is an OpenDocument spreadsheet (.ods). ${asCsv}`);
}
