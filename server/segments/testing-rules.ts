import fc from "fast-check";
import {
  fieldKind,
  operatorsOf,
  type Condition,
  contactStatuses,
  lifecycleStages,
  type Operator,
  type Rule,
  type RuleTree,
  ruleTree,
} from "./schema.ts";
import { devices } from "./fields.ts";
import { dateColumns, tagNames, textColumns, word, type World } from "./testing-people.ts";

/** Any rule tree over what a world knows; `segments` are the ids that rules may refer to. */
export function anyTree(world: World, now: Date, segments: readonly string[]): fc.Arbitrary<RuleTree> {
  const { rule } = fc.letrec<{ rule: Rule; group: Rule }>((tie) => ({
    rule: fc.oneof(
      { depthSize: "small", maxDepth: 2, withCrossShrink: true },
      condition(world, now, segments),
      tie("group"),
    ),
    group: fc.record({
      match: fc.constantFrom("all" as const, "any" as const, "none" as const),
      rules: fc.array(tie("rule"), { minLength: 1, maxLength: 3 }),
    }),
  }));
  return fc
    .record({
      version: fc.constant(1 as const),
      match: fc.constantFrom("all" as const, "any" as const),
      rules: fc.array(rule, { maxLength: 3 }),
    })
    .map((tree) => ruleTree.parse(tree));
}

const fields = [
  "email",
  ...textColumns,
  ...["status", "lifecycle_stage", "device", "lead_score", "created_at", ...dateColumns],
  ...["tags", "list", "segment", "import", "campaign"],
  ...["email_received", "email_opened", "email_clicked", "email_replied"],
  ...["received_count", "open_count", "click_count", "reply_count"],
  ...[
    "custom.plan",
    "custom.seats",
    "custom.renewal",
    "custom.active",
    "custom.colours",
    "custom.unheard_of",
  ],
];

function condition(world: World, now: Date, segments: readonly string[]): fc.Arbitrary<Condition> {
  return fc.constantFrom(...fields).chain((field) => {
    const kind = fieldKind(field) ?? "text";
    return fc.constantFrom(...operatorsOf[kind]).chain((operator) =>
      valueOf(field, operator, { world, now, segments }).map((value) => ({
        field,
        operator,
        ...(value === undefined ? {} : { value: value as Condition["value"] }),
      })),
    );
  });
}

type Known = { world: World; now: Date; segments: readonly string[] };

const someText = word.filter((text) => text.trim() !== "");
const someNumber = fc.oneof(fc.integer({ min: -4, max: 101 }), fc.constantFrom(2.5, 7.5));
const spans = fc.record({
  amount: fc.constantFrom(1, 7, 12, 30, 31),
  unit: fc.constantFrom("hours", "days", "weeks", "months"),
});
const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const without = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));

function valueOf(field: string, operator: Operator, known: Known): fc.Arbitrary<unknown> {
  if (["is_empty", "is_set", "anniversary_today", "anniversary_this_month"].includes(operator))
    return fc.constant(undefined);
  switch (fieldKind(field)) {
    case "engagement":
      return fc.option(which(field, known), { nil: undefined });
    case "tally":
      return fc
        .tuple(fc.nat(3), which("", known))
        .map(([count, { stepId: _, ...rest }]) => ({ count, ...rest }));
    case "membership":
      return fc.uniqueArray(fc.constantFrom(...idsFor(field, known)), { minLength: 1, maxLength: 2 });
    default:
      return plainValue(field, operator, known.now);
  }
}

function idsFor(field: string, { world, segments }: Known): string[] {
  const gone = "01890000-0000-7000-8000-000000000000";
  const known: Record<string, readonly string[]> = {
    list: world.lists,
    segment: segments,
    import: world.imports,
    campaign: world.campaigns.map(({ id }) => id),
  };
  return [...(known[field] ?? []), gone];
}

function which(field: string, { world }: Known) {
  const campaign = fc.constantFrom(...world.campaigns);
  return fc
    .tuple(
      optional(campaign.map(({ id }) => id)),
      optional(campaign.map(({ steps }) => steps[0])),
      optional(fc.constantFrom(1, 7, 30, 365)),
      field === "email_clicked"
        ? optional(fc.constantFrom("pricing", "DEMO", "%_off", "nowhere"))
        : fc.constant(undefined),
    )
    .map(
      ([campaignId, stepId, days, urlContains]) =>
        without({ campaignId, stepId, days, urlContains }) as Record<string, unknown>,
    );
}

function plainValue(field: string, operator: Operator, now: Date): fc.Arbitrary<unknown> {
  const kind = fieldKind(field);
  const near = fc
    .constantFrom(-800, -366, -365, -90, -31, -30, -8, -7, -1, 0, 1, 30)
    .map((shift) => new Date(now.getTime() + shift * 86_400_000).toISOString().slice(0, 10));
  const days = fc.oneof({ arbitrary: near, weight: 12 }, fc.constantFrom("0001-01-01", "9999-12-31"));
  if (["within_last", "more_than_ago", "within_next"].includes(operator)) return spans;
  if (operator === "anniversary_within_next")
    return fc.record({ amount: fc.constantFrom(1, 2, 31, 366), unit: fc.constant("days") });
  if (["on", "before", "after"].includes(operator)) return days;
  if (operator === "between") {
    const numbers = fc.tuple(someNumber, someNumber);
    if (kind === "number") return numbers;
    return kind === "date" ? fc.tuple(days, days) : fc.oneof(numbers, fc.tuple(days, days));
  }
  if (["greater_than", "at_least", "less_than", "at_most"].includes(operator) || kind === "number")
    return someNumber;
  const one =
    field === "status"
      ? fc.constantFrom<string>(...contactStatuses)
      : field === "device"
        ? fc.constantFrom<string>(...devices, "Phone")
        : field === "lifecycle_stage"
          ? fc.constantFrom<string>(...lifecycleStages)
          : field === "email"
            ? fc.oneof(fc.constantFrom("P1@world.TEST", "p2", "world.test"), someText)
            : fc.oneof(someText, fc.constantFrom<string>(...tagNames, "red", "GREEN", "true", "7"));
  if (["in", "not_in", "contains_any", "contains_all", "contains_none"].includes(operator))
    return fc.array(one, { minLength: 1, maxLength: 3 });
  if (kind === "custom" && (operator === "equals" || operator === "not_equals"))
    return fc.oneof(one, someNumber, fc.boolean());
  return one;
}
