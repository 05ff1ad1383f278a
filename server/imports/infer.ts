import type { ColumnMapping } from "./schema.ts";

/** Values from which a type is taken; fewer say too little to bind a field to it. */
const valuesMin = 3;

type Inferred = Pick<ColumnMapping, "fieldType" | "dateOrder">;

const words = new Set(["true", "false", "yes", "no", "y", "n"]);
const isNumber = (value: string) => /^-?(0|[1-9]\d{0,14})([.]\d+)?$/.test(value);
const iso = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}.*)?$/;
const parts = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;

/** Columns whose digits are names and not amounts: a postal code without a leading zero is one all the same. */
const naming =
  /zip|postal|post.?code|plz|phone|fax|mobile|cell|tel$|(^|[^a-z])(id|no|nr|code|key|ref)$|number|account|vat|iban|sku/i;

/**
 * The type of a new field by the values of its column, all of which must fit. Numbers with leading zeros are names, as
 * postal codes are. Dates of which neither part tells the day from the month stay text: a person must say.
 */
export function inferColumn(header: string, values: readonly string[]): Inferred {
  if (values.length < valuesMin || naming.test(header)) return { fieldType: "text" };
  if (values.every((value) => words.has(value.toLowerCase()))) return { fieldType: "boolean" };
  if (values.every(isNumber)) return { fieldType: "number" };
  if (values.every((value) => iso.test(value))) return { fieldType: "date", dateOrder: "iso" };
  const dates = values.map((value) => parts.exec(value));
  if (!dates.every((date) => date !== null)) return { fieldType: "text" };
  const first = Math.max(...dates.map((date) => Number(date[1])));
  const second = Math.max(...dates.map((date) => Number(date[2])));
  if (first > 12 && first <= 31 && second <= 12) return { fieldType: "date", dateOrder: "dmy" };
  if (second > 12 && second <= 31 && first <= 12) return { fieldType: "date", dateOrder: "mdy" };
  // With dots between them, the day comes first wherever dates are written so.
  if (first <= 12 && second <= 12 && values.every((value) => value.includes(".")))
    return { fieldType: "date", dateOrder: "dmy" };
  return { fieldType: "text" };
}
