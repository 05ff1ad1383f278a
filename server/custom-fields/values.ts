import { type CustomField, type CustomValue, limitsOf, type Validation } from "./schema.ts";

export type { CustomValue } from "./schema.ts";
export type ReadValue = { value: CustomValue } | { problem: string };

export const textLengthMax = 1000;
const yes = ["true", "yes", "y", "1", "on"];
const no = ["false", "no", "n", "0", "off"];

type Shape = Pick<CustomField, "type" | "options">;

/**
 * A value as somebody typed it, as its field holds it; or a sentence on what is wrong with it. Nothing typed is null.
 * Options are matched in any case and kept as they are defined. Limits count where the field is given with them.
 */
export function readCustomValue(field: Shape & { validation?: Validation }, typed: string): ReadValue {
  const read = readTyped(field, typed);
  if ("problem" in read || !field.validation) return read;
  const problem = misfitOf(field.validation, read.value);
  return problem === null ? read : { problem };
}

/** What is wrong with a value of the right type under these limits, as a sentence; null when it fits. */
export function misfitOf(validation: Validation, value: CustomValue): string | null {
  const { min, max, lengthMax } = validation;
  if (typeof value === "string" && lengthMax !== undefined && value.length > lengthMax)
    return `Keep this under ${lengthMax + 1} characters; it has ${value.length}.`;
  if (typeof value !== "number" && typeof value !== "string") return null;
  const [low, high] = [min !== undefined && value < min, max !== undefined && value > max];
  return low || high
    ? `"${short(String(value))}" does not fit: this field holds values ${limitsOf(validation)}.`
    : null;
}

function readTyped(field: Shape, typed: string): ReadValue {
  const text = typed.trim();
  if (text === "") return { value: null };
  switch (field.type) {
    case "text":
      return text.length > textLengthMax
        ? { problem: `Keep this under ${textLengthMax + 1} characters; it has ${text.length}.` }
        : { value: text };
    case "number":
      return readNumber(text);
    case "date":
      return readDay(text);
    case "boolean":
      if (yes.includes(text.toLowerCase())) return { value: true };
      if (no.includes(text.toLowerCase())) return { value: false };
      return { problem: `"${short(text)}" is neither yes nor no.` };
    case "select":
      return oneOf(field.options, text);
    case "multi_select":
      return manyOf(field.options, text.split(/[|;,]/));
  }
}

function readNumber(text: string): ReadValue {
  const number = /^[-+]?(\d{1,15}(\.\d{1,15})?|\.\d{1,15})$/.test(text) ? Number(text) : Number.NaN;
  return Number.isFinite(number)
    ? { value: number }
    : { problem: `"${short(text)}" is not a number. Write it like 1234.5.` };
}

function readDay(text: string): ReadValue {
  const day = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const date = day && new Date(`${text}T00:00:00Z`);
  // A 31 February would roll over into March.
  return date && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
    ? { value: text }
    : { problem: `"${short(text)}" is not a day. Write it like 2026-01-31.` };
}

function oneOf(options: readonly string[], text: string): ReadValue {
  const option = options.find((each) => each.toLowerCase() === text.toLowerCase());
  if (option !== undefined) return { value: option };
  return { problem: `"${short(text)}" is not one of the options: ${options.slice(0, 10).join(", ")}.` };
}

function manyOf(options: readonly string[], parts: readonly string[]): ReadValue {
  const picked: string[] = [];
  for (const part of parts.map((each) => each.trim()).filter(Boolean)) {
    const read = oneOf(options, part);
    if ("problem" in read) return read;
    if (!picked.includes(String(read.value))) picked.push(String(read.value));
  }
  return { value: picked.length > 0 ? picked : null };
}

const short = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
