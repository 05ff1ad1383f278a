import { gzipSync } from "node:zlib";
import type { FormatChoice } from "./formats/schema.ts";
import { workbook, zipped } from "./formats/testing.ts";

/*
 * The same rows in every form in which a file of contacts comes, for tests.
 */

const header = ["Email", "First name", "Company", "Phone", "Zip", "Notes", "Tags", "Likes", "Badges"];
/** Two hundred rows with what differs between forms: leading zeros, quotes, line breaks, blanks, a bad and a double address. */
const rows = Array.from({ length: 200 }, (_, n) => [
  n === 50 ? "nobody" : n === 60 ? "P10@Example.com" : `p${n}@example.com`,
  ["Zoë", "Jürgen", "Ana María", ""][n % 4] ?? "",
  n % 3 === 0 ? `"The ${n}", Müller & Söhne; <GmbH>` : "",
  `0049 30 ${String(n).padStart(5, "0")}`,
  String(n).padStart(5, "0"),
  n % 7 === 0 ? `one\n“two” – ${n}` : n % 5 === 0 ? "1.50" : "",
  n % 2 === 0 ? "vip;news" : "",
  ["Tea|Jam", "Tea", ""][n % 3] ?? "",
  // Too many different ones to be choices.
  n % 2 === 0 ? `b${n}|c${n}` : "",
]);
const table = [header, ...rows];

const quoted = (value: string, delimiter: string) =>
  new RegExp(`[${delimiter}"\r\n]`).test(value) ? `"${value.replaceAll('"', '""')}"` : value;
export const text = (delimiter: string, newline: string) =>
  table.map((cells) => cells.map((cell) => quoted(cell, delimiter)).join(delimiter) + newline).join("");
export const windows1252 = (value: string) =>
  Buffer.from(
    value.replace(/[“”–]/g, (c) => ({ "“": "\x93", "”": "\x94", "–": "\x96" })[c] ?? c),
    "latin1",
  );
const objects = rows.map((cells) =>
  Object.fromEntries(header.map((name, at) => [name, cells[at] === "" && at % 2 ? null : cells[at]])),
);
const lines = (items: object[]) => items.map((item) => JSON.stringify(item)).join("\n");
const tagged = objects.map((item) => ({
  ...item,
  Tags: item.Tags ? ["vip", "news"] : [],
  Likes: item.Likes?.split("|") ?? [],
  Badges: item.Badges?.split("|") ?? [],
}));
const book = (inline: boolean) => workbook({ sheets: [{ name: "People", rows: table }], inline });

export type Form = {
  name: string;
  file: () => Promise<Buffer> | Buffer | string;
  fileName: string;
  format?: FormatChoice;
};
export const forms: Form[] = [
  { name: "TSV", file: () => text("\t", "\n"), fileName: "people.tsv" },
  {
    name: "semicolons, CRLF, with a mark",
    file: () => `\ufeff${text(";", "\r\n")}`,
    fileName: "people.csv",
  },
  { name: "pipes", file: () => text("|", "\n"), fileName: "people.txt" },
  { name: "carets", file: () => text("^", "\n"), fileName: "people.txt" },
  {
    name: "another delimiter",
    file: () => text("§", "\n"),
    fileName: "people.txt",
    format: { delimiter: "§" },
  },
  { name: "lone carriage returns", file: () => text(",", "\r"), fileName: "people.csv" },
  {
    name: "UTF-16 LE",
    file: () => Buffer.from(`\ufeff${text("\t", "\r\n")}`, "utf16le"),
    fileName: "people.txt",
  },
  {
    name: "UTF-16 BE without a mark",
    file: () => Buffer.from(text(",", "\n"), "utf16le").swap16(),
    fileName: "people.csv",
  },
  { name: "Windows-1252", file: () => windows1252(text(",", "\r\n")), fileName: "people.csv" },
  { name: "JSON", file: () => JSON.stringify(objects), fileName: "people.json" },
  {
    name: "JSON with lists, written over lines",
    file: () => JSON.stringify({ contacts: tagged }, null, 2),
    fileName: "people.json",
  },
  { name: "NDJSON", file: () => lines(objects), fileName: "people.ndjson" },
  { name: "XLSX", file: () => book(false), fileName: "people.xlsx" },
  { name: "XLSX with text in its cells", file: () => book(true), fileName: "people.xlsx" },
  {
    name: "gzip of CSV with a mark",
    file: () => gzipSync(`\ufeff${text(",", "\n")}`),
    fileName: "people.csv.gz",
  },
  { name: "gzip of NDJSON", file: () => gzipSync(lines(objects)), fileName: "people.ndjson.gz" },
  { name: "zip of CSV", file: () => zipped({ "people.csv": text(",", "\n") }), fileName: "people.zip" },
  {
    name: "zip of XLSX",
    file: async () => zipped({ "people.xlsx": await book(false) }),
    fileName: "people.zip",
  },
];
