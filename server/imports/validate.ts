import { cleaned, readEmail } from "#server/contacts/address";
import { unguarded } from "#server/exports/guard";
import { splitNames } from "#server/exports/names";
import type { CsvRecord } from "./csv.ts";
import { type ColumnMapping, type StandardField, standardFields, valueLengthMax } from "./schema.ts";

/** Why a row, or a value of it, cannot be imported. `value` is what was found, shortened. */
export type RowProblem = {
  row: number;
  line: number;
  field: string;
  value: string;
  code: string;
  message: string;
};

/** A row that can be imported. Blank values are left out. */
export type Candidate = {
  row: number;
  line: number;
  email: string;
  emailNormalized: string;
  values: Partial<Record<StandardField, string>>;
  custom: Record<string, string>;
  tags: string[];
};

/** Reads rows of one mapping. `width` is the number of columns of the header. */
export function rowReader(mapping: readonly ColumnMapping[], width: number) {
  const standard = mapping.filter(({ target }) => (standardFields as readonly string[]).includes(target));
  const custom = mapping.filter(({ target }) => target.startsWith("custom."));
  const tags = mapping.find(({ target }) => target === "tags");

  return (record: CsvRecord, row: number): Candidate | RowProblem => {
    const problem = (field: string, value: string, code: string, message: string): RowProblem => ({
      row,
      line: record.line,
      field,
      value: value.slice(0, 200),
      code,
      message,
    });
    if (record.problem) return problem("", record.problem.text, record.problem.code, record.problem.message);
    const { fields } = record;
    if (fields.length > width && fields.slice(width).some((extra) => extra.trim() !== "")) {
      return problem("", fields.slice(width).join(" | "), "too_many_values", tooMany(fields.length, width));
    }
    const broken = mapping.find(({ column }) => spoiled(fields[column] ?? ""));
    if (broken)
      return problem(
        broken.header,
        fields[broken.column] ?? "",
        "bad_characters",
        "This value holds characters that were damaged on the way (not valid UTF-8). Correct them and import the row again.",
      );

    const values: Candidate["values"] = {};
    for (const { column, header, target } of standard) {
      const value = cellOf(fields[column]);
      if (value.length > valueLengthMax) return problem(header, value, "too_long", tooLong(value.length));
      if (value !== "") values[target as StandardField] = value;
    }
    const address = readEmail(values.email ?? "");
    if ("problem" in address) return problem("email", values.email ?? "", address.code, address.problem);

    const extra: Candidate["custom"] = {};
    for (const { column, header, target } of custom) {
      const value = cellOf(fields[column]);
      if (value.length > valueLengthMax) return problem(header, value, "too_long", tooLong(value.length));
      if (value !== "") extra[target.slice("custom.".length)] = value;
    }
    return {
      row,
      line: record.line,
      email: address.email,
      emailNormalized: address.normalized,
      values,
      custom: extra,
      tags: tags ? readTags(fields[tags.column] ?? "") : [],
    };
  };
}

export const isCandidate = (read: Candidate | RowProblem): read is Candidate => "emailNormalized" in read;

const tooMany = (found: number, width: number) =>
  `This row has ${found} values, the header has ${width} columns. Put values that hold the delimiter in quotation marks.`;
const tooLong = (length: number) =>
  `This value has ${length} characters; ${valueLengthMax} are allowed. Shorten it.`;

/** Zero bytes cannot be stored; U+FFFD is what a decoder leaves of bytes that are not UTF-8. */
const spoiled = (value: string) => value.includes("\u0000") || value.includes("\ufffd");

/** A cell without white space at its ends, and without the apostrophe that files of ours put before a formula. */
const cellOf = (cell: string | undefined) => unguarded(cleaned(cell ?? ""));

/** Tags of one cell, split at commas, semicolons and bars, lower-case, each once. */
export function readTags(cell: string): string[] {
  const names = splitNames(cell).map((name) => cleaned(name).toLowerCase().slice(0, 60));
  return [...new Set(names.filter((name) => name !== ""))];
}
