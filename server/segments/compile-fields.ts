import { type SQL, sql } from "drizzle-orm";
import { anniversaries, dateBounds, dayIn, instantText, type Zoned } from "./periods.ts";
import type { Condition, RuleValue } from "./schema.ts";

export const standard = (field: string) => sql`c.${sql.identifier(field)}`;
export const texts = (value: RuleValue | undefined) => (Array.isArray(value) ? value.map(String) : []);
// The columns are COLLATE "C", whose lower() knows ASCII only.
const folded = (text: SQL) => sql`lower((${text})::text collate "default")`;
const scalar = (value: RuleValue | undefined) => (typeof value === "object" ? "" : String(value));
const foldedValue = (value: RuleValue | undefined) => sql`lower(${scalar(value)}::text collate "default")`;
const isTrue = (predicate: SQL) => sql`coalesce(${predicate}, false)`;
const isNotTrue = (predicate: SQL) => sql`not coalesce(${predicate}, false)`;

/** `is_empty` and `is_set`, or null for any other operator. */
function compilePresence(rule: Condition, text: SQL): SQL | null {
  if (rule.operator === "is_empty") return sql`coalesce((${text})::text, '') = ''`;
  if (rule.operator === "is_set") return sql`coalesce((${text})::text, '') <> ''`;
  return null;
}

/** What a rule about a choice names, folded, as an array. */
export function chosen({ value }: Condition): SQL {
  const values = Array.isArray(value) ? value : [scalar(value)];
  return sql`${sql.param(values.map((one) => String(one).toLowerCase()))}::text[]`;
}

/** States never hold null and are stored folded, so that their comparison may drive an index. */
export function compileChoice(rule: Condition, column: SQL): SQL {
  const among = sql`(${column} = any(${chosen(rule)}))`;
  return rule.operator === "equals" || rule.operator === "in" ? among : sql`not ${among}`;
}

export function compileText(rule: Condition, column: SQL): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  const value = foldedValue(rule.value);
  const isEmail = rule.field === "email";
  const equal = () => (isEmail ? isAddress([scalar(rule.value)]) : isTrue(sql`${folded(column)} = ${value}`));
  const among = () =>
    isEmail
      ? isAddress(texts(rule.value))
      : isTrue(sql`${folded(column)} in (select lower(value collate "default")
          from unnest(${sql.param(texts(rule.value))}::text[]) as value)`);
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

/** An address never is null, and is kept folded beside what was typed: its index may be used. */
const isAddress = (addresses: readonly string[]) =>
  sql`(c.email_normalized = any(${sql.param(addresses.map((one) => one.toLowerCase()))}::text[]))`;

export function compileNumber(rule: Condition, column: SQL): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  if (rule.operator === "between") {
    const [low, high] = texts(rule.value);
    return isTrue(sql`${column} between ${float(low)} and ${float(high)}`);
  }
  return comparison(rule, column, float(rule.value));
}

const float = (value: RuleValue | undefined) => sql`${String(Number(value))}::float8`;

/** `left` against `right` by a numeric operator. */
export function comparison(rule: Condition, left: SQL, right: SQL): SQL {
  switch (rule.operator) {
    case "equals":
      return isTrue(sql`${left} = ${right}`);
    case "not_equals":
      return isNotTrue(sql`${left} = ${right}`);
    case "greater_than":
      return isTrue(sql`${left} > ${right}`);
    case "at_least":
      return isTrue(sql`${left} >= ${right}`);
    case "less_than":
      return isTrue(sql`${left} < ${right}`);
    case "at_most":
      return isTrue(sql`${left} <= ${right}`);
    default:
      throw unknownOperator(rule);
  }
}

export function compileInstant(rule: Condition, column: SQL, zoned: Zoned): SQL {
  const presence = compilePresence(rule, column);
  if (presence) return presence;
  const local = sql`to_char(${column} at time zone ${zoned.zone}, 'YYYY-MM-DD')`;
  const anniversary = compileAnniversary(rule, local, zoned);
  if (anniversary) return anniversary;
  const { from, until } = dateBounds(rule, zoned);
  const parts = [
    from && sql`${column} >= ${instantText(from)}::timestamptz`,
    until && sql`${column} < ${instantText(until)}::timestamptz`,
  ].filter((part) => part !== undefined);
  return isTrue(sql`(${sql.join(parts, sql` and `)})`);
}

