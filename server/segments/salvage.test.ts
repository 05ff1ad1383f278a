import { expect, test } from "vitest";
import { salvageRules } from "./salvage.ts";
import { ruleTree } from "./schema.ts";

const email = { field: "email", operator: "contains", value: "@acme" } as const;
const instead = { field: "email", operator: "contains", value: "" };
const tree = (...rules: unknown[]) => ({ version: 1, match: "any", rules });

test("rules that can be read stay as they are", () => {
  expect(salvageRules(tree(email))).toEqual({ rules: tree(email), unreadable: [] });
});

test("of the others each is named with what is wrong, and an unfinished one stands in its place, which nobody can save", () => {
  const { rules, unreadable } = salvageRules(
    tree(
      email,
      { field: "shoe_size", operator: "equals", value: "44" },
      { field: "email", operator: "sounds_like", value: "ada" },
      { match: "none", rules: [{ field: "lead_score", operator: "greater_than", value: "many" }, email] },
      "everybody",
    ),
  );
  expect(unreadable).toEqual([
    'The rule “shoe_size equals "44"”: There is no field "shoe_size".',
    'The rule “email sounds like "ada"”: There is no comparison "sounds_like".',
    'The rule “lead_score greater than "many"”: "lead_score" needs a number here.',
    'The rule "everybody": It is in no form that is known.',
  ]);
  expect(rules).toEqual(tree(email, instead, instead, { match: "none", rules: [instead, email] }, instead));
  expect(ruleTree.safeParse(rules).success).toBe(false);
});

test("a group that nobody understands, and one without a rule, are named", () => {
  const { rules, unreadable } = salvageRules(
    tree({ match: "some", rules: [email] }, { match: "all", rules: [] }),
  );
  expect(unreadable).toEqual([
    'Whether all, any or none of a group have to fit is stored as "some": choose again, and remove the empty rule that stands last in it.',
    "A group has no rule. Add one, or remove the group.",
  ]);
  expect(rules.rules).toEqual([
    { match: "all", rules: [email, instead] },
    { match: "all", rules: [instead] },
  ]);
});

test("what nobody knows whether all, any or none of it have to fit is not saved before somebody has said so", () => {
  const exclusion = salvageRules(tree({ match: "not_any", rules: [email] }));
  const root = salvageRules({ version: 1, match: "most", rules: [email] });
  expect(root.rules).toEqual({ version: 1, match: "all", rules: [email, instead] });
  expect(root.unreadable).toEqual([
    'Whether all or any of them have to fit is stored as "most": choose again, and remove the empty rule that stands last.',
  ]);
  for (const { rules } of [exclusion, root]) expect(ruleTree.safeParse(rules).success).toBe(false);
  // A group that was empty as well gets one such rule, not two.
  expect(salvageRules(tree({ match: "not_any", rules: [] })).rules.rules).toEqual([
    { match: "all", rules: [instead] },
  ]);
});

test("rules of another version, of no form at all, or too many of them never become a segment of everybody", () => {
  for (const stored of [{ version: 7, rules: [] }, { version: 1 }, "x", [email]]) {
    const { rules, unreadable } = salvageRules(stored);
    expect([rules.rules, unreadable.length]).toEqual([[instead], 1]);
  }
  expect(salvageRules({ version: 7 }).unreadable[0]).toBe(
    "They are of version 7, and this installation knows version 1.",
  );
  const many = salvageRules(tree(...Array.from({ length: 101 }, () => email)));
  expect([many.rules.rules.length, many.unreadable]).toEqual([
    101,
    ["A segment can hold 100 rules; this one has 101."],
  ]);
});
