import { type Dialect, readRecords } from "./csv.ts";
import { knownDelimiters } from "./formats/schema.ts";

/** What a person said of a dialect; the rest is found out. */
type Said = { delimiter?: string | undefined; quote?: Dialect["quote"] };

const headChars = 256 * 1024;

/** The delimiter and line end of a file, from its first bytes (as a binary string, without byte order mark). */
export function guessDialect(head: string, final: boolean, { delimiter, quote }: Said = {}): Dialect {
  const dialect = { newline: newlineOf(head), ...(quote !== undefined && { quote }) };
  if (delimiter !== undefined) return { ...dialect, delimiter };
  const scored = knownDelimiters.map((each) => ({
    delimiter: each,
    score: scoreOf(head, { ...dialect, delimiter: each }, final),
  }));
  // At the same score the earlier one wins: commas are likelier than carets.
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return { ...dialect, delimiter: best.delimiter };
}

/** Line feeds end lines, unless lone carriage returns do and line feeds only stand within values. */
function newlineOf(head: string): Dialect["newline"] {
  const feeds = head.split("\n").length;
  const lone = head.match(/\r(?!\n|$)/g)?.length ?? 0;
  return head.includes("\r") && (feeds === 1 || lone > feeds * 4) ? "\r" : "\n";
}

/** A delimiter is likelier the more columns its header has and the more of the first rows agree with it. */
function scoreOf(head: string, dialect: Dialect, final: boolean): number {
  const { records } = readRecords(head.slice(0, headChars), dialect, {
    line: 1,
    final: final || head.length > headChars,
  });
  const widths = records.slice(0, 50).flatMap((record) => (record.fields ? [record.fields.length] : []));
  const [width = 1] = widths;
  if (width < 2) return 0;
  return (widths.filter((each) => each === width).length / widths.length) * 1000 + width;
}
