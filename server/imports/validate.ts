import { disposableEmailBlocklistSet } from "disposable-email-domains-js";
import { cleaned, readEmail } from "#server/contacts/address";
import type { CustomValue } from "#server/custom-fields/values";
import { unguarded } from "#server/exports/guard";
import { splitNames } from "#server/exports/names";
import type { CsvRecord } from "./csv.ts";
import { type CellReader, cellReader, plainReading, type RowReading } from "./reading.ts";
import { isRoleAccount } from "./role-accounts.ts";
import { type ColumnMapping, listNameMax, restPrefix, type StandardField, valueLengthMax } from "./schema.ts";
import type { Remark } from "./values.ts";

export type { RowReading } from "./reading.ts";

/** A remark about a value of a row. `value` is what was found, shortened. */
export type RowWarning = { field: string; value: string; code: string; message: string };
/** Why a row cannot be imported. */
export type RowProblem = RowWarning & { row: number; line: number };

/** A row that can be imported. Blank values are left out, and so are defaults: no score, stage new, status active. */
export type Candidate = {
  row: number;
  line: number;
  email: string;
  emailNormalized: string;
  values: Partial<Record<StandardField | "lead_score" | "lifecycle_stage" | "status", string>>;
  custom: Record<string, Exclude<CustomValue, null>>;
  tags: string[];
  /** Names of lists as they stand there. */
  lists: string[];
  /** Statuses other than active that earlier rows of the file gave this person: they hold, whatever comes later. */
  stops?: readonly string[];
  /** When the row was last changed, as it says itself: ISO 8601 in UTC. */
  changedAt?: string;
  warnings: RowWarning[];
  /** The cells as they stand in the file. */
  raw: readonly string[];
};

type Column = {
  column: number;
  header: string;
  target: string;
  custom: string | null;
  read: CellReader | null;
};
type Row = Pick<Candidate, "values" | "custom" | "tags" | "lists" | "changedAt" | "warnings">;
// Asked for each time, the library would build its set anew.
const throwAwayDomains = disposableEmailBlocklistSet();
const defaults: Record<string, string> = { lead_score: "0", lifecycle_stage: "new", status: "active" };

/**
 * Reads rows of one mapping. `width` is the number of columns of the header. In text every row is written out to it, so
 * that one with fewer values has lost a delimiter, or its end; what JSON and workbooks leave out is blank.
 */
export function rowReader(
  mapping: readonly ColumnMapping[],
  width: number,
  reading: RowReading = plainReading,
  writtenOut = true,
) {
  const columns = mapping
    .filter(({ target }) => target !== "ignore")
    .map((each): Column => {
      const { column, header, target } = each;
      const custom = target.startsWith("custom.") ? target.slice("custom.".length) : null;
      return { column, header, target, custom, read: cellReader(each, reading) };
    });
  const emailHeader = mapping.find(({ target }) => target === "email")?.header ?? "email";
  const rests = mapping.filter(({ header, target }) => target === "ignore" && header.startsWith(restPrefix));
  const named = width - mapping.filter(({ header }) => header.startsWith(restPrefix)).length;
  const required = columns.filter(({ custom }) => custom && reading.fields.get(custom)?.required);

  return (record: CsvRecord, row: number): Candidate | RowProblem => {
    const { line } = record;
    const problem = (field: string, value: string, { code, message }: Remark): RowProblem => ({
      row,
      line,
      field,
      value: value.slice(0, 200),
      code,
      message,
    });
    if (record.problem) return problem("", record.problem.text, record.problem);
    const { fields } = record;
    if (fields.length > width && fields.slice(width).some((extra) => extra.trim() !== ""))
      return problem("", shown(fields.slice(width)), tooMany(fields.length, width));
    const left = rests.find(({ column }) => (fields[column] ?? "").trim() !== "");
    if (left) return problem(left.header, fields[left.column] ?? "", leftOver(left.header));
    for (const { column, header } of mapping)
      if (spoiled(fields[column] ?? "")) return problem(header, fields[column] ?? "", damaged);

    const read: Row = { values: {}, custom: {}, tags: [], lists: [], warnings: [] };
    if (writtenOut && fields.length < named)
      read.warnings.push({ field: "", value: shown(fields), ...tooFew(fields.length, named) });
    for (const each of columns) {
      const cell = cellOf(fields[each.column]);
      if (cell === "") continue;
      const wrong = cell.length > valueLengthMax ? tooLong(cell.length) : takeCell(read, each, cell, reading);
      if (wrong) return problem(each.header, cell, wrong);
    }
    const address = readEmail(read.values.email ?? "");
    if ("problem" in address)
      return problem(emailHeader, read.values.email ?? "", { code: address.code, message: address.problem });
    for (const { custom, header } of required)
      if (custom && !(custom in read.custom)) return problem(header, "", missing(header));
    const domain = address.normalized.slice(address.normalized.lastIndexOf("@") + 1);
    if (throwAwayDomains.has(domain))
      read.warnings.push({ field: emailHeader, value: address.email, ...disposable(domain) });
    if (isRoleAccount(address.normalized))
      read.warnings.push({ field: emailHeader, value: address.email, ...roleAccount(address.email) });
    return { row, line, email: address.email, emailNormalized: address.normalized, ...read, raw: fields };
  };
}

