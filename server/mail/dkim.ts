import { createHash, sign as signWith, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { RenderedMessage } from "./render.ts";

/** Who signs: the domain (ASCII), the selector under which its public key is published, and the private key (RSA). */
export type DkimSigner = { domain: string; selector: string; key: KeyObject };

/** Headers that are signed when a message has them (RFC 6376, 5.4). */
const signed = new Set([
  "from",
  "to",
  "subject",
  "date",
  "message-id",
  "mime-version",
  "content-type",
  "reply-to",
  "in-reply-to",
  "references",
  "list-unsubscribe",
  "list-unsubscribe-post",
  // Receivers report on the mail of a sender by it, only where it is signed.
  "feedback-id",
]);

/** Named once more than the message has them, so that nobody adds a second one that readers would see instead. */
const oversigned = ["from", "to", "subject", "date", "mime-version", "content-type", "reply-to"];

// The callback form works on the thread pool: the event loop goes on with the messages beside it.
const signAsync = promisify(signWith);

/**
 * The message with a DKIM signature (RFC 6376: relaxed/relaxed, rsa-sha256) before its headers. The lines of `raw` end
 * in CRLF, as they will on the wire; `tail` stays as it is, and so does a message that nobody signs.
 */
export async function signMessage<Message extends Pick<RenderedMessage, "raw" | "tail">>(
  message: Message,
  signer: DkimSigner | null | undefined,
): Promise<Message> {
  if (!signer) return message;
  const { domain, selector, key } = signer;
  const { raw, tail } = message;
  const end = raw.indexOf("\r\n\r\n");
  if (end < 0) throw new Error("A message to be signed has headers, a blank line and a body.");
  const headers = headersOf(raw.toString("latin1", 0, end));
  const names = [...headers.keys()].filter((name) => signed.has(name));
  const present = names.flatMap((name) => (headers.get(name) ?? []).map(() => name));
  const date = Math.floor(Date.parse(headers.get("date")?.[0] ?? "") / 1000);
  const head =
    `DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=${domain}; s=${selector};\r\n`
    + `${Number.isNaN(date) ? "" : ` t=${date};`} bh=${hashOf(raw.subarray(end + 4), tail)};\r\n`
    + ` h=${[...present, ...oversigned].join(":").replace(/(.{50,68}:)/g, "$1\r\n  ")};\r\n b=`;
  const covered = names.map((name) =>
    (headers.get(name) ?? []).toReversed().map((value) => line(name, value)),
  );
  const data =
    covered.flat().join("") + line("dkim-signature", head.slice(head.indexOf(":") + 1)).slice(0, -2);
  const signature = await signAsync("sha256", Buffer.from(data, "latin1"), key);
  const folded = signature.toString("base64").replace(/.{72}(?=.)/g, "$&\r\n  ");
  return { ...message, raw: Buffer.concat([Buffer.from(`${head}${folded}\r\n`, "latin1"), raw]) };
}

/** Values by lower-case name, those of one name in the order of the message. */
function headersOf(block: string): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (const field of block.split(/\r\n(?![ \t])/)) {
    const colon = field.indexOf(":");
    const name = field.slice(0, colon).trim().toLowerCase();
    const value = field.slice(colon + 1);
    const values = headers.get(name);
    if (values) values.push(value);
    else headers.set(name, [value]);
  }
  return headers;
}

/** A header in the relaxed form (RFC 6376, 3.4.2). */
const line = (name: string, value: string): string =>
  `${name}:${value
    .replaceAll("\r\n", "")
    .replace(/[ \t]+/g, " ")
    .replace(/^ | $/g, "")}\r\n`;

const relaxedTails = new WeakMap<Buffer, Buffer>();

/** The hash of a body in the relaxed form (RFC 6376, 3.4.4), in base64. */
function hashOf(body: Buffer, tail: Buffer | undefined): string {
  const hash = createHash("sha256");
  if (!tail?.length) return hash.update(ended(relaxed(body))).digest("base64");
  // Whitespace before a tail that begins a line belongs to a line's end; elsewhere the two cannot be looked at apart.
  if (!tail.subarray(0, 2).equals(lineEnd)) return hashOf(Buffer.concat([body, tail]), undefined);
  const behind = relaxedTails.get(tail) ?? ended(relaxed(tail));
  relaxedTails.set(tail, behind);
  // A tail of blank lines is none.
  if (behind.length === 0) return hashOf(body, undefined);
  return hash.update(relaxed(body)).update(behind).digest("base64");
}

const lineEnd = Buffer.from("\r\n");

/** Runs of blanks as one space, none before a line's end. The bytes themselves where nothing is to be done. */
function relaxed(bytes: Buffer): Buffer {
  const last = bytes[bytes.length - 1];
  const done =
    !bytes.includes("  ") && !bytes.includes("\t") && !bytes.includes(" \r\n") && last !== 32 && last !== 9;
  if (done) return bytes;
  const text = bytes.toString("latin1").replace(/[ \t]{2,}|\t/g, " ");
  return Buffer.from(text.replaceAll(" \r\n", "\r\n").replace(/ $/, ""), "latin1");
}

/** Without the blank lines at its end, and with the last line ended; a body of nothing else is empty. */
function ended(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end >= 2 && bytes[end - 2] === 13 && bytes[end - 1] === 10) end -= 2;
  if (end === 0) return bytes.subarray(0, 0);
  if (end + 2 <= bytes.length) return bytes.subarray(0, end + 2);
  return Buffer.concat([bytes, lineEnd]);
}
