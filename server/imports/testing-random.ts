import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { workbook } from "./formats/testing.ts";
import { duplicateStrategies, importOptions, type MergeRule, rulesFor } from "./schema.ts";

/*
 * Files, options and hands that chance makes, for the test that an undo is exact.
 */

export const people = 8;
export const address = (who: number) => `p${who}@example.com`;

/** Columns beside the address, each with what may stand in it; all but the first ones go to custom fields. */
const columns = {
  first_name: ["", "Ada", "Zoë", '"Q"', "back\\slash"],
  company: ["", "Acme, Inc.", "Line\nbreak", "x\ty"],
  phone: ["", "+4930123456", "call me"],
  lead_score: ["", "0", "40", "90", "900"],
  lifecycle_stage: ["", "customer", "new"],
  status: ["", "active", "unsubscribed", "bounced", "complained"],
  tags: ["", "vip", "vip;new", "NEW, other"],
  lists: ["", "Old", "Fair; Old", "Trade"],
  updated_at: ["", "2020-01-01", "2040-01-01"],
  plan: ["", "pro", "007"],
  points: ["", "1", "2.50", "-3"],
  since: ["", "2026-01-31", "2025-02-28"],
  friendly: ["", "yes", "no"],
  level: ["", "Gold", "silver", "tin"],
  colours: ["", "red", "Blue;red", "green"],
};
export type Column = keyof typeof columns;
const named = Object.keys(columns) as Column[];
/** Fields that are there before any import, with their choices. */
export const levels = { level: ["Gold", "Silver"], colours: ["Red", "Blue", "Green"] };

type Line = { who: number } & Record<Column, string>;
const cells = Object.fromEntries(named.map((name) => [name, fc.constantFrom(...columns[name])])) as Record<
  Column,
  fc.Arbitrary<string>
>;
const line: fc.Arbitrary<Line> = fc.record({ who: fc.nat(people), ...cells });

const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
const separated = (table: string[][], delimiter: string, newline = "\n") =>
  table.map((row) => row.map(quoted).join(delimiter) + newline).join("");
const objects = ([header = [], ...rows]: string[][]) =>
  rows.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at] ?? ""])));

export const writers: Record<string, (table: string[][]) => Buffer | Promise<Buffer>> = {
  "people.csv": (table) => Buffer.from(separated(table, ",")),
  "semicolons.csv": (table) => Buffer.from(`\ufeff${separated(table, ";", "\r\n")}`),
  "people.tsv": (table) => Buffer.from(separated(table, "\t")),
  "utf16.txt": (table) => Buffer.from(`\ufeff${separated(table, "\t", "\r\n")}`, "utf16le"),
  "people.csv.gz": (table) => gzipSync(separated(table, ",")),
  "people.json": (table) => Buffer.from(JSON.stringify(objects(table))),
  "people.ndjson": (table) =>
    Buffer.from(
      objects(table)
        .map((item) => JSON.stringify(item))
        .join("\n"),
    ),
  "people.xlsx": (table) => workbook({ sheets: [{ name: "People", rows: table }] }),
};

/** A column of stages tells that a file is one of ours, and what its statuses and lists are. */
const ofOurs = (chosen: Column[]): Column[] =>
  chosen.includes("status") || chosen.includes("lists")
    ? named.filter((name) => name === "lifecycle_stage" || chosen.includes(name))
    : chosen;

/** A file of up to twelve rows: its columns, its rows, and the form it comes in. Address 8 is none. */
export const randomFile = fc.record({
  form: fc.constantFrom(...Object.keys(writers)),
  columns: fc.subarray(named).map(ofOurs),
  lines: fc.array(line, { minLength: 1, maxLength: 12 }),
});
export type RandomFile = typeof randomFile extends fc.Arbitrary<infer File> ? File : never;

export function contentOf({ form, columns: chosen, lines }: RandomFile): Buffer | Promise<Buffer> {
  const rows = lines.map((each) => [
    each.who === people ? "nobody" : address(each.who),
    ...chosen.map((name) => each[name]),
  ]);
  return (writers[form] ?? contentOf.missing)([["email", ...chosen], ...rows]);
}
contentOf.missing = (): never => {
  throw new Error("There is no such form of a file.");
};

const rule = (target: string, type?: Parameters<typeof rulesFor>[1]) =>
  fc.constantFrom<MergeRule>(...rulesFor(target, type));
const rules = fc.record({
  first_name: rule("first_name"),
  company: rule("company"),
  lead_score: rule("lead_score"),
  status: rule("status"),
  tags: rule("tags"),
  "custom.plan": rule("custom.plan"),
  "custom.points": rule("custom.points", "number"),
  "custom.colours": rule("custom.colours", "multi_select"),
});

export const randomOptions = fc.record({
  duplicates: fc.constantFrom(...duplicateStrategies),
  rules,
  tags: fc.constantFrom<string[]>([], ["spring"], ["vip", "spring"]),
  newList: fc.constantFrom(null, "New"),
  consent: fc.constantFrom(null, importOptions.shape.consent.parse({ basis: "consent", source: "A fair" })),
});

/** What a hand does to a contact. No file holds the same values, so that whose a value is can be told. */
export const hand = fc.record({
  /** Slices of the import before it; -1 is between the import and its undo. */
  when: fc.integer({ min: -1, max: 4 }),
  who: fc.nat(people - 1),
  /** Whom it is merged with, or whose address it is given. */
  other: fc.nat(people - 1),
  act: fc.constantFrom(
    ...(["first_name", "company", "plan", "email", "tag", "untag", "list", "unlist"] as const),
    ...(["delete", "unsubscribe", "archive", "restore", "merge", "correct"] as const),
  ),
});
export type Hand = typeof hand extends fc.Arbitrary<infer One> ? One : never;
