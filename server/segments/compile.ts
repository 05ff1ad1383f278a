import { type SQL, sql } from "drizzle-orm";
import { dayBounds, dayIn, shifted } from "./periods.ts";
import {
  type Condition,
  type Engagement,
  fieldKind,
  isGroup,
  type Rule,
  type RuleTree,
  type RuleValue,
  type Span,
} from "./schema.ts";

/** A list or segment that a rule refers to; `rules` is null for a list. */
export type Referenced = { rules: RuleTree | null };

/** What a tree is compiled against. `now` is app_now() of the transaction, `zone` the workspace's. */
export type RuleContext = {
  now: Date;
  zone: string;
  segments: ReadonlyMap<string, Referenced>;
  /** Overrides what "opened" and "clicked" mean: a condition step asks about its own campaign's messages. */
  engagement?: (field: "email_opened" | "email_clicked", which: Engagement) => SQL;
};

/**
 * One predicate over `contacts c` that is true or false, never null. A missing value fails a positive
 * operator and passes a negative one. Text is compared without regard to case. Every value is bound.
 */
export function compileRules(rules: RuleTree, context: RuleContext): SQL {
  if (rules.rules.length === 0) return sql`true`;
  return compileGroup(rules.match, rules.rules, context);
}

function compileGroup(match: "all" | "any" | "none", rules: Rule[], context: RuleContext): SQL {
  const parts = rules.map((rule) =>
    isGroup(rule) ? compileGroup(rule.match, rule.rules, context) : compileCondition(rule, context),
  );
  const joined = sql`(${sql.join(parts, match === "all" ? sql` and ` : sql` or `)})`;
  return match === "none" ? sql`(not ${joined})` : joined;
}

function compileCondition(rule: Condition, context: RuleContext): SQL {
  switch (fieldKind(rule.field)) {
    case "text":
    case "choice":
      return compileText(rule, standard(rule.field));
    case "number":
      return compileNumber(rule, standard(rule.field));
    case "date":
      return compileInstant(rule, standard(rule.field), context);
    case "tags":
      return compileTags(rule);
    case "membership":
      return compileMembership(rule, context);
    case "engagement":
      return compileEngagement(rule, context);
    case "custom":
      return compileCustom(rule, context);
    default:
      throw new Error(`No field ${rule.field} in a tree that was validated.`);
  }
}

const standard = (field: string) => sql`c.${sql.identifier(field)}`;
// The columns are COLLATE "C", whose lower() knows ASCII only.
const folded = (text: SQL) => sql`lower((${text})::text collate "default")`;
const scalar = (value: RuleValue | undefined) => (typeof value === "object" ? "" : String(value));
const foldedValue = (value: RuleValue | undefined) => sql`lower(${scalar(value)}::text collate "default")`;
const values = (list: RuleValue | undefined) => (Array.isArray(list) ? list.map(String) : []);
const isTrue = (predicate: SQL) => sql`coalesce(${predicate}, false)`;
const isNotTrue = (predicate: SQL) => sql`not coalesce(${predicate}, false)`;

/** `is_empty` and `is_set`, or null for any other operator. */
function compilePresence(rule: Condition, text: SQL): SQL | null {
  if (rule.operator === "is_empty") return sql`coalesce((${text})::text, '') = ''`;
  if (rule.operator === "is_set") return sql`coalesce((${text})::text, '') <> ''`;
  return null;
}

function compileText(rule: Condition, column: SQL): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  const value = foldedValue(rule.value);
  const equal = () => equals(rule.field, column, value);
  const among = () =>
    isTrue(sql`${folded(column)} in (${sql.join(values(rule.value).map(foldedValue), sql`, `)})`);
  switch (rule.operator) {
    case "equals":
      return equal();
    case "not_equals":
      return sql`not ${equal()}`;
    case "contains":
      return isTrue(sql`strpos(${folded(column)}, ${value}) > 0`);
    case "not_contains":
      return isNotTrue(sql`strpos(${folded(column)}, ${value}) > 0`);
    case "starts_with":
      return isTrue(sql`starts_with(${folded(column)}, ${value})`);
    case "ends_with":
      return isTrue(sql`right(${folded(column)}, length(${value})) = ${value}`);
    case "in":
      return among();
    case "not_in":
      return sql`not ${among()}`;
    default:
      throw unknownOperator(rule);
  }
}

