import type { RouterOutputs } from "#server/router";
import {
  type Condition,
  type FieldKind,
  type Operator,
  operatorsOf,
  ruleFields,
  stepFieldKind,
  stepFields,
} from "#server/segments/schema";

export type Vocabulary = RouterOutputs["segments"]["vocabulary"] & {
  /** Of the rules of a campaign's step: the emails before it, in order, and the campaign itself. */
  step?: {
    campaignId: string;
    /** `variants`: how many its A/B test has; 0 without one. */
    emails: { id: string; label: string; variants: number }[];
    /** Every step before it; `branches` are the names of its ways on, where there are two. */
    before: { id: string; label: string; branches: { true: string; false: string } | null }[];
  };
};
type CustomType = Vocabulary["customFields"][number]["type"];

export type RuleField = {
  name: string;
  label: string;
  kind: FieldKind;
  options?: readonly string[];
  /** Of a custom field: what its values are meant to be. Imports make text fields, whatever the file holds. */
  customType?: CustomType;
};

/** What kind of control a rule's value needs. `pair` takes two numbers or two days. */
export type Shape =
  | "none"
  | "text"
  | "choice"
  | "number"
  | "date"
  | "texts"
  | "choices"
  | "tags"
  | "members"
  | "span"
  | "pair"
  | "numbers"
  | "dates"
  | "days"
  | "engagement"
  | "tally"
  | "occurrence"
  | "passage"
  | "variant";

const headings: { label: string; kinds: readonly FieldKind[] }[] = [
  { label: "Contact", kinds: ["text", "choice", "number"] },
  { label: "Dates", kinds: ["date"] },
  { label: "Belonging", kinds: ["tags", "membership"] },
  { label: "Emails", kinds: ["engagement", "tally"] },
];

/** The fields to choose from, under their headings. */
export function fieldChoices({ customFields, step }: Vocabulary): { label: string; fields: RuleField[] }[] {
  const custom = customFields.map(({ name, label, type, options }): RuleField => ({
    name: `custom.${name}`,
    label,
    kind: "custom",
    customType: type,
    ...(options && options.length > 0 ? { options } : {}),
  }));
  return [
    ...headings.map(({ label, kinds }) => ({
      label,
      fields: ruleFields.filter(({ kind }) => kinds.includes(kind)),
    })),
    { label: "Custom fields", fields: custom },
    { label: "This moment", fields: step ? [...stepFields] : [] },
  ].filter(({ fields }) => fields.length > 0);
}

/** The field a rule names; a custom field that was removed since keeps its name. */
export function findField(name: string, vocabulary: Vocabulary): RuleField {
  for (const { fields } of fieldChoices(vocabulary)) {
    const found = fields.find((field) => field.name === name);
    if (found) return found;
  }
  return { name, label: `${name.replace(/^custom\./, "")} (removed)`, kind: stepFieldKind(name) ?? "custom" };
}

const booleanOperators: readonly Operator[] = ["equals", "not_equals", "is_empty", "is_set"];
const selectOperators: readonly Operator[] = ["equals", "not_equals", "in", "not_in", "is_empty", "is_set"];
const dateOnly = operatorsOf.date.filter((operator) => !operatorsOf.number.includes(operator));
const numberOnly = operatorsOf.number.filter((operator) => !operatorsOf.text.includes(operator));

const customOperators: Record<CustomType, readonly Operator[]> = {
  // A file brings text, whatever it means.
  text: [...operatorsOf.text, ...numberOnly, ...dateOnly],
  number: operatorsOf.number,
  date: operatorsOf.date,
  boolean: booleanOperators,
  select: selectOperators,
  multi_select: operatorsOf.tags,
};

/** The operators of a field, and `current` even when the field would not offer it. */
export function operatorChoices(field: RuleField, current?: Operator): readonly Operator[] {
  const offered = field.customType ? customOperators[field.customType] : operatorsOf[field.kind];
  return !current || offered.includes(current) ? offered : [current, ...offered];
}

const alone: readonly Operator[] = ["is_empty", "is_set", "anniversary_today", "anniversary_this_month"];
const spans: readonly Operator[] = ["within_last", "more_than_ago", "within_next"];
const days: readonly Operator[] = ["on", "before", "after"];
const several: readonly Operator[] = ["contains_any", "contains_all", "contains_none"];
const orders: readonly Operator[] = ["greater_than", "at_least", "less_than", "at_most"];

export function shapeOf(field: RuleField, operator: Operator): Shape {
  if (alone.includes(operator)) return "none";
  if (field.kind === "engagement") return "engagement";
  if (field.kind === "tally") return "tally";
  if (field.kind === "occurrence") return "occurrence";
  if (field.kind === "passage") return "passage";
  if (field.kind === "variant") return "variant";
  if (field.kind === "share") return "number";
  if (field.kind === "membership") return "members";
  if (field.kind === "tags") return "tags";
  if (several.includes(operator)) return field.options ? "choices" : "texts";
  if (operator === "anniversary_within_next") return "days";
  if (spans.includes(operator)) return "span";
  if (days.includes(operator)) return "date";
  if (operator === "between") {
    if (field.kind === "number" || field.customType === "number") return "numbers";
    return field.kind === "date" || field.customType === "date" ? "dates" : "pair";
  }
  if (orders.includes(operator) || field.kind === "number" || field.customType === "number") return "number";
  if (field.kind === "choice" || (field.customType === "select" && field.options))
    return operator === "in" || operator === "not_in" ? "choices" : "choice";
  if (field.customType === "boolean") return "choice";
  return operator === "in" || operator === "not_in" ? "texts" : "text";
}

/** The values one can choose among, where there are few. */
export const optionsOf = (field: RuleField): readonly string[] =>
  field.options ?? (field.customType === "boolean" ? ["true", "false"] : []);

const operatorLabels: Record<Operator, string> = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  in: "is one of",
  not_in: "is none of",
  is_empty: "is empty",
  is_set: "is not empty",
  greater_than: "is more than",
  at_least: "is at least",
  less_than: "is less than",
  at_most: "is at most",
  between: "is between",
  on: "is on",
  before: "is before",
  after: "is after",
  within_last: "is in the last",
  more_than_ago: "is longer ago than",
  within_next: "is in the next",
  anniversary_today: "recurs today",
  anniversary_this_month: "recurs this month",
  anniversary_within_next: "recurs within",
  contains_any: "includes any of",
  contains_all: "includes all of",
  contains_none: "includes none of",
  is_true: "did",
  is_false: "did not",
};

const tagLabels: Partial<Record<Operator, string>> = {
  contains_any: "include any of",
  contains_all: "include all of",
  contains_none: "include none of",
  is_empty: "are none at all",
  is_set: "are any at all",
};

export function operatorLabel(field: RuleField, operator: Condition["operator"]): string {
  if (field.kind === "share") return "of every 100 contacts";
  if (field.kind === "tags") return tagLabels[operator] ?? operatorLabels[operator];
  return operatorLabels[operator];
}
