import { columnsMax, remarkPrefix, restColumnsMax, restPrefix } from "../schema.ts";
import { refused } from "./refusal.ts";
import type { Note } from "./schema.ts";

/** Zero bytes cannot be stored in a name, nor can half of a character. */
export const storable = (name: string): string => name.replaceAll("\u0000", "\ufffd").toWellFormed();

/** A row as it was read: where it stands, and its cells. */
export type SampleRow = { line: number; fields: string[] };

export const looksLikeAddress = (value: string): boolean => /^\s*[^\s@]+@[^\s@]+\.[^\s@]+\s*$/.test(value);

/**
 * Names for the columns of a file: those of its header line, told apart where two are the same; "Column 3" where there
 * is none. `header` is null when the first line is a contact already.
 */
export function nameColumns(
  header: readonly string[] | null,
  rows: readonly SampleRow[],
): { headers: string[]; notes: Note[] } {
  const width = header ? header.length : Math.max(1, ...rows.map(({ fields }) => fields.length));
  const remarks = header?.filter((name) => name.trim().startsWith(remarkPrefix)) ?? [];
  if (width - remarks.length > columnsMax || remarks.length > restColumnsMax + 2) {
    throw refused(
      `This file has ${width} columns; ${columnsMax} are the most. Remove those you do not need.`,
    );
  }
  const notes: Note[] = [];
  const taken = new Set<string>();
  const headers = Array.from({ length: width }, (_, column) => {
    const given = storable(header?.[column]?.trim() ?? "");
    const base = given === "" ? `Column ${column + 1}` : given;
    let name = base;
    for (let count = 2; taken.has(name.toLowerCase()); count++) name = `${base} (${count})`;
    taken.add(name.toLowerCase());
    if (header && given === "" && rows.some(({ fields }) => (fields[column] ?? "").trim() !== "")) {
      const message = `Column ${column + 1} has values and no name; here it is called "${name}".`;
      notes.push({ code: "empty_header", column, message });
    } else if (name !== base) {
      const message = `More than one column is called "${base}"; this one is called "${name}" here.`;
      notes.push({ code: "duplicate_header", column, message });
    }
    return name;
  });
  return { headers, notes };
}

/** What stands out in the first rows: cells a spreadsheet would run, and rows shorter or longer than the header. */
export function noteRows(headers: readonly string[], rows: readonly SampleRow[]): Note[] {
  const notes: Note[] = [];
  for (const [column, header] of headers.entries()) {
    const cells = rows.filter(({ fields }) => looksLikeFormula(fields[column] ?? ""));
    const [first] = cells;
    if (!first) continue;
    const example = (first.fields[column] ?? "").slice(0, 40);
    const more = cells.length > 1 ? ` (and ${cells.length - 1} more in the first rows)` : "";
    const message = `"${example}" in line ${first.line}, column "${header}"${more}, looks like a formula. It is imported as text and never run.`;
    notes.push({ code: "formula_cells", column, message });
  }
  const width = headers.filter((header) => !header.startsWith(restPrefix)).length;
  const short = rows.filter(({ fields }) => fields.length < width);
  if (short[0]) {
    const message = `${aRow(short)} fewer values than there are columns (${short[0].fields.length} instead of ${headers.length}); the missing ones count as blank.`;
    notes.push({ code: "short_rows", message });
  }
  const long = rows.filter(({ fields }) => fields.slice(headers.length).some((value) => value.trim() !== ""));
  if (long[0]) {
    const message = `${aRow(long)} more values than there are columns (${long[0].fields.length} instead of ${headers.length}); such rows are reported and not imported.`;
    notes.push({ code: "long_rows", message });
  }
  return notes;
}

const aRow = (rows: readonly SampleRow[]) =>
  rows.length === 1 ? `Line ${rows[0]?.line} has` : `Line ${rows[0]?.line} and ${rows.length - 1} more have`;

const looksLikeFormula = (value: string) =>
  /^=.|^@[A-Za-z]+\(|^[+-](?=.*[A-Za-z(])(?![\d\s().-]*$)/.test(value.trim());

/** Throws a refusal unless some column can hold addresses. */
export function mustHaveAddresses(
  headers: readonly string[],
  rows: readonly SampleRow[],
  known: boolean,
): void {
  if (known || rows.slice(0, 200).some(({ fields }) => fields.some((value) => value.includes("@")))) return;
  const names = headers.slice(0, 8).map((name) => `"${name}"`);
  throw refused(
    `This file has no column with email addresses: its columns are ${names.join(", ")}${headers.length > 8 ? " …" : ""}. Every contact needs an address.`,
  );
}
