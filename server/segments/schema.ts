import { z } from "zod";
import { anyValue, date, daysAhead, engagement, number, span, tally, text } from "./values.ts";

export type { Engagement, RuleValue, Span, Tally } from "./values.ts";

/**
 * The rule tree of segments, audiences, condition steps and filtered exports. `version` is the version of
 * this shape: stored trees are read for ever, so a change of meaning takes a new number.
 */

export const ruleDepthMax = 5;
export const rulesMax = 100;

export const textOperators = [
  "equals",
  "not_equals",
  "contains",
  "not_contains",
  "starts_with",
  "ends_with",
  "in",
  "not_in",
  "is_empty",
  "is_set",
] as const;
export const choiceOperators = ["equals", "not_equals", "in", "not_in"] as const;
export const numberOperators = [
  "equals",
  "not_equals",
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "between",
  "is_empty",
  "is_set",
] as const;
export const dateOperators = [
  "on",
  "before",
  "after",
  "between",
  "within_last",
  "more_than_ago",
  "within_next",
  "anniversary_today",
  "anniversary_this_month",
  "anniversary_within_next",
  "is_empty",
  "is_set",
] as const;
export const tagOperators = ["contains_any", "contains_all", "contains_none", "is_empty", "is_set"] as const;
export const membershipOperators = ["in", "not_in"] as const;
export const engagementOperators = ["is_true", "is_false"] as const;
export const tallyOperators = [
  "at_least",
  "at_most",
  "equals",
  "not_equals",
  "greater_than",
  "less_than",
] as const;

export const operators = [
  ...textOperators,
  "greater_than",
  "at_least",
  "less_than",
  "at_most",
  "between",
  "on",
  "before",
  "after",
  "within_last",
  "more_than_ago",
  "within_next",
  "anniversary_today",
  "anniversary_this_month",
  "anniversary_within_next",
  "contains_any",
  "contains_all",
  "contains_none",
  ...engagementOperators,
] as const;
export type Operator = (typeof operators)[number];

export type FieldKind =
  "text" | "choice" | "number" | "date" | "tags" | "membership" | "engagement" | "tally" | "custom";

export const contactStatuses = ["active", "unsubscribed", "bounced", "complained", "archived"] as const;
export const lifecycleStages = [
  "new",
  "contacted",
  "replied",
  "interested",
  "not_interested",
  "meeting_booked",
  "customer",
  "churned",
] as const;

type Field = { name: string; label: string; kind: FieldKind; options?: readonly string[] };

/** Every field a rule can name, in the order a person meets them, custom fields (`custom.<name>`) aside. */
export const ruleFields: readonly Field[] = [
  { name: "email", label: "Email", kind: "text" },
  { name: "first_name", label: "First name", kind: "text" },
  { name: "last_name", label: "Last name", kind: "text" },
  { name: "name", label: "Name", kind: "text" },
  { name: "company", label: "Company", kind: "text" },
  { name: "job_title", label: "Job title", kind: "text" },
  { name: "phone", label: "Phone", kind: "text" },
  { name: "city", label: "City", kind: "text" },
  { name: "state", label: "State", kind: "text" },
  { name: "country", label: "Country", kind: "text" },
  { name: "timezone", label: "Time zone", kind: "text" },
  { name: "language", label: "Language", kind: "text" },
  { name: "status", label: "Status", kind: "choice", options: contactStatuses },
  { name: "lifecycle_stage", label: "Lifecycle stage", kind: "choice", options: lifecycleStages },
  { name: "lead_score", label: "Lead score", kind: "number" },
  { name: "created_at", label: "Date added", kind: "date" },
  { name: "updated_at", label: "Date changed", kind: "date" },
  { name: "last_activity_at", label: "Last activity", kind: "date" },
  { name: "last_emailed_at", label: "Last email to them", kind: "date" },
  { name: "last_opened_at", label: "Last open", kind: "date" },
  { name: "last_clicked_at", label: "Last click", kind: "date" },
  { name: "last_replied_at", label: "Last reply", kind: "date" },
  { name: "tags", label: "Tags", kind: "tags" },
  { name: "list", label: "List", kind: "membership" },
  { name: "segment", label: "Segment", kind: "membership" },
  { name: "import", label: "First import", kind: "membership" },
  { name: "campaign", label: "Campaign", kind: "membership" },
  { name: "email_received", label: "Received an email", kind: "engagement" },
  { name: "email_opened", label: "Opened an email", kind: "engagement" },
  { name: "email_clicked", label: "Clicked a link", kind: "engagement" },
  { name: "email_replied", label: "Replied to an email", kind: "engagement" },
  { name: "received_count", label: "Number of emails received", kind: "tally" },
  { name: "open_count", label: "Number of opens", kind: "tally" },
  { name: "click_count", label: "Number of clicks", kind: "tally" },
  { name: "reply_count", label: "Number of replies", kind: "tally" },
];

const kinds = new Map(ruleFields.map((field) => [field.name, field.kind]));

/** What kind of values a field holds; null when no such field exists. */
export function fieldKind(name: string): FieldKind | null {
  if (/^custom\.[a-z][a-z0-9_]{0,62}$/.test(name)) return "custom";
  return kinds.get(name) ?? null;
}

/** The operators that make sense for a kind of field. A custom field takes those of text, number, date and tags. */
export const operatorsOf: Record<FieldKind, readonly Operator[]> = {
  text: textOperators,
  choice: choiceOperators,
  number: numberOperators,
  date: dateOperators,
  tags: tagOperators,
  membership: membershipOperators,
  engagement: engagementOperators,
  tally: tallyOperators,
  custom: [...new Set<Operator>([...textOperators, ...numberOperators, ...dateOperators, ...tagOperators])],
};

