import { splitNames } from "#server/exports/names";
import { choiceLengthMax, choicesMax, type ColumnMapping } from "./schema.ts";

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
 * postal codes are. Several names in one cell, of few in all, are choices. Dates of which neither part tells the day from the month stay text: a person must say.
 */
export function inferColumn(
  header: string,
  values: readonly string[],
  { own = false }: { own?: boolean } = {},
): Inferred {
  if (values.length > 0 && areChoices(values, own)) return { fieldType: "multi_select" };
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

/** Choices of one column that are few, whatever the number of values; and the share of different ones beyond that. */
const fewChoices = 20;
const repeatsMin = 3;
/** Several names in a cell that a person wrote are short. */
const wordLengthMax = 40;

/**
 * Whether the values of a column are choices out of few, some cells holding several. Bars without blanks around them
 * part names and nothing else: so lists of a JSON file and choices of our own files come too, and the same rows are
 * judged alike in every form. With other marks it takes cells of one name and cells of several, and names that come
 * again and again.
 */
function areChoices(values: readonly string[], own: boolean): boolean {
  const cells = values.map((value) => splitNames(value).map((name) => name.trim()));
  const names = cells.flat();
  const spelled = new Set(names);
  const fits = (name: string) => name !== "" && name.length <= choiceLengthMax && !/[|;,\r\n]/.test(name);
  if (!names.every(fits) || spelled.size > choicesMax) return false;
  if (new Set(names.map((name) => name.toLowerCase())).size < spelled.size) return false;
  if (cells.some((cell) => new Set(cell).size < cell.length)) return false;
  const several = cells.filter((cell) => cell.length > 1).length;
  const barred = values.every((value) => !/[,;]|\s[|]|[|]\s/.test(value.replace(/\\[|,;\\]/g, "")));
  if (own || (barred && several > 0))
    return several > 0 && barred && spelled.size <= Math.max(fewChoices, names.length / 2);
  return (
    several >= 2
    && several < cells.length
    && spelled.size <= fewChoices
    && names.length >= spelled.size * repeatsMin
    && names.every((name) => name.length <= wordLengthMax)
    && !values.every((value) => /^[\d.,\s]+$/.test(value))
  );
}
