import {
  type Condition,
  type Group,
  matches,
  operators,
  type Rule,
  type RuleTree,
  ruleTree,
  segmentCondition,
} from "./schema.ts";

/**
 * What stands for a rule that cannot be read: one without a value, which nobody can save. It stands behind readable ones
 * too where nobody knows how many of them have to fit: that is for somebody to say.
 */
const unfinished: Condition = { field: "email", operator: "contains", value: "" };

/** `unreadable`: what is wrong with each rule that cannot be read, as a sentence. Where one stood stands an unfinished one. */
export type Salvaged = { rules: RuleTree; unreadable: string[] };

/**
 * The rules of a stored tree as far as they can be read. For a page on which somebody mends them, and for nothing else: what
 * is left of them fits other people.
 */
export function salvageRules(stored: unknown): Salvaged {
  const parsed = ruleTree.safeParse(stored);
  if (parsed.success) return { rules: parsed.data, unreadable: [] };
  const tree = isObject(stored) ? stored : {};
  if (tree.version !== 1 || !Array.isArray(tree.rules)) {
    const why =
      tree.version === 1
        ? "They hold no list of rules."
        : `They are of version ${show(tree.version)}, and this installation knows version 1.`;
    return { rules: { version: 1, match: "all", rules: [unfinished] }, unreadable: [why] };
  }
  const unreadable: string[] = [];
  const match = tree.match === "any" || tree.match === "all" ? tree.match : null;
  if (match === null)
    unreadable.push(
      `Whether all or any of them have to fit is stored as ${show(tree.match)}: choose again, and remove the empty rule that stands last.`,
    );
  const rules = salvageList(tree.rules, unreadable);
  if (match === null) rules.push(unfinished);
  // Each of them can be read, and there are too many, or they are too deep.
  if (unreadable.length === 0) unreadable.push(...parsed.error.issues.map(({ message }) => message));
  return { rules: { version: 1, match: match ?? "all", rules }, unreadable };
}

function salvageList(stored: readonly unknown[], unreadable: string[]): Rule[] {
  return stored.map((item) => salvageRule(item, unreadable));
}

function salvageRule(stored: unknown, unreadable: string[]): Rule {
  if (isObject(stored) && Array.isArray(stored.rules)) return salvageGroup(stored, stored.rules, unreadable);
  const parsed = segmentCondition.safeParse(stored);
  if (parsed.success) return parsed.data;
  unreadable.push(`${inWords(stored)}: ${wrongWith(stored) ?? parsed.error.issues[0]?.message ?? noForm}`);
  return unfinished;
}

const noForm = "It is in no form that is known.";

/** What the schema itself would say in terms of its own. */
function wrongWith(stored: unknown): string | null {
  if (!isObject(stored) || typeof stored.field !== "string") return noForm;
  if (operators.some((operator) => operator === stored.operator)) return null;
  return `There is no comparison ${show(stored.operator)}.`;
}

function salvageGroup(
  { match }: Record<string, unknown>,
  stored: readonly unknown[],
  unreadable: string[],
): Group {
  const known = matches.find((each) => each === match);
  if (!known)
    unreadable.push(
      `Whether all, any or none of a group have to fit is stored as ${show(match)}: choose again, and remove the empty rule that stands last in it.`,
    );
  if (stored.length === 0) unreadable.push("A group has no rule. Add one, or remove the group.");
  const rules = salvageList(stored, unreadable);
  if (!known || stored.length === 0) rules.push(unfinished);
  return { match: known ?? "all", rules };
}

/** As it is stored, so that somebody knows it again. */
function inWords(stored: unknown): string {
  if (!isObject(stored) || typeof stored.field !== "string") return `The rule ${show(stored)}`;
  const operator = typeof stored.operator === "string" ? stored.operator.replaceAll("_", " ") : "";
  const value = stored.value === undefined ? "" : show(stored.value);
  return `The rule “${[stored.field, operator, value].filter((word) => word !== "").join(" ")}”`;
}

const shownMax = 120;

function show(value: unknown): string {
  const text = value === undefined ? "nothing" : JSON.stringify(value);
  return text.length > shownMax ? `${text.slice(0, shownMax)}…` : text;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
