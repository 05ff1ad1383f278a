import { DateTime } from "luxon";
import type { Zoned } from "./periods.ts";
import {
  type Condition,
  type Engagement,
  fieldKind,
  isGroup,
  type Rule,
  type RuleTree,
  type Span,
  type Tally,
} from "./schema.ts";
import { agents, type Person, type World } from "./testing-people.ts";

/** What a rule means, said plainly over people in memory: what the compiled SQL must agree with. */
export type Asked = Zoned & { world: World; createdAt: Date; segments: ReadonlyMap<string, RuleTree> };

export function fits(person: Person & { id: string }, tree: RuleTree, asked: Asked): boolean {
  return tree.rules.length === 0 || holds(person, { match: tree.match, rules: tree.rules }, asked);
}

function holds(person: Person & { id: string }, rule: Rule, asked: Asked): boolean {
  if (!isGroup(rule)) return satisfies(person, rule, asked);
  const each = (inner: Rule) => holds(person, inner, asked);
  if (rule.match === "all") return rule.rules.every(each);
  return rule.rules.some(each) === (rule.match === "any");
}

const negative: Record<string, string> = {
  not_equals: "equals",
  not_contains: "contains",
  not_in: "in",
  contains_none: "contains_any",
  is_false: "is_true",
  is_empty: "is_set",
};

/** A negative operator is whatever its positive one is not, which is why it matches what is missing. */
function satisfies(person: Person & { id: string }, rule: Condition, asked: Asked): boolean {
  const positive = negative[rule.operator];
  if (positive) return !satisfies(person, { ...rule, operator: positive as Condition["operator"] }, asked);
  switch (fieldKind(rule.field)) {
    case "text":
      return compareText(
        rule,
        rule.field === "email" ? emailOf(person, asked) : (person.text[rule.field] ?? null),
      );
    case "choice":
      if (rule.field === "device") return [...devicesOf(person)].some((device) => compareText(rule, device));
      return compareText(rule, rule.field === "status" ? person.status : person.stage);
    case "number":
      return compareNumber(rule, person.score);
    case "date":
      return compareInstant(
        rule,
        rule.field === "created_at" ? asked.createdAt : (person.dates[rule.field] ?? null),
        asked,
      );
    case "tags":
      return compareSeveral(rule, person.tags);
    case "membership":
      return (rule.value as string[]).some((id) => belongs(person, rule.field, id, asked));
    case "engagement":
      return times(person, rule.field, (rule.value ?? {}) as Engagement, asked) > 0;
    case "tally":
      return compareNumber(
        { ...rule, value: (rule.value as Tally).count },
        times(person, rule.field, rule.value as Tally, asked),
      );
    case "custom":
      return compareCustom(rule, person.custom[rule.field.slice("custom.".length)], asked);
    case "occurrence":
    case "passage":
    case "variant":
    case "share":
    case null:
      throw new Error(rule.field);
  }
}

const devicesOf = ({ messages }: Person) =>
  new Set(
    messages
      .filter(({ isTest }) => !isTest)
      .flatMap(({ events }) => events.filter(({ isMachine }) => !isMachine))
      .map(({ agent }) => agents.get(agent) ?? null),
  );

const emailOf = (person: { id: string }, { world }: Asked) =>
  `p${world.people.findIndex(({ id }) => id === person.id)}@world.test`;

function compareText(rule: Condition, held: string | null): boolean {
  if (rule.operator === "is_set") return (held ?? "") !== "";
  if (held === null) return false;
  const text = held.toLowerCase();
  if (Array.isArray(rule.value)) return rule.value.some((value) => String(value).toLowerCase() === text);
  const value = `${rule.value as string | number | boolean}`.toLowerCase();
  if (rule.operator === "contains") return text.includes(value);
  if (rule.operator === "starts_with") return text.startsWith(value);
  return rule.operator === "ends_with" ? text.endsWith(value) : text === value;
}

function compareNumber(rule: Condition, held: number | null): boolean {
  if (rule.operator === "is_set") return held !== null;
  if (held === null) return false;
  const [low, high] = Array.isArray(rule.value) ? rule.value.map(Number) : [Number(rule.value)];
  if (low === undefined) return false;
  if (rule.operator === "between") return held >= low && held <= (high ?? low);
  if (rule.operator === "greater_than") return held > low;
  if (rule.operator === "at_least") return held >= low;
  if (rule.operator === "less_than") return held < low;
  return rule.operator === "at_most" ? held <= low : held === low;
}

function compareSeveral(rule: Condition, held: readonly string[]): boolean {
  if (rule.operator === "is_set") return held.length > 0;
  const carried = new Set(held.map((value) => value.toLowerCase()));
  const asked = (rule.value as string[]).map((value) => value.toLowerCase());
  return rule.operator === "contains_all"
    ? asked.every((value) => carried.has(value))
    : asked.some((value) => carried.has(value));
}

/** The moment a span away, by the clock on the wall. */
const away = ({ now, zone }: Zoned, { amount, unit }: Span, sign: number) =>
  DateTime.fromJSDate(now, { zone }).plus({ [unit]: sign * amount });

