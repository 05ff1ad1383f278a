import {
  type Engagement,
  fieldKind,
  isGroup,
  type Occurrence,
  type Passage,
  type Rule,
  ruleFields,
  type RuleTree,
  stepFields,
  type VariantGot,
} from "#server/segments/schema";

/** `opened the previous email and 2 more`. */
export function rulesInWords(tree: RuleTree, numbers: ReadonlyMap<string, number>): string {
  const [first, ...more] = tree.rules;
  if (!first) return "";
  const words = ruleInWords(first, numbers);
  return more.length === 0 ? words : `${words} ${tree.match === "all" ? "and" : "or"} ${more.length} more`;
}

const engaged: Record<string, string> = {
  email_received: "was sent",
  email_opened: "opened",
  email_clicked: "clicked a link in",
  email_replied: "replied to",
};

function ruleInWords(rule: Rule, numbers: ReadonlyMap<string, number>): string {
  if (isGroup(rule)) return `${rule.match} of ${rule.rules.length} rules`;
  const not = rule.operator === "is_false" ? "not " : "";
  if (fieldKind(rule.field) === "engagement") {
    const { stepId, campaignId } = (rule.value ?? {}) as Engagement;
    const named = stepId ? numbers.get(stepId) : undefined;
    const which = named ? `step ${named}` : campaignId ? "an email of a campaign" : "the previous email";
    return `${not}${engaged[rule.field] ?? ""} ${which}`;
  }
  if (rule.field === "custom_event") return `${not}did “${(rule.value as Occurrence).event}”`;
  if (rule.field === "step_passed") {
    const { stepId } = rule.value as Passage;
    return `${not ? "did not come" : "came"} by step ${numbers.get(stepId) ?? "that is gone"}`;
  }
  if (rule.field === "ab_variant") {
    const { testedId, variant } = rule.value as VariantGot;
    const email = numbers.get(testedId);
    return `${not ? "did not get" : "got"} variant ${variant} of ${email ? `step ${email}` : "an email that is gone"}`;
  }
  if (rule.field === "random") return `${Number(rule.value)}% at random`;
  const field =
    [...ruleFields, ...stepFields].find((each) => each.name === rule.field)?.label.toLowerCase()
    ?? rule.field.replace(/^custom\./, "");
  const value = Array.isArray(rule.value) ? rule.value.join(", ") : (rule.value ?? "");
  const shown =
    rule.field === "list" || rule.field === "segment" || typeof value === "object" ? "…" : String(value);
  return `${field} ${rule.operator.replaceAll("_", " ")} ${shown}`.trim();
}