/** Puts the value of a cell where it goes, or says what is wrong with it. */
function takeCell(
  row: Row,
  { target, custom, header, read }: Column,
  cell: string,
  { segments }: RowReading,
): Remark | null {
  if (target === "tags") {
    row.tags = readTags(cell);
    return null;
  }
  if (target === "lists") {
    for (const name of readLists(cell))
      if (segments.has(name.toLowerCase()))
        row.warnings.push({ field: header, value: name, ...isSegment(name) });
      else row.lists.push(name);
    return null;
  }
  const result = read ? read(cell) : { value: cell };
  if ("problem" in result) return result.problem;
  const { value } = result;
  if (result.warning) row.warnings.push({ field: header, value: cell.slice(0, 200), ...result.warning });
  if (custom !== null) {
    if (value !== null && !(Array.isArray(value) && value.length === 0)) row.custom[custom] = value;
  } else if (target === "updated_at") row.changedAt = String(value);
  else if (defaults[target] !== value) row.values[target as keyof Row["values"]] = String(value);
  return null;
}

export const isCandidate = (read: Candidate | RowProblem): read is Candidate => "emailNormalized" in read;

const tooMany = (found: number, width: number): Remark => ({
  code: "too_many_values",
  message: `This row has ${found} values, the header has ${width} columns. Put values that hold the delimiter in quotation marks.`,
});
const tooFew = (found: number, width: number): Remark => ({
  code: "too_few_values",
  message: `This row has ${found} ${found === 1 ? "value" : "values"}, the header has ${width} columns: a delimiter or the end of the row may be lost. What is missing counts as blank; see whether the others stand in their columns.`,
});
const leftOver = (header: string): Remark => ({
  code: "values_left_over",
  message: `"${header}" holds what belongs to no column. Put it where it belongs, then clear it here.`,
});
const tooLong = (length: number): Remark => ({
  code: "too_long",
  message: `This value has ${length} characters; ${valueLengthMax} are allowed. Shorten it.`,
});
const damaged: Remark = {
  code: "bad_characters",
  message:
    "This value holds characters that were damaged on the way (not valid UTF-8). Correct them and import the row again.",
};
const missing = (header: string): Remark => ({
  code: "required_missing",
  message: `"${header}" is a required field, and blank here. Fill it in.`,
});
const roleAccount = (email: string): Remark => ({
  code: "role_account",
  message: `${email} looks like the address of a task, not of a person: such mail is reported as spam more often.`,
});
const isSegment = (name: string): Remark => ({
  code: "list_is_segment",
  message: `"${name}" is a segment here, and its rules decide who is in it: nobody is put into it by a file.`,
});
const disposable = (domain: string): Remark => ({
  code: "disposable",
  message: `${domain} gives out throw-away addresses: mail to them is hardly ever read.`,
});

/** Zero bytes cannot be stored; U+FFFD is what a decoder leaves of bytes that are not UTF-8. */
const spoiled = (value: string) =>
  value.includes("\u0000") || value.includes("\ufffd") || !value.isWellFormed();

const shown = (fields: readonly string[]) => fields.join(" | ").slice(0, 200);

/** A cell without white space at its ends, and without the apostrophe that files of ours put before a formula. */
const cellOf = (cell: string | undefined) => unguarded(cleaned(cell ?? ""));

/** Names of lists of one cell, as they stand there, each once. */
export function readLists(cell: string): string[] {
  const names = splitNames(cell).map((name) => cleaned(name).slice(0, listNameMax));
  return [...new Set(names.filter((name) => name !== ""))];
}

/** Tags of one cell, split at commas, semicolons and bars, lower-case, each once. */
export function readTags(cell: string): string[] {
  const names = splitNames(cell).map((name) => cleaned(name).toLowerCase().slice(0, 60));
  return [...new Set(names.filter((name) => name !== ""))];
}
