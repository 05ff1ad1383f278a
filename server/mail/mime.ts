import { quotedPrintable } from "./quoted-printable.ts";

/** A boundary that cannot occur in quoted-printable text: "=_" is never a valid escape there. */
export const boundary = "=_postroad_alternative";

/** What stands before, between and after the two encoded bodies of a message with a text and an HTML part. */
export const alternative = {
  contentType: `multipart/alternative; boundary="${boundary}"`,
  beforeText: `--${boundary}\r\n${partHeaders("plain")}\r\n`,
  beforeHtml: `\r\n--${boundary}\r\n${partHeaders("html")}\r\n`,
  end: `\r\n--${boundary}--\r\n`,
};

/** The headers of a quoted-printable body, without the blank line after them. */
export function partHeaders(subtype: "plain" | "html"): string {
  return `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n`;
}

/** The body of a message from whole texts; without HTML it is plain text. Returned with the headers that describe it. */
export function wholeBody(text: string, html?: string): string {
  if (html === undefined)
    return `MIME-Version: 1.0\r\n${partHeaders("plain")}\r\n${quotedPrintable(text)}\r\n`;
  const { contentType, beforeText, beforeHtml, end } = alternative;
  const head = `MIME-Version: 1.0\r\nContent-Type: ${contentType}\r\n\r\n`;
  return head + beforeText + quotedPrintable(text) + beforeHtml + quotedPrintable(html) + end;
}

/** A date as RFC 5322 writes it, in UTC. */
export function mailDate(date: Date): string {
  return date.toUTCString().replace("GMT", "+0000");
}