/** The value an operator needs on a kind of field; null = none. */
function valueSchema(kind: FieldKind, operator: Operator): z.ZodType | null {
  if (["is_empty", "is_set", "anniversary_today", "anniversary_this_month"].includes(operator)) return null;
  if (kind === "engagement") return engagement.optional();
  if (kind === "tally") return tally;
  if (operator === "anniversary_within_next") return daysAhead;
  if (kind === "membership") return z.array(z.uuid()).min(1).max(100);
  if (["contains_any", "contains_all", "contains_none"].includes(operator))
    return z.array(text).min(1).max(100);
  if (operator === "in" || operator === "not_in") return z.array(text).min(1).max(1000);
  if (["within_last", "more_than_ago", "within_next"].includes(operator)) return span;
  if (["on", "before", "after"].includes(operator)) return date;
  if (operator === "between") {
    const pair = kind === "date" ? z.tuple([date, date]) : z.tuple([number, number]);
    return kind === "custom" ? z.union([z.tuple([number, number]), z.tuple([date, date])]) : pair;
  }
  if (kind === "number" || ["greater_than", "at_least", "less_than", "at_most"].includes(operator))
    return number;
  if (kind === "custom" && (operator === "equals" || operator === "not_equals"))
    return z.union([text, number, z.boolean()]);
  return text;
}

const expected: Partial<Record<Operator, string>> = {
  in: "a list of values",
  not_in: "a list of values",
  contains_any: "a list of values",
  contains_all: "a list of values",
  contains_none: "a list of values",
  between: "a lower and an upper bound",
  on: "a date such as 2026-03-31",
  before: "a date such as 2026-03-31",
  after: "a date such as 2026-03-31",
  within_last: "a time span such as 30 days",
  more_than_ago: "a time span such as 30 days",
  within_next: "a time span such as 30 days",
  anniversary_within_next: "a number of days from 1 to 366",
};

const condition = z
  .object({ field: z.string(), operator: z.enum(operators), value: anyValue.optional() })
  .superRefine((rule, context) => {
    const kind = fieldKind(rule.field);
    if (!kind) {
      return context.addIssue({
        code: "custom",
        path: ["field"],
        message: `There is no field "${rule.field}".`,
      });
    }
    if (!operatorsOf[kind].includes(rule.operator)) {
      return context.addIssue({
        code: "custom",
        path: ["operator"],
        message: `"${rule.field}" cannot be compared with "${rule.operator.replaceAll("_", " ")}".`,
      });
    }
    const schema = valueSchema(kind, rule.operator);
    if (schema && !schema.safeParse(rule.value).success) {
      const what =
        kind === "tally"
          ? "how often, as a whole number"
          : (expected[rule.operator] ?? (kind === "number" ? "a number" : "a value"));
      context.addIssue({ code: "custom", path: ["value"], message: `"${rule.field}" needs ${what} here.` });
    }
  });
export type Condition = z.infer<typeof condition>;

/** `none` excludes: no rule of the group may hold. */
export const matches = ["all", "any", "none"] as const;
export type Group = { match: (typeof matches)[number]; rules: Rule[] };
export type Rule = Condition | Group;

const group: z.ZodType<Group> = z.lazy(() =>
  z.object({
    match: z.enum(matches),
    rules: z.array(rule).min(1, "This group has no rule yet. Add one, or remove the group."),
  }),
);
const rule: z.ZodType<Rule> = z.union([condition, group]);

export const isGroup = (item: Rule): item is Group => "rules" in item;

/** How many conditions a tree holds, and how deep its groups nest. */
export function measureRules(item: Rule | RuleTree): { conditions: number; depth: number } {
  if (!("rules" in item)) return { conditions: 1, depth: 0 };
  const inner = item.rules.map(measureRules);
  return {
    conditions: inner.reduce((sum, one) => sum + one.conditions, 0),
    depth: 1 + Math.max(0, ...inner.map((one) => one.depth)),
  };
}

export type RuleTree = { version: 1; match: "all" | "any"; rules: Rule[] };

/** A whole tree. An empty one matches every contact. */
export const ruleTree: z.ZodType<RuleTree> = z
  .object({ version: z.literal(1), match: z.enum(["all", "any"]), rules: z.array(rule) })
  .superRefine((tree, context) => {
    const { conditions, depth } = measureRules(tree);
    if (conditions > rulesMax) {
      context.addIssue({
        code: "custom",
        message: `A segment can hold ${rulesMax} rules; this one has ${conditions}.`,
      });
    }
    if (depth > ruleDepthMax) {
      context.addIssue({
        code: "custom",
        message: `Groups can nest ${ruleDepthMax} deep; these nest ${depth} deep.`,
      });
    }
  });

export const everyone: RuleTree = { version: 1, match: "all", rules: [] };

export const nameLengthMax = 120;
const name = z
  .string()
  .trim()
  .min(1, "Give it a name.")
  .max(nameLengthMax, `Keep the name under ${nameLengthMax} characters.`);
const description = z.string().trim().max(500).optional();

export const segmentInput = z.object({ name, description, rules: ruleTree });
export type SegmentInput = z.infer<typeof segmentInput>;
/** `seen` is when the segment that was on the screen was last changed: a change in between is refused. */
export const segmentUpdate = segmentInput.extend({ id: z.uuid(), seen: z.date().optional() });
export type SegmentUpdate = z.infer<typeof segmentUpdate>;
export const segmentRef = z.object({ id: z.uuid() });
export const memberListInput = z.object({ id: z.uuid(), after: z.uuid().optional().catch(undefined) });
export const memberPageSize = 50;
export const rulesInput = z.object({ rules: ruleTree });
