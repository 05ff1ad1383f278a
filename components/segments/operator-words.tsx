import {
  dateOperators,
  type FieldKind,
  numberOperators,
  type Operator,
  operatorsOf,
  textOperators,
} from "#server/segments/schema";

const words: Record<Operator, string> = {
  equals: "is",
  not_equals: "is not",
  contains: "contains",
  not_contains: "does not contain",
  starts_with: "starts with",
  ends_with: "ends with",
  in: "is one of",
  not_in: "is none of",
  is_empty: "is empty",
  is_set: "has a value",
  greater_than: "is more than",
  at_least: "is at least",
  less_than: "is less than",
  at_most: "is at most",
  between: "is between",
  on: "is on",
  before: "is before",
  after: "is after",
  within_last: "is within the last",
  more_than_ago: "is more than … ago",
  within_next: "is within the next",
  contains_any: "include any of",
  contains_all: "include all of",
  contains_none: "include none of",
  is_true: "yes",
  is_false: "no",
};

const numberWords: Partial<Record<Operator, string>> = { equals: "equals", not_equals: "does not equal" };

/** An operator as a word of the sentence that a rule reads as. */
export function operatorWord(operator: Operator, kind: FieldKind): string {
  return (kind === "number" ? numberWords[operator] : undefined) ?? words[operator];
}

/** Custom fields say what they hold, so that their operators are those of text, number or date. */
export function operatorChoices(kind: FieldKind, customType: string | undefined): readonly Operator[] {
  if (kind !== "custom") return operatorsOf[kind];
  if (customType === "number") return numberOperators;
  if (customType === "date") return dateOperators;
  return textOperators;
}
