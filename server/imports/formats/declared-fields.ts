import { fieldSheet, fieldSheetHeader } from "#server/exports/schema";
import { type ColumnMapping, fieldTypes } from "../schema.ts";
import type { Archive } from "./archive.ts";
import { readSheet } from "./xlsx/sheet.ts";
import type { SharedStrings } from "./xlsx/shared-strings.ts";
import type { Workbook } from "./xlsx/workbook.ts";

/** The type of a field, with its choices where it has some. */
export type DeclaredField = Pick<ColumnMapping, "fieldType" | "choices">;

const fieldsMax = 1000;

/** The custom fields that a workbook of ours declares on a sheet of their own, by their columns; none in any other. */
export async function readDeclaredFields(
  archive: Archive,
  workbook: Workbook,
  strings: SharedStrings,
): Promise<ReadonlyMap<string, DeclaredField>> {
  const declared = new Map<string, DeclaredField>();
  const sheet = workbook.sheets.find(({ name }) => name === fieldSheet);
  if (!sheet || !strings.isWhole) return declared;
  const rows: string[][] = [];
  for await (const ready of readSheet(archive, workbook, { sheet, strings })) {
    rows.push(...ready.map(({ fields }) => fields));
    if (rows.length > fieldsMax) break;
  }
  const [header = [], ...fields] = rows;
  if (header.join() !== fieldSheetHeader.join()) return declared;
  for (const [column = "", , type, , options = ""] of fields) {
    const fieldType = fieldTypes.find((each) => each === type);
    const choices = options.split(", ").filter((option) => option !== "");
    if (fieldType) declared.set(column, { fieldType, ...(choices.length > 0 && { choices }) });
  }
  return declared;
}
