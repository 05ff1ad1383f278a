import { IANAZone } from "luxon";
import type { Validation } from "#server/custom-fields/schema";
import { type CustomValue, misfitOf, textLengthMax } from "#server/custom-fields/values";
import { lengthMaxOf } from "#server/contacts/schema";
import { splitNames } from "#server/exports/names";
import {
  choiceLengthMax,
  type ColumnMapping,
  consentBases,
  type FieldType,
  type ReadingOptions,
  readingOptions,
  type StandardField,
  standardFieldLabels,
  standardFields,
  specialTargetLabels,
  stopTargets,
} from "./schema.ts";
import {
  type Read,
  readBoolean,
  readChoice,
  readDay,
  readInstant,
  readMoment,
  readNumber,
  readPhone,
  readScore,
  readStage,
  readStatus,
  type Remark,
  titleCase,
} from "./values.ts";

/** What the rows of a file must fit: how values are written, and the custom fields by name. */
export type RowReading = {
  options: ReadingOptions;
  fields: ReadonlyMap<string, FieldShape>;
  /** Names of segments in lower case: no list can have one of them. */
  segments: ReadonlySet<string>;
};
export type FieldShape = {
  type: FieldType;
  options: readonly string[];
  required: boolean;
  validation?: Validation;
};

export const plainReading: RowReading = {
  options: readingOptions.parse({}),
  fields: new Map(),
  segments: new Set(),
};

/** Reads the values of one column; they are neither blank nor too long. */
export type CellReader = (cell: string) => Read<string | CustomValue>;

/** The reader of a column, by where it goes; null where values are taken as they stand. */
export function cellReader(mapping: ColumnMapping, { options, fields }: RowReading): CellReader | null {
  const { target } = mapping;
  const order = mapping.dateOrder ?? options.dateOrder;
  if (target === "phone") return fitted(target, (cell) => readPhone(cell, options.country));
  if (target === "company")
    return fitted(target, (cell) => readCompany(options.titleCaseCompany ? titleCase(cell) : cell));
  if (target === "timezone") return fitted(target, zoneReader());
  if (target === "lead_score") return readScore;
  if (target === "lifecycle_stage") return readStage;
  if (target === "status") return readStatus;
  if (target === "updated_at") return (cell) => readMoment(cell, order, options.timeZone);
  if (target === "consent_basis") return readBasis;
  if (target === "consent_source") return atMost(200, specialTargetLabels[target]);
  if (target === "consent_at" || stopTargets.some((each) => each === target))
    return (cell) => readInstant(cell, order, options.timeZone);
  const field = standardFields.find((name) => name === target);
  if (field && field !== "email") return fitted(field, asItIs);
  if (!target.startsWith("custom.")) return null;
  const known = fields.get(target.slice("custom.".length));
  const read = customReader(mapping, known, { order, options });
  const { validation = {} } = known ?? {};
  return Object.keys(validation).length > 0 ? limited(read, validation) : read;
}

type Way = { order: ReadingOptions["dateOrder"]; options: ReadingOptions };

function customReader(
  mapping: ColumnMapping,
  known: FieldShape | undefined,
  { order, options }: Way,
): CellReader {
  const type = known?.type ?? mapping.fieldType ?? "text";
  const choices = new Map(
    (known?.options ?? mapping.choices ?? []).map((choice) => [choice.toLowerCase(), choice]),
  );
  if (!known && choices.size === 0) {
    if (type === "select") return readNewChoice;
    if (type === "multi_select") return (cell) => readEach(cell, readNewChoice);
  }
  if (type === "number") return (cell) => readNumber(cell, options.decimal);
  if (type === "date") return (cell) => readDay(cell, order, options.timeZone);
  if (type === "boolean") return readBoolean;
  if (type === "select") return (cell) => readChoice(cell, choices);
  if (type === "multi_select") return (cell) => readChoices(cell, choices);
  return atMost(textLengthMax, mapping.header);
}

const limited =
  (read: CellReader, validation: Validation): CellReader =>
  (cell) => {
    const result = read(cell);
    const message = "problem" in result ? null : misfitOf(validation, result.value);
    return message === null ? result : { problem: { code: "out_of_limits", message } };
  };

const readCompany = (name: string): Read<string> =>
  name.length >= 2
    ? { value: name }
    : {
        value: name,
        warning: { code: "company_short", message: `"${name}" is a very short name for a company.` },
      };

type TextReader = (cell: string) => Read<string>;
const asItIs: TextReader = (cell) => ({ value: cell });

/** Reads a standard field, which takes as many characters from a file as it does from a form. */
const fitted = (field: StandardField, read: TextReader): CellReader =>
  atMost(lengthMaxOf(field), standardFieldLabels[field], read);

function atMost(lengthMax: number, label: string, read = asItIs): CellReader {
  return (cell) => {
    const result = read(cell);
    if ("problem" in result || result.value.length <= lengthMax) return result;
    const message = `This value has ${result.value.length} characters; ${lengthMax} are allowed in "${label}". Shorten it.`;
    return { problem: { code: "too_long", message } };
  };
}

/** What a form of ours offers as a basis, and what people give by their own click. */
const knownBases: readonly string[] = [...consentBases, "opt_in"];

function readBasis(text: string): Read<string> {
  const basis = text.toLowerCase();
  if (knownBases.includes(basis)) return { value: basis };
  const message = `"${text.slice(0, 40)}" is not a basis known here. Write ${knownBases.join(", ")}, or leave it blank.`;
  return { problem: { code: "basis_unknown", message } };
}

function zoneReader(): TextReader {
  const seen = new Map<string, Remark | null>();
  return (zone) => {
    let remark = seen.get(zone);
    if (remark === undefined) {
      const message = `"${zone.slice(0, 40)}" is no known time zone, such as Europe/Berlin: mail goes out in the campaign's zone.`;
      remark = IANAZone.isValidZone(zone) ? null : { code: "zone_unknown", message };
      seen.set(zone, remark);
    }
    return remark ? { value: zone, warning: remark } : { value: zone };
  };
}

const readChoices = (cell: string, choices: ReadonlyMap<string, string>): Read<string[]> =>
  readEach(cell, (name) => readChoice(name, choices));

/** A choice of a field that does not exist yet: its choices will be those that the file holds. */
function readNewChoice(text: string): Read<string> {
  if (text.length <= choiceLengthMax && !/[|;,]/.test(text)) return { value: text };
  const message = `"${text.slice(0, 40)}" cannot be a choice: choices have at most ${choiceLengthMax} characters, and no comma, semicolon or bar. Make this column a text field.`;
  return { problem: { code: "choice_unfit", message } };
}

function readEach(cell: string, readOne: (name: string) => Read<string>): Read<string[]> {
  const picked = new Set<string>();
  for (const name of splitNames(cell)) {
    if (name.trim() === "") continue;
    const read = readOne(name.trim());
    if ("problem" in read) return read;
    picked.add(read.value);
  }
  return { value: [...picked] };
}
