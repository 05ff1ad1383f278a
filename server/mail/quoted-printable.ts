const maxLine = 75; // 76 with the "=" of a soft break
const hex = Array.from({ length: 256 }, (_, byte) => `=${byte.toString(16).toUpperCase().padStart(2, "0")}`);
const isPlain = (byte: number) => (byte >= 33 && byte <= 126 && byte !== 61) || byte === 32 || byte === 9;
/** One short line of plain ASCII that ends in neither space nor tab, and needs no encoding at all. */
const asIs = /^(?:[!-<>-~ \t]{0,74}[!-<>-~])?$/;

/**
 * Encodes text as quoted-printable (RFC 2045 §6.7): UTF-8, any line end becomes CRLF, no line over 76 characters,
 * no space or tab at the end of one. The result stands on its own: joined to others with `softBreak`, it stays valid.
 */
export function quotedPrintable(text: string): string {
  if (asIs.test(text)) return text;
  return text
    .split(/\r\n|\r|\n/)
    .map(encodeLine)
    .join("\r\n");
}

/** Stands between two encoded pieces of one line, so that the length of either does not matter. */
export const softBreak = "=\r\n";

function encodeLine(line: string): string {
  const bytes = Buffer.from(line, "utf8");
  let out = "";
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const last = at === bytes.length - 1;
    const piece =
      isPlain(byte) && !(last && (byte === 32 || byte === 9)) ? String.fromCharCode(byte) : hex[byte];
    if (piece === undefined) continue;
    if (length + piece.length > maxLine) {
      out += softBreak;
      length = 0;
    }
    out += piece;
    length += piece.length;
  }
  return out;
}
