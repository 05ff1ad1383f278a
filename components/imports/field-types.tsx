import {
  type ColumnMapping,
  type DateOrder,
  type FieldType,
  specialTargetLabels,
  standardFieldLabels,
} from "#server/imports/schema";
import type { Vocabulary } from "./import-wizard.tsx";

export const fieldTypeLabels: Record<FieldType, string> = {
  text: "Text",
  number: "Number",
  date: "Date",
  boolean: "Yes or no",
  select: "One of a few",
  multi_select: "Several of a few",
};

export const dateOrderLabels: Record<DateOrder, string> = {
  iso: "2026-05-31",
  dmy: "31.5.2026 (day first)",
  mdy: "5/31/2026 (month first)",
  ymd: "2026/5/31 (year first)",
};

type CustomFields = Vocabulary["customFields"];

const builtIn: Record<string, string> = {
  ...standardFieldLabels,
  ...specialTargetLabels,
  updated_at: "Last changed",
};

/** The type that a column's values are read as; null when it does not fill a custom field. */
export function typeOfColumn({ target, fieldType }: ColumnMapping, fields: CustomFields): FieldType | null {
  if (!target.startsWith("custom.")) return null;
  return fields.find(({ name }) => target === `custom.${name}`)?.type ?? fieldType ?? "text";
}

/** What people call a field that a column goes to. */
export function labelOfTarget(
  target: string,
  mapping: readonly ColumnMapping[],
  fields: CustomFields,
): string {
  const known = builtIn[target] ?? fields.find(({ name }) => target === `custom.${name}`)?.label;
  const header = mapping.find((column) => column.target === target)?.header;
  return known ?? (header || target.replace(/^custom\./, ""));
}