/** Address and status never hold null and are stored folded, so that their comparison may drive an index. */
function equals(field: string, column: SQL, value: SQL): SQL {
  if (field === "email") return sql`(c.email_normalized = ${value})`;
  if (field === "status" || field === "lifecycle_stage") return sql`(${column} = ${value})`;
  return isTrue(sql`${folded(column)} = ${value}`);
}

function compileNumber(rule: Condition, column: SQL): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  const bound = (value: RuleValue | undefined) => sql`${String(Number(value))}::float8`;
  const [low, high] = values(rule.value);
  switch (rule.operator) {
    case "equals":
      return isTrue(sql`${column} = ${bound(rule.value)}`);
    case "not_equals":
      return isNotTrue(sql`${column} = ${bound(rule.value)}`);
    case "greater_than":
      return isTrue(sql`${column} > ${bound(rule.value)}`);
    case "at_least":
      return isTrue(sql`${column} >= ${bound(rule.value)}`);
    case "less_than":
      return isTrue(sql`${column} < ${bound(rule.value)}`);
    case "at_most":
      return isTrue(sql`${column} <= ${bound(rule.value)}`);
    case "between":
      return isTrue(sql`${column} between ${bound(low)} and ${bound(high)}`);
    default:
      throw unknownOperator(rule);
  }
}

type Bounds = { from?: Date; until?: Date };

/** The instants a date rule allows, `from` inclusive and `until` exclusive, in the workspace's zone. */
function dateBounds(rule: Condition, { now, zone }: RuleContext): Bounds {
  const span = rule.value as Span;
  const [low = "", high = ""] = values(rule.value);
  switch (rule.operator) {
    case "on":
      return dayBounds(scalar(rule.value), zone);
    case "before":
      return { until: dayBounds(scalar(rule.value), zone).from };
    case "after":
      return { from: dayBounds(scalar(rule.value), zone).until };
    case "between":
      return { from: dayBounds(low, zone).from, until: dayBounds(high, zone).until };
    case "within_last":
      return { from: shifted(now, span, -1, zone), until: new Date(now.getTime() + 1) };
    case "more_than_ago":
      return { until: shifted(now, span, -1, zone) };
    case "within_next":
      return { from: now, until: shifted(now, span, 1, zone) };
    default:
      throw unknownOperator(rule);
  }
}

function compileInstant(rule: Condition, column: SQL, context: RuleContext): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  const { from, until } = dateBounds(rule, context);
  const parts = [
    from && sql`${column} >= ${from.toISOString()}::timestamptz`,
    until && sql`${column} < ${until.toISOString()}::timestamptz`,
  ].filter((part) => part !== undefined);
  return isTrue(sql`(${sql.join(parts, sql` and `)})`);
}

function compileTags(rule: Condition): SQL {
  const any = sql`exists (select 1 from contact_tags ct where ct.contact_id = c.id)`;
  if (rule.operator === "is_set") return any;
  if (rule.operator === "is_empty") return sql`not ${any}`;
  const names = [...new Set(values(rule.value).map((name) => name.toLowerCase()))];
  const carries = (name: string) =>
    sql`exists (select 1 from contact_tags ct join tags t on t.id = ct.tag_id
      where ct.contact_id = c.id and lower(t.name collate "default") = ${name}::text)`;
  if (rule.operator === "contains_all") return sql`(${sql.join(names.map(carries), sql` and `)})`;
  const some = sql`(${sql.join(names.map(carries), sql` or `)})`;
  return rule.operator === "contains_none" ? sql`not ${some}` : some;
}

