import { AppError } from "#server/errors";
import type { CustomField, CustomValue, TypedLimits, Validation } from "./schema.ts";
import { readCustomValue, textLengthMax } from "./values.ts";

type Problems = Record<string, string>;
export type Rules = { validation: Validation; defaultValue: CustomValue };

/**
 * What a field of this type holds its values to, and its default, from what was typed. Throws `invalid` naming what
 * cannot be read or does not fit: `limits.min`, `limits.max`, `limits.lengthMax`, `defaultValue`.
 */
export function readRules(
  field: Pick<CustomField, "type" | "options">,
  { limits, defaultValue }: { limits: TypedLimits; defaultValue: string },
): Rules {
  const problems: Problems = {};
  const validation = readLimits(field.type, limits, problems);
  const read = readCustomValue({ ...field, validation }, defaultValue);
  if ("problem" in read) problems.defaultValue = read.problem;
  const [first] = Object.values(problems);
  if (first !== undefined) throw new AppError("invalid", first, problems);
  return { validation, defaultValue: "value" in read ? read.value : null };
}

/** Limits that make no sense for the type are left out: they stand in a form that was another type before. */
function readLimits(type: CustomField["type"], typed: TypedLimits, problems: Problems): Validation {
  if (type === "text") return readLength(typed.lengthMax, problems);
  if (type !== "number" && type !== "date") return {};
  const limit = (name: "min" | "max") => {
    const read = readCustomValue({ type, options: [] }, typed[name]);
    if ("problem" in read) problems[`limits.${name}`] = read.problem;
    return "value" in read && (typeof read.value === "number" || typeof read.value === "string")
      ? { [name]: read.value }
      : {};
  };
  const validation: Validation = { ...limit("min"), ...limit("max") };
  const { min, max } = validation;
  if (min !== undefined && max !== undefined && min > max)
    problems["limits.max"] = `This is below the lowest value, ${min}.`;
  return validation;
}

function readLength(typed: string, problems: Problems): Validation {
  if (typed === "") return {};
  const lengthMax = /^\d{1,4}$/.test(typed) ? Number(typed) : 0;
  if (lengthMax >= 1 && lengthMax <= textLengthMax) return { lengthMax };
  problems["limits.lengthMax"] = `Write a whole number from 1 to ${textLengthMax}, or leave this blank.`;
  return {};
}

/** What a new contact gets in the fields of which nobody says anything. */
export function defaultsOf(fields: readonly CustomField[]): Record<string, CustomValue> {
  const given = fields.filter(({ archivedAt, defaultValue }) => !archivedAt && defaultValue !== null);
  return Object.fromEntries(given.map(({ name, defaultValue }) => [name, defaultValue]));
}
