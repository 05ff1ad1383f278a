import { describe, expect, it } from "vitest";
import { type RuleTree, ruleTree } from "#server/segments/schema";
import {
  isDraftGroup,
  newCondition,
  newGroup,
  readDraft,
  toDraft,
  withField,
  withOperator,
} from "./rule-draft.tsx";
import { findField, operatorChoices, type Vocabulary } from "./rule-fields.tsx";

const vocabulary: Vocabulary = {
  choices: [],
  campaigns: [],
  imports: [],
  customFields: [
    { id: "1", name: "seats", label: "Seats", type: "number", options: [] },
    { id: "2", name: "plan", label: "Plan", type: "text", options: [] },
    { id: "3", name: "colours", label: "Colours", type: "multi_select", options: ["Red", "Green"] },
  ],
};
const id = "01890000-0000-7000-8000-000000000001";

describe("a rule draft", () => {
  it("gives back the very tree it was made of, whatever the rules hold", () => {
    const tree: RuleTree = {
      version: 1,
      match: "any",
      rules: [
        { field: "first_name", operator: "is_set" },
        { field: "lead_score", operator: "between", value: [1, 9.5] },
        { field: "created_at", operator: "between", value: ["2026-01-01", "2026-02-01"] },
        { field: "last_activity_at", operator: "within_last", value: { amount: 3, unit: "weeks" } },
        { field: "custom.seats", operator: "equals", value: 12 },
        { field: "custom.plan", operator: "between", value: [1, 2] },
        { field: "custom.plan", operator: "equals", value: "12" },
        { field: "email_opened", operator: "is_true" },
        { field: "email_clicked", operator: "is_true", value: { urlContains: "/pricing", days: 7 } },
        { field: "open_count", operator: "at_least", value: { count: 5, days: 30, campaignId: id } },
        { field: "created_at", operator: "anniversary_this_month" },
        { field: "last_replied_at", operator: "more_than_ago", value: { amount: 3, unit: "months" } },
        { field: "created_at", operator: "anniversary_within_next", value: { amount: 14, unit: "days" } },
        { field: "custom.colours", operator: "contains_all", value: ["Red", "Green"] },
        { field: "import", operator: "in", value: [id] },
        {
          match: "none",
          rules: [
            { field: "tags", operator: "contains_all", value: ["vip", "a, b"] },
            {
              match: "all",
              rules: [{ field: "email_clicked", operator: "is_false", value: { campaignId: id, days: 7 } }],
            },
          ],
        },
        { field: "list", operator: "not_in", value: [id] },
      ],
    };
    expect(ruleTree.parse(tree)).toEqual(tree);
    const read = readDraft(toDraft(tree), vocabulary);
    expect(read.tree).toEqual(tree);
    expect(read.problems.size).toBe(0);
  });

  it("leaves unfinished rules out and says what each of them needs", () => {
    const blank = newCondition();
    const number = { ...newCondition(), field: "lead_score", operator: "at_least" as const, value: "many" };
    const group = { ...newGroup(), rules: [] };
    const whole = { ...newCondition(), value: "ada" };
    const read = readDraft({ key: "root", match: "all", rules: [blank, number, group, whole] }, vocabulary);
    expect(read.tree.rules).toEqual([{ field: "email", operator: "contains", value: "ada" }]);
    expect(Object.fromEntries(read.problems)).toEqual({
      [blank.key]: "Type a value.",
      [number.key]: "Type a number.",
      [group.key]: "This group has no rule yet. Add one, or remove the group.",
    });
  });

  it("keeps what still fits when the field or the comparison changes", () => {
    const typed = { ...newCondition(), value: "ada" };
    expect(withField(typed, findField("company", vocabulary), vocabulary)).toMatchObject({
      field: "company",
      operator: "contains",
      value: "ada",
    });
    expect(withField(typed, findField("lead_score", vocabulary), vocabulary)).toMatchObject({
      operator: "equals",
      value: "",
    });
    const email = findField("email", vocabulary);
    expect(withOperator(typed, email, "starts_with").value).toBe("ada");
    expect(withOperator(typed, email, "in").value).toEqual([]);
  });

  it("offers every operator that the schema takes for a field, and keeps one it would not offer", () => {
    expect(operatorChoices(findField("custom.plan", vocabulary))).toContain("within_last");
    expect(operatorChoices(findField("custom.seats", vocabulary), "contains")[0]).toBe("contains");
    expect(findField("custom.gone", vocabulary).label).toBe("gone (removed)");
    expect(isDraftGroup(newGroup())).toBe(true);
  });
});
