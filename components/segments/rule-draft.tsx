import {
  type Condition,
  type Engagement,
  type Group,
  isGroup,
  type Occurrence,
  type Operator,
  type Passage,
  type Rule,
  type RuleTree,
  ruleTree,
  type RuleValue,
  type Span,
  stepRuleTree,
  type Tally,
  type VariantGot,
} from "#server/segments/schema";
import {
  findField,
  operatorChoices,
  optionsOf,
  type RuleField,
  type Shape,
  shapeOf,
  type Vocabulary,
} from "./rule-fields.tsx";

/** A value as it is being typed: numbers are text until the rule is read. */
export type DraftSpan = { amount: string; unit: Span["unit"] };
export type DraftTally = Omit<Tally, "count"> & { count: string };
export type DraftPassage = Omit<Passage, "stepId"> & { stepId: string };
export type DraftVariantGot = VariantGot;
export type DraftValue =
  | string
  | string[]
  | DraftSpan
  | DraftTally
  | Engagement
  | Occurrence
  | DraftPassage
  | DraftVariantGot
  | undefined;
export type DraftCondition = { key: string; field: string; operator: Operator; value: DraftValue };
export type DraftGroup = { key: string; match: Group["match"]; rules: DraftRule[] };
export type DraftRule = DraftCondition | DraftGroup;

export const isDraftGroup = (rule: DraftRule): rule is DraftGroup => "rules" in rule;

let made = 0;
const newKey = () => `rule ${++made}`;

/** A rule tree made editable: every node gets a key that stays while it is moved or its neighbours go. */
export function toDraft(tree: RuleTree | Group): DraftGroup {
  return {
    key: newKey(),
    match: tree.match,
    rules: tree.rules.map((rule) => (isGroup(rule) ? toDraft(rule) : conditionDraft(rule))),
  };
}

function conditionDraft({ field, operator, value }: Condition): DraftCondition {
  return { key: newKey(), field, operator, value: valueDraft(value) };
}

function valueDraft(value: RuleValue | undefined): DraftValue {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== "object") return String(value);
  if ("amount" in value) return { amount: String(value.amount), unit: value.unit };
  return "count" in value ? { ...value, count: String(value.count) } : value;
}

export const newGroup = (): DraftGroup => ({ key: newKey(), match: "any", rules: [newCondition()] });
export const newCondition = (): DraftCondition => ({
  key: newKey(),
  field: "email",
  operator: "contains",
  value: "",
});

/** The rule with another field; operator and value stay where they still make sense. */
export function withField(rule: DraftCondition, field: RuleField, vocabulary: Vocabulary): DraftCondition {
  const offered = operatorChoices(field);
  const operator = offered.includes(rule.operator) ? rule.operator : (offered[0] ?? "equals");
  const before = shapeOf(findField(rule.field, vocabulary), rule.operator);
  const shape = shapeOf(field, operator);
  const keeps = before === shape && ["text", "number", "date", "span", "tally"].includes(shape);
  return { ...rule, field: field.name, operator, value: keeps ? rule.value : blankValue(shape, field) };
}

export function withOperator(rule: DraftCondition, field: RuleField, operator: Operator): DraftCondition {
  const before = shapeOf(field, rule.operator);
  const shape = shapeOf(field, operator);
  return { ...rule, operator, value: before === shape ? rule.value : blankValue(shape, field) };
}

function blankValue(shape: Shape, field: RuleField): DraftValue {
  switch (shape) {
    case "none":
    case "engagement":
      return undefined;
    case "texts":
    case "choices":
    case "tags":
    case "members":
      return [];
    case "pair":
    case "numbers":
    case "dates":
      return ["", ""];
    case "span":
    case "days":
      return { amount: "30", unit: "days" };
    case "tally":
      return { count: "1" };
    case "occurrence":
      return { event: "" };
    case "passage":
      return { stepId: "", way: "any" };
    case "variant":
      return { testedId: "", variant: "B" };
    case "choice":
      return optionsOf(field)[0] ?? "";
    default:
      return "";
  }
}

const asNumber = (text: string) => (text.trim() === "" ? undefined : Number(text));

function readValue(value: DraftValue, shape: Shape): unknown {
  if (shape === "none") return undefined;
  if (typeof value === "string") return shape === "number" ? asNumber(value) : value;
  if (Array.isArray(value)) {
    if (shape === "numbers") return value.map(asNumber);
    if (shape !== "pair") return value;
    const numbers = value.map(asNumber);
    return numbers.every((each) => Number.isFinite(each)) ? numbers : value;
  }
  if (value && "amount" in value) return { ...value, amount: asNumber(value.amount) };
  return value && "count" in value ? { ...value, count: asNumber(value.count) } : value;
}

/** One condition as the schema reads it; null while it is not finished. */
function readCondition({ field, operator, value }: DraftCondition, vocabulary: Vocabulary): Rule | null {
  const read = readValue(value, shapeOf(findField(field, vocabulary), operator));
  const condition = { field, operator, ...(read === undefined ? {} : { value: read }) };
  const parsed = (vocabulary.step ? stepRuleTree : ruleTree).safeParse({
    version: 1,
    match: "all",
    rules: [condition],
  });
  return parsed.success ? (parsed.data.rules[0] ?? null) : null;
}

const missing: Record<Shape, string> = {
  none: "This cannot be compared like that. Choose another comparison.",
  text: "Type a value.",
  choice: "Choose a value.",
  number: "Type a number.",
  date: "Choose a day of the years 1 to 9999.",
  texts: "Add at least one value.",
  choices: "Choose at least one value.",
  tags: "Add at least one tag.",
  members: "Choose at least one.",
  span: "Type a whole number from 1 to 10,000.",
  days: "Type a whole number from 1 to 366.",
  tally: "Type how often, as a whole number.",
  pair: "Type two numbers, or two days such as 2026-03-31, of the years 1 to 9999.",
  numbers: "Type the lower and the upper number.",
  dates: "Choose the first and the last day, of the years 1 to 9999.",
  occurrence: "Type the name of the event; days go from 1 to 3,650.",
  passage: "Choose a step.",
  variant: "Choose an email that has an A/B test.",
  engagement: "Days go from 1 to 3,650, and an address may not be blank.",
};

export type ReadDraft = {
  /** The finished rules; groups with none are left out. */
  tree: RuleTree;
  /** What each unfinished rule or empty group needs, by its key. */
  problems: ReadonlyMap<string, string>;
};

/** What a draft says so far. */
export function readDraft(root: DraftGroup, vocabulary: Vocabulary): ReadDraft {
  const problems = new Map<string, string>();
  function read(rule: DraftRule): Rule[] {
    if (isDraftGroup(rule)) {
      if (rule.rules.length === 0)
        problems.set(rule.key, "This group has no rule yet. Add one, or remove the group.");
      const rules = rule.rules.flatMap(read);
      return rules.length > 0 ? [{ match: rule.match, rules }] : [];
    }
    const condition = readCondition(rule, vocabulary);
    if (condition) return [condition];
    problems.set(rule.key, missing[shapeOf(findField(rule.field, vocabulary), rule.operator)]);
    return [];
  }
  const rules = root.rules.flatMap(read);
  return { tree: { version: 1, match: root.match === "any" ? "any" : "all", rules }, problems };
}
