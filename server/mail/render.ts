import { clickUrl, openPixelUrl, unsubscribeUrl } from "#server/tracking/addresses";
import { linkField, pixelField, type Body, type CompiledMessage } from "./compile.ts";
import { spliceEncoded, splicePlain } from "./expression.ts";
import { mixedHead } from "./attachment-tail.ts";
import { encodeAddress, encodeText, asciiAddress, header } from "./headers.ts";
import type { Target } from "./liquid.ts";
import { isBlank } from "./liquid-filters.ts";
import { mergeValues, plainText, type MergeContact, type MergeValues } from "./merge-fields.ts";
import { rfcMessageId } from "./message-id.ts";
import { alternative, mailDate, partHeaders } from "./mime.ts";
import { quotedPrintable } from "./quoted-printable.ts";

/** The earlier message that this one answers, so that mail programs show them together. */
export type ThreadPlace = { inReplyTo: string | null; references: string | null; subject: string };

export type Recipient = {
  /** The ledger row. */
  messageId: string;
  email: string;
  contact: MergeContact;
  /** The time on the message, and in its `now`. */
  now: Date;
  /** The one stored with the row; made from row and sender when absent. */
  rfcMessageId?: string | null;
  thread?: ThreadPlace | null;
  /** A test message: marked so in its subject and links. */
  test?: boolean;
};

/** A message for the wire; it fits `MailTransport.send` as it is. `emptyFields` left a gap in it. */
export type RenderedMessage = {
  id: string;
  envelope: { from: string; to: string };
  raw: Buffer;
  /** The rest of the message, where it is the same for everybody: the files. */
  tail?: Buffer;
  rfcMessageId: string;
  subject: string;
  emptyFields: string[];
};

/**
 * The message of one recipient.
 * @throws Error with a sentence when the template fails on this contact's values; nothing may be sent then
 */
export function renderFor(compiled: CompiledMessage, recipient: Recipient): RenderedMessage {
  const { messageId, contact, now, test = false } = recipient;
  const owner = { tenantId: compiled.tenantId, workspaceId: compiled.workspaceId, messageId, test };
  const unsubscribe = unsubscribeUrl(owner);
  const values = mergeValues(contact, compiled.sender, { now, unsubscribeUrl: unsubscribe });
  const emptyFields = compiled.fields.filter((path) => isBlank(values[path]));
  for (const { index } of compiled.links) values[linkField(index)] = clickUrl(owner, index);
  if (compiled.trackOpens) values[pixelField] = openPixelUrl(owner);

  const evaluated = compiled.expressions.map((expression) => expression.evaluate(values));
  const subject = subjectOf(compiled, recipient, values, evaluated);
  const rfcId = recipient.rfcMessageId ?? rfcMessageId(messageId, compiled.from.email);
  const head = [
    compiled.fixedHeaders,
    header("To", encodeAddress({ name: plainText(values.full_name), email: recipient.email })),
    header("Subject", encodeText(subject)),
    header("Date", mailDate(now)),
    header("Message-ID", rfcId),
    recipient.thread?.inReplyTo ? header("In-Reply-To", recipient.thread.inReplyTo) : "",
    recipient.thread?.references ? header("References", recipient.thread.references) : "",
    compiled.unsubscribe ? header("List-Unsubscribe", `<${unsubscribe}>`) : "",
    compiled.unsubscribe ? header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click") : "",
  ].join("");
  return {
    id: messageId,
    envelope: { from: asciiAddress(compiled.from.email), to: asciiAddress(recipient.email) },
    raw: Buffer.from(head + (compiled.tail ? mixedHead : "") + bodyOf(compiled, values, evaluated)),
    ...(compiled.tail ? { tail: compiled.tail } : {}),
    rfcMessageId: rfcId,
    subject,
    emptyFields,
  };
}

function subjectOf(
  compiled: CompiledMessage,
  { thread, test }: Recipient,
  values: MergeValues,
  evaluated: string[],
): string {
  const { subject } = compiled;
  const own =
    "template" in subject ? subject.template.render(values, "text") : splicePlain(subject.spliced, evaluated);
  const earlier = thread?.subject.replace(/^(re:\s*)+/i, "");
  const text = earlier && !own.trim() ? `${thread?.inReplyTo ? "Re: " : ""}${earlier}` : own;
  return `${test ? "[Test] " : ""}${text.replace(/[\p{Cc}\s]+/gu, " ").trim()}`;
}

function bodyOf({ text, html }: CompiledMessage, values: MergeValues, evaluated: string[]): string {
  const encodedText = encoded(text, "text", values, evaluated);
  if (!html) return `${partHeaders("plain")}\r\n${encodedText}\r\n`;
  const { contentType, beforeText, beforeHtml, end } = alternative;
  return (
    `Content-Type: ${contentType}\r\n\r\n`
    + beforeText
    + encodedText
    + beforeHtml
    + encoded(html, "html", values, evaluated)
    + end
  );
}

function encoded(body: Body, target: Target, values: MergeValues, evaluated: string[]): string {
  if ("spliced" in body) return spliceEncoded(body.spliced, evaluated);
  return quotedPrintable(body.template.render(values, target));
}