/** Whether the day `YYYY-MM-DD` comes round, in a year after its own; null for operators about anything else. */
function compileAnniversary(rule: Condition, day: SQL, zoned: Zoned): SQL | null {
  const rounds = anniversaries(rule, zoned);
  if (!rounds) return null;
  const parts = rounds.map(
    ({ year, monthDays }) =>
      sql`(right(${day}, 5) = any(${sql.param(monthDays)}::text[]) and left(${day}, 4) collate "C" < ${String(year)}::text)`,
  );
  return isTrue(sql`(${sql.join(parts, sql` or `)})`);
}

const dateOnly = [
  "on",
  "before",
  "after",
  "within_last",
  "more_than_ago",
  "within_next",
  "anniversary_today",
  "anniversary_this_month",
  "anniversary_within_next",
];
const numberOnly = ["greater_than", "at_least", "less_than", "at_most"];
const several = ["contains_any", "contains_all", "contains_none"];

/** A custom field is text, number, date or a choice of several by what it is compared with: a file may bring any of them. */
export function compileCustom(rule: Condition, zoned: Zoned): SQL {
  const name = rule.field.slice("custom.".length);
  const text = sql`(c.custom_fields ->> ${name}::text)`;
  const first: unknown = Array.isArray(rule.value) ? rule.value[0] : rule.value;
  const presence = compilePresence(rule, sql`nullif(${text}, '[]')`);
  if (presence) return presence;
  if (several.includes(rule.operator)) return compileSeveral(rule, sql`(c.custom_fields -> ${name}::text)`);
  if (dateOnly.includes(rule.operator)) return compileDay(rule, text, zoned);
  if (numberOnly.includes(rule.operator) || typeof first === "number") {
    // Text that is no number must not abort the statement: CASE decides before it casts.
    const number = sql`(case when ${text} ~ '^\\s*[-+]?[0-9]{1,30}(\\.[0-9]{1,30})?\\s*$' then ${text}::float8 end)`;
    return compileNumber(rule, number);
  }
  return rule.operator === "between" ? compileDay(rule, text, zoned) : compileText(rule, text);
}

/** A value that is no array counts as an array of one. */
function compileSeveral(rule: Condition, json: SQL): SQL {
  const items = sql`jsonb_array_elements_text(
    case when jsonb_typeof(${json}) = 'array' then ${json} else jsonb_build_array(${json}) end) as held(item)`;
  return carriesOf(rule, sql`lower(item)`, (among) => sql`from ${items} where ${among}`);
}

/**
 * Whether a contact carries any, all or none of the names that a rule gives. One array for all of them: a sub-select for
 * each would keep the planner busy longer than the rule takes.
 */
export function carriesOf(rule: Condition, name: SQL, from: (among: SQL) => SQL): SQL {
  const names = [...new Set(texts(rule.value).map((value) => value.toLowerCase()))];
  const carried = from(sql`${name} = any(${sql.param(names)}::text[])`);
  if (rule.operator === "contains_all")
    return sql`((select count(distinct ${name}) ${carried}) = ${names.length}::int)`;
  return rule.operator === "contains_none"
    ? sql`(not exists (select 1 ${carried}))`
    : sql`exists (select 1 ${carried})`;
}

/** Dates in custom fields are text, `YYYY-MM-DD` first, and order as text: no cast can fail on a 31 February. */
function compileDay(rule: Condition, text: SQL, zoned: Zoned): SQL {
  const day = sql`(case when ${text} ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}' then left(${text}, 10) collate "C" end)`;
  const anniversary = compileAnniversary(rule, day, zoned);
  if (anniversary) return anniversary;
  const { from, until } = dateBounds(rule, zoned);
  // Both ends are days here: a span of hours reaches to the day it ends on.
  const last = until && dayIn(new Date(until.getTime() - 1), zoned.zone);
  const parts = [
    from && sql`${day} >= ${dayIn(from, zoned.zone)}::text`,
    last && sql`${day} <= ${last}::text`,
  ].filter((part) => part !== undefined && part !== "");
  return isTrue(sql`(${sql.join(parts, sql` and `)})`);
}

function unknownOperator(rule: Condition): Error {
  return new Error(`No operator ${rule.operator} for ${rule.field} in a tree that was validated.`);
}