/** Lists by their members, segments by their own rules, compiled in place. */
function compileMembership(rule: Condition, context: RuleContext): SQL {
  const parts = values(rule.value).map((id) => {
    const referenced = context.segments.get(id);
    if (!referenced) return sql`false`;
    if (referenced.rules) return compileRules(referenced.rules, context);
    return inList(id);
  });
  const some = sql`(${sql.join(parts, sql` or `)})`;
  return rule.operator === "not_in" ? sql`not ${some}` : some;
}

/**
 * Whether `contacts c` is in a list. A scalar sub-select is asked of each contact by an index probe; `exists` may
 * become a join that, while the tables have no statistics yet, reads the whole list for every contact.
 */
export const inList = (listId: string): SQL => sql`coalesce((select true from segment_contacts sm
  where sm.tenant_id = c.tenant_id and sm.segment_id = ${listId}::uuid and sm.contact_id = c.id limit 1), false)`;

function compileEngagement(rule: Condition, context: RuleContext): SQL {
  const field = rule.field === "email_opened" ? "email_opened" : "email_clicked";
  const which = (rule.value ?? {}) as Engagement;
  const happened = (context.engagement ?? engagementOf(context))(field, which);
  return rule.operator === "is_false" ? sql`(not ${happened})` : happened;
}

/** Engagement with any message of the ledger, as the columns of machine-free opens and clicks hold it. */
function engagementOf({ now, zone }: RuleContext) {
  return (field: "email_opened" | "email_clicked", which: Engagement): SQL => {
    const column = field === "email_opened" ? sql`m.first_opened_at` : sql`m.first_clicked_at`;
    const since = which.days && shifted(now, { amount: which.days, unit: "days" }, -1, zone);
    return sql`exists (select 1 from content.email_messages m where m.contact_id = c.id and ${column} is not null
      ${since ? sql`and ${column} >= ${since.toISOString()}::timestamptz` : sql``}
      ${which.campaignId ? sql`and m.campaign_id = ${which.campaignId}::uuid` : sql``}
      ${which.stepId ? sql`and m.step_id = ${which.stepId}::uuid` : sql``})`;
  };
}

const dateOnly = ["on", "before", "after", "within_last", "more_than_ago", "within_next"];
const numberOnly = ["greater_than", "at_least", "less_than", "at_most"];

/** A custom field is text, number or date by what it is compared with: a file may bring any of them. */
function compileCustom(rule: Condition, context: RuleContext): SQL {
  const text = sql`(c.custom_fields ->> ${rule.field.slice("custom.".length)}::text)`;
  const first: unknown = Array.isArray(rule.value) ? rule.value[0] : rule.value;
  const presence = compilePresence(rule, text);
  if (presence) return presence;
  if (numberOnly.includes(rule.operator) || typeof first === "number") {
    // Text that is no number must not abort the statement: CASE decides before it casts.
    const number = sql`(case when ${text} ~ '^\\s*[-+]?[0-9]{1,30}(\\.[0-9]{1,30})?\\s*$' then ${text}::float8 end)`;
    return compileNumber(rule, number);
  }
  if (dateOnly.includes(rule.operator) || rule.operator === "between") return compileDay(rule, text, context);
  return compileText(rule, text);
}

/** Dates in custom fields are text, `YYYY-MM-DD` first, and order as text: no cast can fail on a 31 February. */
function compileDay(rule: Condition, text: SQL, context: RuleContext): SQL {
  const day = sql`(case when ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left(${text}, 10) collate "C" end)`;
  const { from, until } = dateBounds(rule, context);
  // Both ends are days here: a span of hours reaches to the day it ends on.
  const last = until && dayIn(new Date(until.getTime() - 1), context.zone);
  const parts = [
    from && sql`${day} >= ${dayIn(from, context.zone)}::text`,
    last && sql`${day} <= ${last}::text`,
  ].filter((part) => part !== undefined && part !== "");
  return isTrue(sql`(${sql.join(parts, sql` and `)})`);
}

function unknownOperator(rule: Condition): Error {
  return new Error(`No operator ${rule.operator} for ${rule.field} in a tree that was validated.`);
}
