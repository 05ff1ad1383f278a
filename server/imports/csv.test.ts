import fc from "fast-check";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import { csvField, csvLine, type Dialect, readRecords } from "./csv.ts";

const comma: Dialect = { delimiter: ",", newline: "\n" };
const binary = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const read = (text: string, dialect = comma) =>
  readRecords(binary(text), dialect, { line: 1, final: true }).records;
const fieldsOf = (text: string, dialect = comma) => read(text, dialect).map((record) => record.fields);

describe("the spectrum of CSV files", () => {
  const folder = path.resolve(import.meta.dirname, "../../../shared/data/csv");
  const names = existsSync(folder) ? readdirSync(path.join(folder, "csvs")) : [];
  test.skipIf(names.length > 0)("is not on this machine: the samples are skipped", () => undefined);
  test.each(names)("%s is read as its JSON says", (name) => {
    const rows = fieldsOf(readFileSync(path.join(folder, "csvs", name), "utf8"));
    const [header = [], ...body] = rows;
    const objects = body.map((row) => Object.fromEntries((header ?? []).map((key, at) => [key, row?.[at]])));
    expect(objects).toEqual(
      JSON.parse(readFileSync(path.join(folder, "json", name.replace(".csv", ".json")), "utf8")),
    );
  });
});

const field = fc.string({
  unit: fc.constantFrom("a", "é", "日", '"', ",", ";", "\n", "\r\n", " ", "'", "0"),
  maxLength: 6,
});
const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 12 });
const written = (rows: string[][]) =>
  rows.map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(",")).join("\n");

test("well-formed files are read as a reference parser reads them", () => {
  fc.assert(
    fc.property(table, (rows) => {
      const text = written(rows);
      const reference = Papa.parse<string[]>(text, { header: false, delimiter: ",", newline: "\n" }).data;
      expect(fieldsOf(text)).toEqual(reference.filter((row) => row.some((value) => value.trim() !== "")));
    }),
    { numRuns: 200 },
  );
});

test("a file read in pieces gives the records, lines and positions of the whole", () => {
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 40 }), fc.boolean(), (rows, size, crlf) => {
      const text = crlf ? written(rows).replaceAll("\n", "\r\n") : written(rows);
      const bytes = Buffer.from(text, "utf8");
      const records = [];
      let at = 0;
      let line = 1;
      // A real piece is longer than any record; here it grows until it holds one.
      for (let length = size; at < bytes.length;) {
        const final = at + length >= bytes.length;
        const piece = readRecords(bytes.toString("latin1", at, at + length), comma, { line, final });
        records.push(...piece.records);
        at += piece.consumed;
        line = piece.line;
        length = piece.consumed > 0 ? size : length + size;
      }
      expect(records).toEqual(read(text));
    }),
    { numRuns: 200 },
  );
});

test("any text at all is read to its end, whatever its quotes", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", '"', ",", "\n", "\r"), maxLength: 60 }), (text) => {
      expect(readRecords(text, comma, { line: 1, final: true }).consumed).toBe(text.length);
    }),
    { numRuns: 500 },
  );
});

test("a quote that never closes costs its line, not the rest of the file", () => {
  expect(read('a,b\n"open,1\nx,2\ny,3\n')).toEqual([
    { line: 1, fields: ["a", "b"] },
    {
      line: 2,
      problem: {
        code: "quote_unclosed",
        text: '"open,1',
        message: expect.stringMatching(/never closes/) as string,
      },
    },
    { line: 3, fields: ["x", "2"] },
    { line: 4, fields: ["y", "3"] },
  ]);
});

test("text behind a closing quote costs its line", () => {
  expect(read('a,b\n"x"y,1\nz,2')).toEqual([
    { line: 1, fields: ["a", "b"] },
    {
      line: 2,
      problem: {
        code: "quote_stray",
        text: '"x"y,1',
        message: expect.stringMatching(/behind the closing/) as string,
      },
    },
    { line: 3, fields: ["z", "2"] },
  ]);
});

test("lines are counted through line breaks inside values", () => {
  expect(read('a,b\n"one\ntwo",1\n\nlast,2').map((record) => record.line)).toEqual([1, 2, 5]);
});

test("semicolons, tabs and lone carriage returns divide as they are told to", () => {
  expect(fieldsOf("a;b\r\n1;2,5\r\n", { delimiter: ";", newline: "\n" })).toEqual([
    ["a", "b"],
    ["1", "2,5"],
  ]);
  expect(fieldsOf('a\t"b"\r1\t2', { delimiter: "\t", newline: "\r" })).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
});

test("any delimiter of one to three characters divides, and any quote or none holds values together", () => {
  expect(fieldsOf('a|b\n"x|y"|2', { delimiter: "|", newline: "\n" })).toEqual([
    ["a", "b"],
    ["x|y", "2"],
  ]);
  expect(fieldsOf('a§b\n"x§y"§"é"\n', { delimiter: "§", newline: "\n" })).toEqual([
    ["a", "b"],
    ["x§y", "é"],
  ]);
  expect(fieldsOf('a~|~b\n"1"~|~2\r\n', { delimiter: "~|~", newline: "\n" })).toEqual([
    ["a", "b"],
    ["1", "2"],
  ]);
  expect(fieldsOf(`a,b\n'x,y',it''s "me"\n'it''s',3`, { delimiter: ",", quote: "'", newline: "\n" })).toEqual(
    [
      ["a", "b"],
      ["x,y", `it''s "me"`],
      ["it's", "3"],
    ],
  );
  expect(fieldsOf('a,b\n5" pipe,"x\n', { delimiter: ",", quote: "", newline: "\n" })).toEqual([
    ["a", "b"],
    ['5" pipe', '"x'],
  ]);
});

test("a value that a spreadsheet would run is written as text, and a phone number stays one", () => {
  expect(
    ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1"].map((value) => csvField(value)[0]),
  ).toEqual(["'", "'", "'", "'", '"']);
  expect(csvField("+49 (30) 123-456")).toBe("+49 (30) 123-456");
  expect(csvField("-5")).toBe("-5");
  expect(csvLine(["a,b", 'say "hi"', null, 7])).toBe('"a,b","say ""hi""",,7\r\n');
});
