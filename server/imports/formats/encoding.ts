import { type Encoding, encodingLabels } from "./schema.ts";

/** What the bytes of a text say about how it is written; `sure` is false where only the frequency of bytes spoke. */
export type SeenEncoding = { encoding: Encoding; markBytes: number; sure: boolean };

const marks: readonly { encoding: Encoding; bytes: readonly number[] }[] = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
];

/** The byte order mark at the start of a text that is written in `encoding`, in bytes. */
export function markBytesOf(head: Buffer, encoding: Encoding): number {
  const mark = marks.find((each) => each.encoding === encoding);
  return mark?.bytes.every((byte, at) => head[at] === byte) ? mark.bytes.length : 0;
}

/**
 * Tells the encoding of a text by its first bytes (a megabyte of them is plenty; `complete` = that is all of it), or
 * null when they are no text. A few damaged bytes in UTF-8 leave it UTF-8, and a few zero bytes leave it a text.
 */
export function seeEncoding(head: Buffer, complete: boolean): SeenEncoding | null {
  const mark = marks.find(({ bytes }) => bytes.every((byte, at) => head[at] === byte));
  if (mark) return { encoding: mark.encoding, markBytes: mark.bytes.length, sure: true };
  const zeros = countZeros(head);
  const most = Math.max(zeros.even, zeros.odd);
  if (most > head.length / 5 && Math.min(zeros.even, zeros.odd) < most / 10) {
    return { encoding: zeros.odd > zeros.even ? "utf-16le" : "utf-16be", markBytes: 0, sure: true };
  }
  if (most > 0 && isBinary(head)) return null;
  const { valid, invalid } = countSequences(head, complete);
  if (invalid <= valid) return { encoding: "utf-8", markBytes: 0, sure: true };
  return { encoding: singleByteEncoding(head), markBytes: 0, sure: false };
}

/** Whether there are more control characters, zero bytes among them, than damage leaves in a text. */
function isBinary(bytes: Buffer): boolean {
  let controls = 0;
  for (const byte of bytes) if (byte < 0x09 || (byte > 0x0d && byte < 0x20)) controls += 1;
  return controls > 4 + bytes.length / 200;
}

/** Zero bytes at even and at odd places: ASCII in UTF-16 has them at one of both. */
function countZeros(bytes: Buffer): { even: number; odd: number } {
  const counts = { even: 0, odd: 0 };
  for (let at = bytes.indexOf(0); at >= 0; at = bytes.indexOf(0, at + 1))
    counts[at % 2 ? "odd" : "even"] += 1;
  return counts;
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
    const length = sequenceLength(lead);
    if (length > 0 && at + length > bytes.length && !complete) break;
    const whole = length > 0 && !bytes.toString("utf8", at, at + length).includes("\ufffd");
    if (whole) valid += 1;
    else invalid += 1;
    at += whole ? length : 1;
  }
  return { valid, invalid };
}

/** Bytes of the UTF-8 sequence that begins with `lead`; 0 when none does. */
function sequenceLength(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead < 0xf0) return 3;
  return lead >= 0xc2 && lead < 0xe0 ? 2 : 0;
}

function singleByteEncoding(bytes: Buffer): Encoding {
  // 0x80–0x9F are control characters in Latin-1, quotes and dashes in Windows-1252, and accented letters in Mac Roman.
  let high = 0;
  let macLetters = 0;
  for (const byte of bytes) {
    if (byte >= 0x80) high += 1;
    if (byte >= 0x86 && byte <= 0x9f && (byte < 0x91 || byte > 0x97)) macLetters += 1;
  }
  // Without any of them Latin-1 and Windows-1252 are the same text.
  return macLetters > high / 2 ? "macintosh" : "windows-1252";
}

/** Turns pieces of a text, from behind its byte order mark on, into pieces of UTF-8. */
export async function* toUtf8(pieces: AsyncIterable<Buffer>, encoding: Encoding): AsyncGenerator<Buffer> {
  if (encoding === "utf-8") {
    yield* pieces;
    return;
  }
  const decode = decoderOf(encoding);
  for await (const piece of pieces) yield Buffer.from(decode(piece), "utf8");
  const rest = decode(null);
  if (rest !== "") yield Buffer.from(rest, "utf8");
}

/** A function to be called with piece after piece, and with null at the end. */
function decoderOf(encoding: Encoding): (piece: Buffer | null) => string {
  // The standard's "iso-8859-1" is Windows-1252; who asks for Latin-1 by name means Latin-1.
  if (encoding === "iso-8859-1") return (piece) => piece?.toString("latin1") ?? "";
  const decoder = new TextDecoder(encoding, { ignoreBOM: true });
  return (piece) => (piece ? decoder.decode(piece, { stream: true }) : decoder.decode());
}

export const encodingName = (encoding: Encoding): string => encodingLabels[encoding];
