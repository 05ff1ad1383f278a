import { decodeWords } from "postal-mime";

/** The few headers that a list shows. The body stays unread: this runs for every mail that comes in. */
export type Head = { from: string; subject: string; messageId: string | null; unsubscribeUrl: string | null };

const headMax = 64 * 1024;

export function readHead(raw: Buffer): Head {
  const end = raw.subarray(0, headMax).indexOf("\r\n\r\n");
  const text = raw
    .toString("utf8", 0, end < 0 ? Math.min(raw.length, headMax) : end)
    .replace(/\r\n[ \t]+/g, " ");
  const field = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)$`, "im").exec(text)?.[1]?.trim();
  return {
    from: stored(decodeWords(field("From") ?? "")),
    subject: stored(decodeWords(field("Subject") ?? "")),
    messageId: field("Message-ID") ?? null,
    unsubscribeUrl: /<(https?:[^>\s]+)>/i.exec(field("List-Unsubscribe") ?? "")?.[1] ?? null,
  };
}

/** Postgres keeps no NUL. */
const stored = (text: string) => text.replaceAll("\0", "");
