import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import type { Column } from "./columns.ts";
import type { Row } from "./rows.ts";
import { readCopy } from "./rows.ts";
import { sheetRows, workbookParts } from "./testing-workbook.ts";
import { xlsxFile } from "./workbook.ts";
import { columnLetters } from "./workbook-xml.ts";

const column = (name: string, kind: Column["kind"]) => ({ name, label: name, kind }) as Column;
const columns = [column("email", "text"), column("lead_score", "number"), column("created_at", "time")];
const takenAt = new Date("2026-11-21T05:38:00Z");

async function* batchesOf(...rows: Row[]): AsyncGenerator<Row[]> {
  for (const row of rows) yield await Promise.resolve([row]);
}

const written = async (rows: Row[], rowsMax?: number) =>
  workbookParts(
    await buffer(
      Readable.from(
        xlsxFile(columns, batchesOf(...rows), {
          sheets: [{ name: "About", header: ["What", "Value"], rows: [["Contacts", 2]] }],
          takenAt,
          ...(rowsMax && { rowsMax }),
        }),
      ),
    ),
  );

test("a workbook keeps its header in sight, filters, and types its numbers", async () => {
  const parts = await written([
    ["a&b@example.com", "7", "2026-11-21 05:38:00+00"],
    ["=1+1\u0001", "007", ""],
  ]);
  const sheet = parts.get("xl/worksheets/sheet1.xml") ?? "";
  expect(sheet).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
  expect(sheet).toContain('<autoFilter ref="A1:C3"/>');
  expect(sheet).toContain('<c r="B2"><v>7</v></c>');
  expect(sheet).not.toContain("<f>");
  expect(sheetRows(sheet)).toEqual([
    ["email", "lead_score", "created_at"],
    ["a&amp;b@example.com", "7", "2026-11-21T05:38:00Z"],
    ["=1+1_x0001_", "007"],
  ]);
  expect(parts.get("xl/workbook.xml")).toMatch(/name="Contacts".*name="About"/);
  expect(parts.get("docProps/core.xml")).toContain("2026-11-21T05:38:00.000Z");
});

test("blanks at either end of a text are kept", async () => {
  const sheet = (await written([[" a", "b\n", "c"]])).get("xl/worksheets/sheet1.xml") ?? "";
  expect(sheet.match(/<t[ >].*?<\/t>/gs)?.slice(3)).toEqual([
    '<t xml:space="preserve"> a</t>',
    '<t xml:space="preserve">b\n</t>',
    "<t>c</t>",
  ]);
});

test("more contacts than a sheet can hold go on in another", async () => {
  const parts = await written(
    [
      ["a", "", ""],
      ["b", "", ""],
      ["c", "", ""],
    ],
    3,
  );
  expect(sheetRows(parts.get("xl/worksheets/sheet1.xml") ?? "")).toHaveLength(3);
  expect(sheetRows(parts.get("xl/worksheets/sheet2.xml") ?? "").at(-1)).toEqual(["c"]);
  expect(parts.get("xl/workbook.xml")).toMatch(/name="Contacts".*name="Contacts 2".*name="About"/);
});

test("a source that breaks off breaks the workbook off", async () => {
  async function* broken(): AsyncGenerator<Row[]> {
    yield await Promise.resolve([["a", "", ""]]);
    throw new Error("the database went away");
  }
  await expect(buffer(Readable.from(xlsxFile(columns, broken(), { sheets: [], takenAt })))).rejects.toThrow(
    "the database went away",
  );
});

test("columns are lettered as spreadsheets do", () => {
  expect([0, 25, 26, 701, 702].map(columnLetters)).toEqual(["A", "Z", "AA", "ZZ", "AAA"]);
});

test("rows of a copy are read wherever its pieces are cut", async () => {
  const bytes = Buffer.from("a\tZoë\\tB\\\\\\n\t\n👩\t\\\\N\tx\n");
  for (let cut = 0; cut <= bytes.length; cut++) {
    const rows: Row[] = [];
    const pieces = Readable.from(
      [bytes.subarray(0, cut), bytes.subarray(cut)].filter((piece) => piece.length > 0),
    );
    for await (const batch of readCopy(pieces)) rows.push(...batch);
    expect(rows).toEqual([
      ["a", "Zoë\tB\\\n", ""],
      ["👩", "\\N", "x"],
    ]);
  }
});
