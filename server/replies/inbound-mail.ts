import PostalMime, { type Address, type Attachment, type Email } from "postal-mime";

/** A received mail, read as far as it takes to know what it is and whom it is about. Addresses are lower-case. */
export type InboundMail = {
  from: { email: string; name: string | null };
  /** Everybody it is addressed to, and the addresses under which it was delivered. */
  to: string[];
  subject: string;
  messageId: string | null;
  inReplyTo: string[];
  /** The nearest one last. */
  references: string[];
  text: string;
  html: string | null;
  /** The first header of a name (any case), unfolded; null when absent. */
  header(name: string): string | null;
  /** Machine-readable parts and returned messages, as texts by their type (`message/delivery-status`, …). */
  parts: { type: string; text: string }[];
};

/**
 * Reads a mail as it came over the wire; the end of a long one may be missing.
 * @throws Error when it is no mail at all, or nested beyond reason
 */
export async function readMail(raw: Uint8Array): Promise<InboundMail> {
  const parsed = await PostalMime.parse(raw, { forceRfc822Attachments: true, maxHeadersSize: 512 * 1024 });
  const first = new Map<string, string>();
  for (const { key, value } of parsed.headers) if (!first.has(key)) first.set(key, stored(value));
  const header = (name: string) => first.get(name.toLowerCase())?.trim() ?? null;
  const delivered = ["delivered-to", "x-original-to", "x-delivered-to", "envelope-to"].flatMap(
    (name) => header(name) ?? [],
  );
  return {
    from: sender(parsed),
    to: [...flat(parsed.to), ...flat(parsed.cc), ...delivered.map(bare)],
    subject: stored(parsed.subject ?? ""),
    messageId: messageIds(parsed.messageId ?? "")[0] ?? null,
    inReplyTo: messageIds(parsed.inReplyTo ?? ""),
    references: messageIds(parsed.references ?? ""),
    text: stored(parsed.text ?? textOf(parsed.html ?? "")),
    html: parsed.html === undefined ? null : stored(parsed.html),
    header,
    parts: parsed.attachments.flatMap(machinePart),
  };
}

/** The Message-IDs in a header or a text, with their brackets. */
export function messageIds(text: string): string[] {
  return text.match(/<[^<>\s]{3,900}>/g) ?? [];
}

const machineTypes = /^(message\/|text\/rfc822-headers$)/;

function machinePart({ mimeType, content }: Attachment): { type: string; text: string }[] {
  if (!machineTypes.test(mimeType) || typeof content === "string") return [];
  return [{ type: mimeType, text: stored(Buffer.from(new Uint8Array(content)).toString("utf8")) }];
}

function sender({ from, sender: actual }: Email): InboundMail["from"] {
  const one = from ?? actual;
  const mailbox = one && "group" in one && one.group ? one.group[0] : one;
  return { email: bare(mailbox?.address ?? ""), name: stored(mailbox?.name ?? "").trim() || null };
}

const flat = (addresses: readonly Address[] = []): string[] =>
  addresses.flatMap((one) =>
    one.group ? one.group.map(({ address }) => bare(address)) : [bare(one.address)],
  );

const bare = (address: string) => stored(address).trim().replace(/^<|>$/g, "").toLowerCase();

/** Postgres keeps no NUL. */
const stored = (text: string) => text.replaceAll("\0", "");

/** A mail of HTML alone, as far as its words go. */
const textOf = (html: string) =>
  html
    .replace(/<(style|script|head)\b[\s\S]*?<\/\1>/gi, "")
    .replace(/<br\s*\/?>|<\/(p|div|tr|li|blockquote)>/gi, "\n")
    .replace(/<[^>]*>/g, "")
    .replace(/&nbsp;/g, " ")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&amp;/g, "&");
