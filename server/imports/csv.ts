import { rawTextMax } from "./schema.ts";

/**
 * CSV records read from a piece of a file, with exact byte positions, so that a job can stop at a record and
 * resume there. A piece comes as a "binary" string, one character per byte (`buffer.toString("latin1")`): the
 * structure of CSV is ASCII, and fields are decoded from UTF-8 one by one. So an offset in characters is one in
 * bytes, and a broken byte spoils one field and not the count.
 */

/** `delimiter` has one to three characters. `quote` stands around values that hold it; left out it is `"`, empty it is none. */
export type Dialect = { delimiter: string; quote?: '"' | "'" | ""; newline: "\n" | "\r" };

/** What is wrong with a record that cannot be read, as a sentence, and its text, cut at `rawTextMax`. */
export type RecordProblem = {
  code: "quote_unclosed" | "quote_stray" | "json_broken";
  text: string;
  message: string;
};

/** A record, or what is wrong with the line that starts it. `line` is the physical line in the file, from 1. */
export type CsvRecord =
  | { line: number; fields: string[]; problem?: undefined }
  | { line: number; fields?: undefined; problem: RecordProblem };

const quoteSentences = {
  quote_unclosed:
    "A value on this line opens with a quotation mark that never closes. Close it, or double it if it belongs to the value.",
  quote_stray:
    "There is text behind the closing quotation mark of a value on this line. Double quotation marks that belong to a value.",
};

/** `consumed` bytes make whole records; reading goes on behind them, at line `line`. */
export type Piece = { records: CsvRecord[]; consumed: number; line: number };

/** A quoted value longer than this was never closed: one stray quote must not swallow the rest of a file. */
export const recordBytesMax = 1024 * 1024;

/**
 * Reads the complete records at the start of `binary`. `final` says that the file ends with it. Blank records are
 * left out. A record with broken quotes costs its first physical line: reading goes on at the next one.
 * To make any progress, a piece that is not final must be longer than `recordBytesMax`.
 */
export function readRecords(
  binary: string,
  dialect: Dialect,
  { line, final }: { line: number; final: boolean },
): Piece {
  const records: CsvRecord[] = [];
  const marks = marksOf(dialect);
  let at = 0;
  while (at < binary.length) {
    const end = binary.indexOf(dialect.newline, at);
    if (end < 0 && !final) break;
    const simple = binary.slice(at, end < 0 ? binary.length : end);
    if (marks.quote === "" || !simple.includes(marks.quote)) {
      const fields = decoded(withoutCarriageReturn(simple, dialect)).split(dialect.delimiter);
      if (!isBlank(fields)) records.push({ line, fields });
      at += simple.length + (end < 0 ? 0 : 1);
      line += 1;
      continue;
    }
    const record = readQuoted(binary, at, marks, final);
    if (record === "incomplete") break;
    if (record.problem) {
      const text = decoded(withoutCarriageReturn(simple, dialect).slice(0, rawTextMax));
      records.push({
        line,
        problem: { code: record.problem, text, message: quoteSentences[record.problem] },
      });
      at += simple.length + (end < 0 ? 0 : 1);
      line += 1;
      continue;
    }
    if (!isBlank(record.fields)) records.push({ line, fields: record.fields });
    line += countOf(binary, dialect.newline, at, record.end) + (record.atEnd ? 1 : 0);
    at = record.end;
  }
  return { records, consumed: at, line };
}

type Quoted =
  | { fields: string[]; end: number; atEnd: boolean; problem?: undefined }
  | { problem: "quote_unclosed" | "quote_stray" };

/** A dialect in the characters of a binary string, where a delimiter outside ASCII is two or more. */
type Marks = { delimiter: string; quote: string; newline: "\n" | "\r" };

const marksOf = ({ delimiter, quote = '"', newline }: Dialect): Marks => ({
  delimiter: Buffer.from(delimiter, "utf8").toString("latin1"),
  quote,
  newline,
});

/** One record that has a quote in its first line. */
function readQuoted(binary: string, start: number, marks: Marks, final: boolean): Quoted | "incomplete" {
  const { delimiter, newline, quote } = marks;
  const fields: string[] = [];
  let at = start;
  for (;;) {
    let value: string;
    if (binary[at] === quote) {
      const close = closingQuote(binary, at + 1, quote);
      const tooLong = (close < 0 ? binary.length : close) - start > recordBytesMax;
      if (tooLong || (close < 0 && final)) return { problem: "quote_unclosed" };
      // A quote at the very end of a piece may be the first half of an escaped one.
      if (close < 0 || (close === binary.length - 1 && !final)) return "incomplete";
      value = decoded(binary.slice(at + 1, close).replaceAll(quote + quote, quote));
      at = close + 1;
      while (binary[at] === " " || (binary[at] === "\t" && delimiter !== "\t")) at += 1;
      if (binary[at] === "\r" && newline === "\n" && (binary[at + 1] === "\n" || at + 1 === binary.length))
        at += 1;
      if (at >= binary.length && !final) return "incomplete";
      if (at < binary.length && !binary.startsWith(delimiter, at) && binary[at] !== newline)
        return { problem: "quote_stray" };
    } else {
      const end = unquotedEnd(binary, at, marks);
      if (end === binary.length && !final) return "incomplete";
      const raw = binary.slice(at, end);
      value = decoded(binary.startsWith(delimiter, end) ? raw : withoutCarriageReturn(raw, marks));
      at = end;
    }
    fields.push(value);
    if (!binary.startsWith(delimiter, at))
      return { fields, end: Math.min(at + 1, binary.length), atEnd: at >= binary.length };
    at += delimiter.length;
  }
}

/** Where a quoted value closes, or -1: a doubled quote is a quote inside the value. */
function closingQuote(binary: string, from: number, quote: string): number {
  for (let at = from; ; at += 2) {
    at = binary.indexOf(quote, at);
    if (at < 0 || binary[at + 1] !== quote) return at;
  }
}

function unquotedEnd(binary: string, from: number, { delimiter, newline }: Marks): number {
  const line = binary.indexOf(newline, from);
  const field = binary.indexOf(delimiter, from);
  const ends = [line, field].filter((end) => end >= 0);
  return ends.length > 0 ? Math.min(...ends) : binary.length;
}

const withoutCarriageReturn = (text: string, { newline }: Pick<Dialect, "newline">) =>
  newline === "\n" && text.endsWith("\r") ? text.slice(0, -1) : text;

const isBlank = (fields: string[]) => fields.every((field) => field.trim() === "");

/** UTF-8 bytes held one per character, as text. */
function decoded(binary: string): string {
  return /[\u0080-\u00ff]/.test(binary) ? Buffer.from(binary, "latin1").toString("utf8") : binary;
}

function countOf(text: string, what: string, from: number, until: number): number {
  let count = 0;
  for (let at = text.indexOf(what, from); at >= 0 && at < until; at = text.indexOf(what, at + 1)) count += 1;
  return count;
}

/** One line of CSV, RFC 4180, CRLF at the end. */
export function csvLine(values: readonly (string | number | null | undefined)[]): string {
  return `${values.map((value) => csvField(value ?? "")).join(",")}\r\n`;
}

/**
 * A value as a CSV field. One that a spreadsheet would run as a formula gets an apostrophe before it, which
 * spreadsheets show as text; plain numbers and phone numbers stay as they are.
 */
export function csvField(value: string | number): string {
  const text = String(value);
  const guarded = /^[=@\t\r]|^[-+](?![\d\s().-]*$)/.test(text) ? `'${text}` : text;
  return /[",\r\n;\t]|^\s|\s$/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
