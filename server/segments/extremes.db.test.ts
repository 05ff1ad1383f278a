import { sql } from "drizzle-orm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { appNow } from "#db/clock";
import { createContacts, createTenant } from "#db/factories";
import { type TenantTx, withTenant } from "#db/tenancy";
import { savepoint } from "#db/transaction";
import { mustBeStorable } from "#server/storable";
import { compileRules } from "./compile.ts";
import { operatorsOf, ruleFields } from "./fields.ts";
import { ruleContext } from "./queries.ts";
import { fieldKind, type Rule, type RuleTree, ruleTree } from "./schema.ts";

const days = [
  "0001-01-01",
  "0001-01-02",
  "1582-10-10",
  "1893-04-01",
  "2026-02-28",
  "9999-12-30",
  "9999-12-31",
];
const texts = [
  "%",
  "\\",
  "'",
  "{",
  "😀",
  "\uffff",
  "İ",
  "ß",
  "\u0301",
  "NaN",
  "infinity",
  "1e999",
  "a".repeat(1000),
];
const numbers = [0, -0, 1e308, -1e308, 5e-324, 2 ** 63, 1e30, 0.1, Number.MAX_SAFE_INTEGER];
const nobody = "01890000-0000-7000-8000-000000000000";
const zones = [
  "UTC",
  "Europe/Berlin",
  "America/Los_Angeles",
  "Pacific/Kiritimati",
  "Asia/Kathmandu",
  "Etc/GMT+12",
];

/** Whatever a client may send as a value, and much that it may not. */
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(undefined, true, false, ...days, ...texts, ...numbers),
  fc.string({ unit: "binary", maxLength: 8 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.tuple(fc.constantFrom(...days), fc.constantFrom(...days)),
  fc.tuple(fc.constantFrom(...numbers), fc.double({ noNaN: true, noDefaultInfinity: true })),
  fc.array(fc.oneof(fc.constantFrom(...texts), fc.string({ unit: "binary" })), {
    minLength: 1,
    maxLength: 5,
  }),
  fc.constant([nobody]),
  fc.record({
    amount: fc.constantFrom(1, 366, 3650, 10_000),
    unit: fc.constantFrom("hours", "days", "weeks", "months"),
  }),
  fc.record(
    {
      count: fc.constantFrom(0, 1_000_000),
      days: fc.constantFrom(1, 3650),
      campaignId: fc.constant(nobody),
      stepId: fc.constant(nobody),
      urlContains: fc.constantFrom(...texts),
    },
    { requiredKeys: [], noNullPrototype: true },
  ),
);
const fields = [...ruleFields.map(({ name }) => name), "custom.any", `custom.${"x".repeat(63)}`];
const anyCondition = fc.constantFrom(...fields).chain((field) =>
  fc.record({
    field: fc.constant(field),
    operator: fc.constantFrom(...operatorsOf[fieldKind(field) ?? "text"]),
    value: anyValue,
  }),
);
const admitted = (rules: unknown[]) => ruleTree.safeParse({ version: 1, match: "any", rules });

/** All other input is refused where it comes in. */
function isStorable(input: unknown): boolean {
  try {
    mustBeStorable(input);
    return true;
  } catch {
    return false;
  }
}

/** As a segment keeps them. */
async function stored(tx: TenantTx, rules: RuleTree): Promise<RuleTree> {
  const [row] = await tx.execute<{ rules: unknown }>(sql`select ${JSON.stringify(rules)}::jsonb as rules`);
  return ruleTree.parse(row?.rules);
}

async function counted(tx: TenantTx, rules: RuleTree, zone: string): Promise<number> {
  const predicate = compileRules(rules, { ...(await ruleContext(tx, rules)), zone });
  const [row] = await tx.execute<{ count: number }>(
    sql`select count(*)::int as count from contacts c where ${predicate}`,
  );
  return row?.count ?? -1;
}

const held = [
  ...days,
  "0000-01-01",
  "-5",
  "1e999",
  " 7 ",
  "9".repeat(30),
  "",
  null,
  true,
  [],
  ["", null],
  { a: 1 },
];

it("whatever rules can be stored, Postgres answers them, in any zone", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    await createContacts(
      tx,
      held.map((any, n) => ({ email: `p${n}@extreme.test`, customFields: { any } })),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyCondition, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(...zones),
        async (drawn, zone) => {
          const rules: Rule[] = drawn.filter(isStorable).flatMap((one) => {
            const read = admitted([one]);
            return read.success ? read.data.rules : [];
          });
          fc.pre(rules.length > 0);
          const count = await savepoint(tx, async (inner) =>
            counted(inner, await stored(inner, { version: 1, match: "any", rules }), zone),
          );
          expect(count).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 100 },
    );
  });
}, 30_000);

it("every rule that compares with the first or the last day is answered, and rightly", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    await createContacts(tx, [
      ...days.map((day) => ({ email: `${day}@extreme.test`, customFields: { day } })),
      { email: "none@extreme.test" },
    ]);
    const year = (await appNow(tx)).getUTCFullYear();
    for (const zone of zones)
      for (const day of days)
        for (const [operator, fits] of [
          ["on", (each: string) => each === day],
          ["before", (each: string) => each < day],
          ["after", (each: string) => each > day],
        ] as const) {
          const rule = (field: string): RuleTree => ({
            version: 1,
            match: "all",
            rules: [{ field, operator, value: day }],
          });
          expect({ zone, operator, day, count: await counted(tx, rule("custom.day"), zone) }).toEqual({
            ...{ zone, operator, day },
            count: days.filter(fits).length,
          });
          const everybody = fits(`${year}-06-30`) ? days.length + 1 : 0;
          expect({ zone, operator, day, count: await counted(tx, rule("created_at"), zone) }).toEqual({
            ...{ zone, operator, day },
            count: everybody,
          });
        }
  });
}, 30_000);

it("as many values as the rules of a segment may hold are answered", async () => {
  const { scope } = await createTenant();
  await withTenant(scope, async (tx) => {
    await createContacts(tx, [{ email: "ada@extreme.test", company: "ACME" }]);
    const value = [...Array.from({ length: 999 }, (_, n) => `company ${n}`), "acme"];
    const most = (rule: object) =>
      ruleTree.parse({ version: 1, match: "all", rules: Array.from({ length: 100 }, () => rule) });
    expect(await counted(tx, most({ field: "company", operator: "in", value }), "UTC")).toBe(1);
    for (const field of ["tags", "custom.colours"])
      for (const operator of ["contains_any", "contains_all", "contains_none"])
        expect(await counted(tx, most({ field, operator, value: value.slice(0, 100) }), "UTC")).toBe(
          operator === "contains_none" ? 1 : 0,
        );
  });
}, 30_000);

it("a day that Postgres or the calendar does not know is refused with a sentence", () => {
  for (const value of ["10000-01-01", "12026-01-31", "0000-12-31", "-0001-01-01", "2026-02-30", "infinity"])
    for (const field of ["created_at", "custom.renewal"]) {
      const read = admitted([{ field, operator: "before", value }]);
      expect(JSON.stringify(read.error?.issues)).toContain("of the years 1 to 9999");
    }
});
