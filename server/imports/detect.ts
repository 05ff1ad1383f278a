import { type Dialect, readRecords } from "./csv.ts";

/** What the first bytes of a file say about it: text we read, or a sentence on why not. */
export type Recognized = { ok: true; byteOrderMark: boolean } | { ok: false; reason: string };

const asCsv = 'Save it as "CSV UTF-8" and upload that.';

const signatures: readonly { bytes: readonly number[]; reason: string }[] = [
  {
    bytes: [0x25, 0x50, 0x44, 0x46],
    reason: `This is a PDF, whatever its name says. Export the table behind it as CSV.`,
  },
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    reason: `This is an Excel workbook or a ZIP archive, not CSV. ${asCsv}`,
  },
  { bytes: [0xd0, 0xcf, 0x11, 0xe0], reason: `This is an old Excel workbook (.xls), not CSV. ${asCsv}` },
  { bytes: [0x1f, 0x8b], reason: "This file is compressed with gzip. Unpack it and upload the CSV inside." },
  {
    bytes: [0xff, 0xfe],
    reason: `This file is encoded in UTF-16 (little-endian); UTF-8 is needed. ${asCsv}`,
  },
  { bytes: [0xfe, 0xff], reason: `This file is encoded in UTF-16 (big-endian); UTF-8 is needed. ${asCsv}` },
  { bytes: [0x89, 0x50, 0x4e, 0x47], reason: "This is a PNG image, not a CSV file." },
  { bytes: [0xff, 0xd8, 0xff], reason: "This is a JPEG image, not a CSV file." },
];

/** Recognizes a file by its first bytes (a megabyte of them is plenty; `complete` = that is all of it). */
export function recognize(head: Buffer, complete: boolean): Recognized {
  const start = head.length >= 3 && head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  if (head.subarray(start).every((byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d)) {
    return { ok: false, reason: "This file is empty. It needs a header line and at least one contact." };
  }
  const known = signatures.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  if (known) return { ok: false, reason: known.reason };
  const zeros = countZeros(head);
  if (zeros > head.length / 5) {
    return {
      ok: false,
      reason: `This file is encoded in UTF-16 without a mark at its start; UTF-8 is needed. ${asCsv}`,
    };
  }
  if (zeros > 0) return { ok: false, reason: `This file holds binary data, not text. ${asCsv}` };
  const { valid, invalid } = countSequences(head, complete);
  if (invalid > valid) {
    return {
      ok: false,
      reason: `This file is not in UTF-8; it looks like ${singleByteEncoding(head)}. ${asCsv}`,
    };
  }
  return { ok: true, byteOrderMark: start === 3 };
}

function countZeros(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === 0) count += 1;
  return count;
}

/** Multi-byte sequences that are UTF-8, and bytes that are not. A sequence cut by the end of `bytes` counts as neither. */
function countSequences(bytes: Buffer, complete: boolean): { valid: number; invalid: number } {
  let valid = 0;
  let invalid = 0;
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] ?? 0;
    if (lead < 0x80) {
      at += 1;
      continue;
    }
    const length =
      lead >= 0xf0 && lead <= 0xf4
        ? 4
        : lead >= 0xe0 && lead < 0xf0
          ? 3
          : lead >= 0xc2 && lead < 0xe0
            ? 2
            : 0;
    if (length > 0 && at + length > bytes.length && !complete) break;
    const whole = length > 0 && !bytes.toString("utf8", at, at + length).includes("\ufffd");
    if (whole) valid += 1;
    else invalid += 1;
    at += whole ? length : 1;
  }
  return { valid, invalid };
}

function singleByteEncoding(bytes: Buffer): string {
  // 0x80–0x9F are control characters in Latin-1, quotes and dashes in Windows-1252, and accented letters in Mac Roman.
  let high = 0;
  let letters = 0;
  let quotes = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) high += 1;
    if (byte >= 0x91 && byte <= 0x97) quotes += 1;
    else if (byte >= 0x86 && byte <= 0x9f) letters += 1;
  }
  if (letters > high / 2) return "Mac Roman";
  return letters + quotes > 0 ? "Windows-1252" : "Latin-1 (ISO 8859-1) or Windows-1252";
}

const delimiters = [",", ";", "\t"] as const;

/** The delimiter and line end of a file, from its first bytes (as a binary string, without byte order mark). */
export function guessDialect(head: string, final: boolean): Dialect {
  const newline = head.includes("\n") || !head.includes("\r") ? "\n" : "\r";
  const scored = delimiters.map((delimiter) => ({
    delimiter,
    score: scoreOf(head, { delimiter, newline }, final),
  }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return { delimiter: best.delimiter, newline };
}

/** A delimiter is likelier the more columns its header has and the more of the first rows agree with it. */
function scoreOf(head: string, dialect: Dialect, final: boolean): number {
  const { records } = readRecords(head.slice(0, 256 * 1024), dialect, {
    line: 1,
    final: final || head.length > 256 * 1024,
  });
  const widths = records.slice(0, 50).flatMap((record) => (record.fields ? [record.fields.length] : []));
  const [width = 1] = widths;
  if (width < 2) return 0;
  return (widths.filter((each) => each === width).length / widths.length) * 1000 + width;
}
