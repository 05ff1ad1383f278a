import { csvField } from "#server/imports/csv";
import { type Column, nameSeparator } from "./columns.ts";
import { escaped, guarded } from "./guard.ts";
import { joinNames } from "./names.ts";
import type { Row } from "./rows.ts";
import type { FieldKind } from "./schema.ts";

export type Batches = AsyncIterable<Row[]>;
export type Chunks = AsyncGenerator<string | Buffer>;

/** 2026-11-21 05:38:00.123+00 as 2026-11-21T05:38:00.123Z. */
const isoTime = (value: string) => value.replace(" ", "T").replace(/\+00(:00)?$/, "Z");

const namesIn = (value: string, kind: FieldKind): string[] => {
  if (kind === "names") return value.split(nameSeparator);
  const choices: unknown = value.startsWith("[") ? JSON.parse(value) : value;
  return Array.isArray(choices) ? choices.map(String) : [value];
};

/** A value as the text of one cell, not yet guarded. */
export function cellText(value: string, kind: FieldKind): string {
  if (value === "") return "";
  if (kind === "time") return isoTime(value);
  return kind === "names" || kind === "choices" ? joinNames(namesIn(value, kind)) : value;
}

/** Nothing in it to quote or to guard: nearly every value. */
const simple = /^[\p{L}\d](?:[^",;\r\n\t]*[^\s",;])?$/u;
const csvCell = (text: string) => (simple.test(text) ? text : csvField(guarded(text)));

/** RFC 4180 with a byte order mark, for the sake of Excel; formulas are guarded. */
export async function* csvFile(columns: Column[], batches: Batches): Chunks {
  yield `\ufeff${columns.map((column) => column.name).join(",")}\r\n`;
  for await (const rows of batches) {
    let text = "";
    for (const row of rows) {
      columns.forEach(({ kind }, index) => {
        const value = row[index] ?? "";
        if (index > 0) text += ",";
        if (value !== "") text += csvCell(kind === "text" ? value : cellText(value, kind));
      });
      text += "\r\n";
    }
    yield text;
  }
}

/** One object a line, with the same keys in each; null where there is no value. */
export async function* ndjsonFile(columns: Column[], batches: Batches): Chunks {
  const asLine = objectWriter(columns);
  for await (const rows of batches) yield rows.map((row) => `${asLine(row)}\n`).join("");
}

/** `{"exported_at": …, "contacts": […]}`, one contact a line. */
export async function* jsonFile(columns: Column[], batches: Batches, takenAt: Date): Chunks {
  const asLine = objectWriter(columns);
  yield `{"exported_at":${JSON.stringify(takenAt.toISOString())},"contacts":[`;
  let before = "\n";
  for await (const rows of batches) {
    yield before + rows.map(asLine).join(",\n");
    before = ",\n";
  }
  yield "\n]}\n";
}

function objectWriter(columns: Column[]): (row: Row) => string {
  const writers = columns.map(({ name, kind }, index) => ({
    key: `${index > 0 ? "," : "{"}${JSON.stringify(name)}:`,
    write: jsonWriters[kind],
  }));
  return (row) => {
    let text = "";
    writers.forEach(({ key, write }, index) => {
      const value = row[index] ?? "";
      text += key + (value === "" ? "null" : write(value));
    });
    return `${text}}`;
  };
}

const jsonText = (value: string) => JSON.stringify(escaped(value));
/** Reading puts the names into one cell: it is the first of them that could look guarded. */
const jsonNames = (names: string[]) =>
  `[${names.map((name, index) => (index === 0 ? jsonText(name) : JSON.stringify(name))).join(",")}]`;

const jsonWriters: Record<FieldKind, (value: string) => string> = {
  text: jsonText,
  number: (value) => value,
  time: (value) => JSON.stringify(isoTime(value)),
  names: (value) => jsonNames(namesIn(value, "names")),
  choices: (value) => jsonNames(namesIn(value, "choices")),
  // What the column holds is JSON already; only text that looks guarded is touched.
  json: (value) => {
    if (value.startsWith(`"'`)) return jsonText(JSON.parse(value) as string);
    return value.startsWith(`["'`) ? jsonNames((JSON.parse(value) as unknown[]).map(String)) : value;
  },
};
