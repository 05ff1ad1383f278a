import type { Archive } from "./archive.ts";
import { readDeclaredFields } from "./declared-fields.ts";
import { looksLikeAddress, mustHaveAddresses, nameColumns, noteRows, type SampleRow } from "./headers.ts";
import { type Finding, sampleRowsMax } from "./look.ts";
import { refused } from "./refusal.ts";
import type { FormatChoice } from "./schema.ts";
import { knowsAddressColumn } from "../mapping.ts";
import { readSheet } from "./xlsx/sheet.ts";
import { SharedStrings } from "./xlsx/shared-strings.ts";
import { readWorkbook, type Sheet, type Workbook } from "./xlsx/workbook.ts";

/** Strings read for a look: rows refer to them in the order in which they came up, so the first rows need the first. */
const stringsOfLook = 200_000;

/** What the first rows of a workbook say: of the sheet that was chosen, or the first that is not hidden and not empty. */
export async function lookAtWorkbook(archive: Archive, choice: FormatChoice): Promise<Finding> {
  const workbook = await readWorkbook(archive);
  const strings = await SharedStrings.read(archive, workbook.sharedStrings, { count: stringsOfLook });
  try {
    const { sheet, rows: all } = await firstRows(archive, workbook, strings, choice);
    const [first] = all;
    if (!first)
      throw refused(`The sheet "${sheet.name}" is empty. It needs a header row and at least one contact.`);
    const hasHeader = choice.header ?? !first.fields.some(looksLikeAddress);
    const rows = hasHeader ? all.slice(1) : all;
    if (rows.length === 0)
      throw refused(
        `The sheet "${sheet.name}" has a header row and nothing below it. Add at least one contact.`,
      );
    const { headers, notes } = nameColumns(hasHeader ? widened(first.fields, rows) : null, rows);
    mustHaveAddresses(headers, rows, knowsAddressColumn(headers));
    return {
      format: {
        kind: "xlsx",
        delimiter: ",",
        newline: "\n",
        header: hasHeader,
        headers,
        sheet: sheet.name,
        dataAt: { offset: 0, line: 1, row: 0 },
      },
      rows,
      declared: await readDeclaredFields(archive, workbook, strings),
      // A sheet leaves out cells at the end of a row that are blank.
      notes: [...notes, ...noteRows(headers, rows).filter(({ code }) => code !== "short_rows")],
      sheets: workbook.sheets.map(({ name, hidden }) => ({ name, hidden })),
    };
  } finally {
    strings.close();
  }
}

async function firstRows(
  archive: Archive,
  workbook: Workbook,
  strings: SharedStrings,
  choice: FormatChoice,
): Promise<{ sheet: Sheet; rows: SampleRow[] }> {
  let best: { sheet: Sheet; rows: SampleRow[] } | undefined;
  for (const sheet of candidates(workbook, choice)) {
    const rows: SampleRow[] = [];
    for await (const ready of readSheet(archive, workbook, { sheet, strings })) {
      rows.push(...ready);
      if (rows.length > sampleRowsMax) break;
    }
    if (rows.length > 1) return { sheet, rows: rows.slice(0, sampleRowsMax) };
    best ??= { sheet, rows };
  }
  if (!best)
    throw refused(`There is no sheet "${choice.sheet}" in this workbook. Choose one of those that are.`);
  return best;
}

/** A header row as wide as the rows below it: in a sheet, columns without a name are columns all the same. */
const widened = (header: string[], rows: readonly SampleRow[]) =>
  Array.from(
    { length: Math.max(header.length, ...rows.map(({ fields }) => fields.length)) },
    (_, column) => header[column] ?? "",
  );

function candidates({ sheets }: Workbook, choice: FormatChoice): Sheet[] {
  if (choice.sheet !== undefined) return sheets.filter(({ name }) => name === choice.sheet);
  return [...sheets.filter(({ hidden }) => !hidden), ...sheets.filter(({ hidden }) => hidden)];
}
