import { encodeText, header, headerText } from "./headers.ts";

/** A boundary that occurs in no text: "=_" is never a valid escape of quoted-printable, and base64 has no "_". */
export const mixedBoundary = "=_postroad_mixed";

/** The head of a message whose text is followed by files. */
export const mixedHead = `Content-Type: multipart/mixed; boundary="${mixedBoundary}"\r\n\r\n--${mixedBoundary}\r\n`;

type File = { filename: string; mime: string; content: Buffer };

/** What follows the text of a message: every file in base64, and the end. */
export function attachmentTail(files: readonly File[]): Buffer {
  const parts = files.map(
    ({ filename, mime, content }) =>
      `\r\n--${mixedBoundary}\r\n${partHeaders(filename, mime)}\r\n${base64Lines(content)}`,
  );
  return Buffer.from(`${parts.join("")}\r\n--${mixedBoundary}--\r\n`);
}

function partHeaders(filename: string, mime: string): string {
  const name = headerText(filename).replace(/["\\/]/g, "_");
  // Old programs read the first form, others RFC 2231's.
  const plain = /^[ -~]*$/.test(name) ? name : encodeText(name);
  const extended = `filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`)}`;
  return [
    header("Content-Type", `${mime}; name="${plain}"`),
    header("Content-Disposition", `attachment; filename="${plain}"; ${extended}`),
    header("Content-Transfer-Encoding", "base64"),
  ].join("");
}

const base64Lines = (content: Buffer): string => content.toString("base64").replace(/.{76}/g, "$&\r\n");
