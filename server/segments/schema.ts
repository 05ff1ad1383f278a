import { z } from "zod";
import { fieldKind, type FieldKind, type Operator, operators, operatorsOf, stepFieldKind } from "./fields.ts";
import {
  anyValue,
  date,
  daysAhead,
  engagement,
  number,
  occurrence,
  passage,
  span,
  tally,
  text,
  variantGot,
} from "./values.ts";

export { passageWays } from "./values.ts";
export type { Engagement, Occurrence, Passage, RuleValue, Span, Tally, VariantGot } from "./values.ts";

/**
 * The rule tree of segments, audiences, condition steps and filtered exports. `version` is the version of
 * this shape: stored trees are read for ever, so a change of meaning takes a new number.
 */

export const ruleDepthMax = 5;
export const rulesMax = 100;

export {
  contactStatuses,
  fieldKind,
  lifecycleStages,
  operators,
  operatorsOf,
  ruleFields,
  stepFieldKind,
  stepFields,
} from "./fields.ts";
export type { FieldKind, Operator } from "./fields.ts";

/** The value an operator needs on a kind of field; null = none. */
function valueSchema(kind: FieldKind, operator: Operator): z.ZodType | null {
  if (["is_empty", "is_set", "anniversary_today", "anniversary_this_month"].includes(operator)) return null;
  if (kind === "engagement") return engagement.optional();
  if (kind === "tally") return tally;
  if (kind === "occurrence") return occurrence;
  if (kind === "passage") return passage;
  if (kind === "variant") return variantGot;
  if (kind === "share") return number.gt(0).lt(100);
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
  on: "a date such as 2026-03-31, of the years 1 to 9999,",
  before: "a date such as 2026-03-31, of the years 1 to 9999,",
  after: "a date such as 2026-03-31, of the years 1 to 9999,",
  within_last: "a time span such as 30 days",
  more_than_ago: "a time span such as 30 days",
  within_next: "a time span such as 30 days",
  anniversary_within_next: "a number of days from 1 to 366",
};

const condition = z.object({
  field: z.string(),
  operator: z.enum(operators),
  value: anyValue.optional(),
});
export type Condition = z.infer<typeof condition>;

const conditionOf = (kindOf: typeof fieldKind) =>
  condition.superRefine((rule, context) => {
    const kind = kindOf(rule.field);
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
          : kind === "share"
            ? "a number between 0 and 100"
            : kind === "occurrence"
              ? "the name of an event"
              : kind === "passage"
                ? "a step of the campaign"
                : kind === "variant"
                  ? "an email with an A/B test, and a variant"
                  : (expected[rule.operator] ?? (kind === "number" ? "a number" : "a value"));
      context.addIssue({ code: "custom", path: ["value"], message: `"${rule.field}" needs ${what} here.` });
    }
  });

/** One condition of a segment. */
export const segmentCondition = conditionOf(fieldKind);

/** `none` excludes: no rule of the group may hold. */
export const matches = ["all", "any", "none"] as const;
export type Group = { match: (typeof matches)[number]; rules: Rule[] };
export type Rule = Condition | Group;

function ruleOf(kindOf: typeof fieldKind): z.ZodType<Rule> {
  const group: z.ZodType<Group> = z.lazy(() =>
    z.object({
      match: z.enum(matches),
      rules: z.array(rule).min(1, "This group has no rule yet. Add one, or remove the group."),
    }),
  );
  const rule: z.ZodType<Rule> = z.union([conditionOf(kindOf), group]);
  return rule;
}

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

const treeOf = (kindOf: typeof fieldKind): z.ZodType<RuleTree> =>
  z
    .object({ version: z.literal(1), match: z.enum(["all", "any"]), rules: z.array(ruleOf(kindOf)) })
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

/** A whole tree. An empty one matches every contact. */
export const ruleTree: z.ZodType<RuleTree> = treeOf(fieldKind);
/** A tree that a campaign's step asks; `stepFields` may stand in it too. */
export const stepRuleTree: z.ZodType<RuleTree> = treeOf(stepFieldKind);

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

const shown = z.string().trim().max(200).optional().catch(undefined);
/** A page of lists or segments by name: behind the name `after`, or before the name `before`. */
export const segmentListInput = z.object({ q: shown, after: shown, before: shown });
export type SegmentListInput = z.infer<typeof segmentListInput>;

/** What a picker can name. `audience`: lists and segments. `open_campaign`: somebody can be added to it by hand. */
export const nameKinds = [
  "list",
  "segment",
  "audience",
  "campaign",
  "open_campaign",
  "link_source",
  "import",
  "tag",
] as const;
export type NameKind = (typeof nameKinds)[number];
/** So many of a kind come with the page that has a picker; when there are more, it searches on the server. */
export const namesHeld = 500;
/** Names with these words in them, or those of `ids`. */
export const namesInput = z.object({
  kind: z.enum(nameKinds),
  words: z.string().trim().max(200).default(""),
  ids: z.array(z.uuid()).max(200).optional(),
});
export type NamesInput = z.infer<typeof namesInput>;
