import { domainToASCII } from "node:url";

/** A name and address as they stand in From, To and Reply-To. */
export type Address = { name?: string | null; email: string };

/** Line ends and control characters would start a header of their own: they become spaces. */
export function headerText(value: string): string {
  return value.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim();
}

/** One header line with its CRLF, folded. `value` must already be encoded. */
export function header(name: string, value: string): string {
  return `${fold(`${name}: ${value}`)}\r\n`;
}

/** Encodes free text such as a subject: plain when it is printable ASCII, else RFC 2047 encoded words. */
export function encodeText(value: string): string {
  const text = headerText(value);
  if (/^[ -~]*$/.test(text) && !text.includes("=?") && !hasLongWord(text)) return text;
  return encodedWords(text);
}

/** `Ada Lovelace <ada@example.com>`, quoted or encoded where the name needs it. */
export function encodeAddress({ name, email }: Address): string {
  const address = asciiAddress(email);
  const text = headerText(name ?? "");
  if (!text) return address;
  if (!/^[ -~]*$/.test(text) || text.includes("=?") || hasLongWord(text))
    return `${encodedWords(text)} <${address}>`;
  const phrase = /^[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~ ]*$/.test(text)
    ? text
    : `"${text.replace(/["\\]/g, "\\$&")}"`;
  return `${phrase} <${address}>`;
}

/** The address with its domain in punycode, as servers without SMTPUTF8 expect it. Control characters are dropped. */
export function asciiAddress(email: string): string {
  const clean = email.replace(/[\p{Cc}\s<>]/gu, "");
  const at = clean.lastIndexOf("@");
  if (at < 0) return clean;
  const domain = clean.slice(at + 1);
  return `${clean.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

const hasLongWord = (text: string) => text.split(" ").some((word) => word.length > 200);

/** Base64 encoded words of at most 75 characters each, never cutting a character. */
function encodedWords(text: string): string {
  const words: string[] = [];
  let part = "";
  for (const character of text) {
    if (Buffer.byteLength(part + character) > 42) {
      words.push(part);
      part = "";
    }
    part += character;
  }
  if (part) words.push(part);
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString("base64")}?=`).join(" ");
}

/** Folds at spaces before column 76, so that no line nears the 998 octets that servers accept. */
function fold(line: string): string {
  if (line.length <= 76) return line;
  const lines: string[] = [];
  let current = "";
  for (const word of line.split(/(?<=\S)(?= )/)) {
    const wouldBeBlank = current.trim() === "" || /^[\w-]+:$/.test(current);
    if (!wouldBeBlank && current.length + word.length > 76) {
      lines.push(current);
      current = word;
    } else current += word;
  }
  lines.push(current);
  return lines.join("\r\n");
}
