import { unguarded } from "#server/exports/guard";
import { readRecords } from "#server/imports/csv";
import type { fileColumns } from "./schema.ts";

/** A record of a suppression list that was downloaded, as it stands there; "" where a column is blank or gone. */
export type FileRow = Record<(typeof fileColumns)[number], string>;
/** A record that cannot be read, with its sentence. */
type Unreadable = { email: string; problem: string };

const delimiters = [",", ";", "\t"];

/** Reads the head of a downloaded list and records of it, in whichever order and by whichever sign a spreadsheet saved them. */
export function readOwnFile(file: string): { rows: FileRow[]; unreadable: Unreadable[] } {
  const head = /^[^\r\n]*/.exec(file)?.[0] ?? "";
  const delimiter = delimiters.find((sign) => head.includes(sign)) ?? ",";
  const binary = Buffer.from(file).toString("latin1");
  const { records } = readRecords(binary, { delimiter, newline: "\n" }, { line: 1, final: true });
  const names = records[0]?.fields?.map((name) => name.replace("\ufeff", "").trim().toLowerCase()) ?? [];
  const rows: FileRow[] = [];
  const unreadable: Unreadable[] = [];
  for (const { fields, problem } of records.slice(1)) {
    if (problem) {
      unreadable.push({ email: problem.text, problem: problem.message });
      continue;
    }
    const cell = (name: string) => unguarded((fields[names.indexOf(name)] ?? "").trim());
    rows.push({
      email: cell("email"),
      scope: cell("scope"),
      reason: cell("reason"),
      source: cell("source"),
      added_at: cell("added_at"),
    });
  }
  return { rows, unreadable };
}
