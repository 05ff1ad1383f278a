import { z } from "zod";

export const customFieldTypes = ["text", "number", "date", "boolean", "select", "multi_select"] as const;
export type CustomFieldType = (typeof customFieldTypes)[number];

/** What a custom field may hold; null is nothing. Dates are `YYYY-MM-DD`. */
export type CustomValue = string | number | boolean | string[] | null;

/** What values must fit beside their type: from `min` to `max` for numbers and days, so many characters for text. */
export type Validation = { min?: number | string; max?: number | string; lengthMax?: number };

/** A field that a workspace keeps on its contacts. `name` is its key in `contacts.custom_fields`. */
export type CustomField = {
  id: string;
  name: string;
  label: string;
  type: CustomFieldType;
  required: boolean;
  /** Of select and multi-select, in their order. */
  options: string[];
  /** What new contacts get when nobody says otherwise; null for nothing. */
  defaultValue: CustomValue;
  validation: Validation;
  archivedAt: Date | null;
};

const label = z
  .string()
  .trim()
  .min(1, "Give the field a name.")
  .max(80, "Keep the name under 81 characters.");
const options = z
  .array(z.string().trim().min(1).max(80, "Keep each option under 81 characters."))
  .max(200, "A field can have 200 options.")
  .default([])
  .refine(
    (all) => new Set(all.map((one) => one.toLowerCase())).size === all.length,
    "An option is there twice.",
  )
  .refine(
    (all) => !all.some((one) => /[|;,]/.test(one)),
    "An option cannot hold a comma, a semicolon or a bar.",
  );

const limit = z.string().trim().max(40, "Keep this under 41 characters.").default("");
/** Limits as they are typed; blank is none. */
const limits = z.object({ min: limit, max: limit, lengthMax: limit }).prefault({});
export type TypedLimits = z.infer<typeof limits>;
/** As somebody would type it into the field; blank is none. */
const defaultValue = z.string().max(1000, "Keep this under 1001 characters.").default("");

const needsOptions = ({ type, options: all }: { type: CustomFieldType; options: string[] }) =>
  (type !== "select" && type !== "multi_select") || all.length > 0;
const noOptions = { path: ["options"], message: "Write at least one option, each on a line of its own." };

export const customFieldInput = z
  .object({
    label,
    /** Made from the label when left out. */
    name: z
      .string()
      .trim()
      .regex(/^[a-z][a-z0-9_]{0,62}$/, "Use a-z, 0-9 and _, beginning with a letter.")
      .optional(),
    type: z.enum(customFieldTypes),
    required: z.boolean().default(false),
    options,
    defaultValue,
    limits,
  })
  .refine(needsOptions, noOptions);
export type CustomFieldInput = z.infer<typeof customFieldInput>;

/** The type and the key stay: values that are there are of this type and under this key. */
export const customFieldUpdate = z.object({
  id: z.uuid(),
  label,
  required: z.boolean(),
  options,
  defaultValue,
  limits,
});
export type CustomFieldUpdate = z.infer<typeof customFieldUpdate>;

export const customFieldRef = z.object({ id: z.uuid() });
export const customFieldOrder = z.object({ ids: z.array(z.uuid()).min(1).max(500) });

/** Limits in words, as in "from 1 to 10"; empty where there are none. */
export function limitsOf({ min, max, lengthMax }: Validation): string {
  if (lengthMax !== undefined) return `up to ${lengthMax} characters`;
  if (min === undefined && max === undefined) return "";
  if (min === undefined) return `at most ${max}`;
  return max === undefined ? `at least ${min}` : `from ${min} to ${max}`;
}

/** A value as it is typed and shown: reading it gives the same value. */
export function shownValue(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(String).join(", ");
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string" || typeof value === "number") return String(value);
  return JSON.stringify(value);
}
