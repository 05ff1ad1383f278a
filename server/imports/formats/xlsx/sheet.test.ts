import { describe, expect, test } from "vitest";
import { openArchive } from "../archive.ts";
import { bufferSource } from "../source.ts";
import { type TestCell, workbook } from "../testing.ts";
import { meaningOf, writeNumber } from "./number-format.ts";
import { SharedStrings } from "./shared-strings.ts";
import { readSheet, type SheetRow } from "./sheet.ts";
import { readWorkbook } from "./workbook.ts";

type Options = Omit<Parameters<typeof workbook>[0], "sheets"> & { memoryChars?: number };

async function read(rows: TestCell[][], { memoryChars, ...options }: Options = {}): Promise<SheetRow[]> {
  const bytes = await workbook({ sheets: [{ name: "People", rows }], ...options });
  return readBytes(bytes, memoryChars);
}

async function readBytes(bytes: Buffer, memoryChars?: number): Promise<SheetRow[]> {
  const archive = await openArchive(bufferSource(bytes), "people.xlsx");
  const book = await readWorkbook(archive);
  const sheet = book.sheets[0];
  if (!sheet) throw new Error("no sheet");
  const strings = await SharedStrings.read(archive, book.sharedStrings, {
    ...(memoryChars !== undefined && { memoryChars }),
  });
  try {
    const all: SheetRow[] = [];
    for await (const ready of readSheet(archive, book, { sheet, strings })) all.push(...ready);
    return all;
  } finally {
    strings.close();
  }
}

const cell = (attributes: string, inside: string): TestCell => ({ attributes, inside });

test("text is read whether it stands in the cell or in a table, with its spaces and special characters", async () => {
  const rows = [
    ["email", "note"],
    ["a@example.com", ' <b> & "c" '],
    ["", "é日"],
  ];
  for (const inline of [true, false]) {
    expect(await read(rows, { inline })).toEqual([
      { line: 1, fields: ["email", "note"] },
      { line: 2, fields: ["a@example.com", ' <b> & "c" '] },
      { line: 3, fields: ["", "é日"] },
    ]);
  }
});

test("each kind of cell gives what a person sees in it", async () => {
  const [row] = await read(
    [
      [
        cell("", "<v>42</v>"),
        cell("", "<v>491701234567</v>"),
        cell("", "<v>4.91701234567E+11</v>"),
        cell("", "<v>1.1000000000000001</v>"),
        cell('t="b"', "<v>1</v>"),
        cell('t="e"', "<v>#N/A</v>"),
        cell('t="str"', "<f>A1</f><v>done</v>"),
        cell('s="1"', "<v>45352</v>"),
        cell('s="2"', "<v>45352.4375</v>"),
        cell('s="3"', "<v>123</v>"),
        cell('t="d"', "<v>2024-03-01T00:00:00</v>"),
        cell('t="inlineStr"', "<is><r><t>ri</t></r><r><rPr><b/></rPr><t>ch</t></r><rPh><t>no</t></rPh></is>"),
        cell('t="inlineStr"', "<is><t>a_x000D_b</t></is>"),
      ],
    ],
    { formats: ["yyyy\\-mm\\-dd", "dd/mm/yyyy hh:mm", "00000"] },
  );
  expect(row?.fields).toEqual([
    "42",
    "491701234567",
    "491701234567",
    "1.1",
    "true",
    "#N/A",
    "done",
    "2024-03-01",
    "2024-03-01T10:30:00",
    "00123",
    "2024-03-01",
    "rich",
    "a\rb",
  ]);
});

describe("formats of numbers", () => {
  test.each([
    ["General", "number"],
    ["0.00", "number"],
    ["#,##0.00 [$€-407]", "number"],
    ['0 "days"', "number"],
    ["0%", "number"],
    ["dd.mm.yyyy", "date"],
    ["[$-409]d-mmm-yy;@", "date"],
    ["mmm", "date"],
    ["h:mm AM/PM", "time"],
    ["[h]:mm:ss", "time"],
    ["mm:ss.0", "time"],
    ["yyyy-mm-dd hh:mm", "dateTime"],
    ["00000", "digits"],
    ["@", "number"],
  ])("%s is a %s", (code, as) => {
    expect(meaningOf(200, code).as).toBe(as);
  });

  test("dates begin in 1900, with the day that never was, or in 1904", () => {
    const date = meaningOf(14, undefined);
    expect(["1", "59", "61", "45352"].map((text) => writeNumber(text, date, false))).toEqual([
      "1900-01-01",
      "1900-02-28",
      "1900-03-01",
      "2024-03-01",
    ]);
    expect(writeNumber("0", date, true)).toBe("1904-01-01");
    expect(writeNumber("0.4375", meaningOf(20, undefined), false)).toBe("10:30:00");
    expect(writeNumber("-5", date, false)).toBe("-5");
    expect(writeNumber("1e9", date, false)).toBe("1000000000");
  });
});

test("strings beyond the bound of memory lie on disk and come back the same", async () => {
  const rows = Array.from({ length: 6000 }, (_, row) => [`p${row}@example.com`, `Name é ${row % 3000}`]);
  const shuffled = rows.map((_, at) => rows[(at * 2711) % rows.length] ?? []);
  expect((await read(shuffled, { memoryChars: 5000 })).map(({ fields }) => fields)).toEqual(shuffled);
});

test("rows keep the numbers of the sheet, and blank ones are left out", async () => {
  expect((await read([["email"], [], ["", " "], ["a@example.com"]])).map(({ line }) => line)).toEqual([1, 4]);
});

test("a damaged workbook is refused with a sentence, wherever the damage is", async () => {
  const bytes = await workbook({
    sheets: [{ name: "P", rows: Array.from({ length: 40 }, (_, n) => [`p${n}@example.com`, "x"]) }],
  });
  const whole = await readBytes(bytes);
  let refusals = 0;
  for (let at = 0; at < bytes.length; at += 7) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x41;
    try {
      expect(await readBytes(damaged)).toEqual(whole);
    } catch (error) {
      expect(error, `byte ${at}`).toMatchObject({ name: "AppError", code: "invalid" });
      refusals += 1;
    }
  }
  expect(refusals).toBeGreaterThan(bytes.length / 28);
});