function compareInstant(rule: Condition, held: Date | null, asked: Zoned): boolean {
  if (rule.operator === "is_set") return held !== null;
  if (held === null) return false;
  const at = DateTime.fromJSDate(held, { zone: asked.zone });
  const now = DateTime.fromJSDate(asked.now, { zone: asked.zone });
  const span = rule.value as Span;
  if (rule.operator === "within_last") return at >= away(asked, span, -1) && at <= now;
  if (rule.operator === "more_than_ago") return at < away(asked, span, -1);
  if (rule.operator === "within_next") return at >= now && at < away(asked, span, 1);
  return compareDay(rule, at.toISODate() ?? "", asked);
}

/** `day` is `YYYY-MM-DD`. */
function compareDay(rule: Condition, day: string, asked: Zoned): boolean {
  const dayOf = (at: DateTime) => at.toISODate() ?? "";
  const now = DateTime.fromJSDate(asked.now, { zone: asked.zone });
  const span = rule.value as Span;
  const [low = "", high = ""] = Array.isArray(rule.value)
    ? rule.value.map(String)
    : [`${rule.value as string}`];
  switch (rule.operator) {
    case "on":
      return day === low;
    case "before":
      return day < low;
    case "after":
      return day > low;
    case "between":
      return day >= low && day <= high;
    case "within_last":
      return day >= dayOf(away(asked, span, -1)) && day <= dayOf(now);
    case "more_than_ago":
      return day <= dayOf(away(asked, span, -1).minus(1));
    case "within_next":
      return day >= dayOf(now) && day <= dayOf(away(asked, span, 1).minus(1));
    case "anniversary_today":
      return comesRound(day, now, 1);
    case "anniversary_this_month":
      return comesRound(day, now.startOf("month"), now.daysInMonth ?? 0);
    default:
      return comesRound(day, now, span.amount);
  }
}

function comesRound(day: string, from: DateTime, count: number): boolean {
  const born = DateTime.fromISO(day);
  return Array.from({ length: count }, (_, ahead) => from.plus({ days: ahead })).some(
    (each) =>
      born.year < each.year && born.set({ year: each.year }).toFormat("MM-dd") === each.toFormat("MM-dd"),
  );
}

function belongs(person: Person & { id: string }, field: string, id: string, asked: Asked): boolean {
  const { world } = asked;
  if (field === "list") return person.lists.includes(world.lists.indexOf(id));
  if (field === "import") return person.import !== null && world.imports[person.import] === id;
  if (field === "campaign")
    return person.campaigns.includes(world.campaigns.findIndex((each) => each.id === id));
  const rules = asked.segments.get(id);
  return rules !== undefined && fits(person, rules, asked);
}

/** How often it happened. */
function times(person: Person, field: string, which: Engagement, asked: Asked): number {
  const since =
    which.days === undefined ? null : away(asked, { amount: which.days, unit: "days" }, -1).toJSDate();
  const inTime = (at: Date | null) => at !== null && (since === null || at >= since);
  const messages = person.messages.filter(({ campaign, step }) => {
    const { id, steps } = asked.world.campaigns[campaign] ?? { steps: [] };
    return (!which.campaignId || which.campaignId === id) && (!which.stepId || which.stepId === steps[step]);
  });
  const ours = messages.filter(({ isTest }) => !isTest);
  if (field === "email_received" || field === "received_count")
    return ours.filter(({ sentAt, bouncedAt }) => inTime(sentAt) && bouncedAt === null).length;
  if (field === "email_replied" || field === "reply_count")
    return ours.filter(({ repliedAt }) => inTime(repliedAt)).length;
  const type = field === "email_opened" || field === "open_count" ? "opened" : "clicked";
  return ours
    .flatMap(({ events }) => events)
    .filter((event) => event.type === type && !event.isMachine && inTime(event.at))
    .filter(({ url }) => !which.urlContains || url.toLowerCase().includes(which.urlContains.toLowerCase()))
    .length;
}

const orders = ["greater_than", "at_least", "less_than", "at_most"];

/** A custom field is what it is compared with. */
function compareCustom(rule: Condition, held: unknown, asked: Zoned): boolean {
  const text = asText(held);
  if (rule.operator === "is_set") return text !== null && text !== "" && text !== "[]";
  if (rule.operator.startsWith("contains_"))
    return compareSeveral(rule, Array.isArray(held) ? held.map(String) : text === null ? [] : [text]);
  const first: unknown = Array.isArray(rule.value) ? rule.value[0] : rule.value;
  if (orders.includes(rule.operator) || typeof first === "number")
    return compareNumber(rule, text !== null && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(text) ? Number(text) : null);
  const dated = ["on", "before", "after", "between", "within_last", "more_than_ago", "within_next"];
  if (dated.includes(rule.operator) || rule.operator.startsWith("anniversary"))
    return text !== null && /^\d{4}-\d\d-\d\d/.test(text) && compareDay(rule, text.slice(0, 10), asked);
  return compareText(rule, text);
}

/** As Postgres writes a JSON value out. */
function asText(held: unknown): string | null {
  if (held === undefined || held === null) return null;
  if (typeof held === "string") return held;
  return Array.isArray(held)
    ? `[${held.map((each) => JSON.stringify(each)).join(", ")}]`
    : JSON.stringify(held);
}
