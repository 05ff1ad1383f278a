import { variantProblems } from "#server/ab-tests/checks";
import {
  type Engagement,
  fieldKind,
  isGroup,
  type Passage,
  type Rule,
  type VariantGot,
} from "#server/segments/schema";
import { actionProblems } from "./action-checks.ts";
import type { CheckedStep, LaunchFacts } from "./checks.ts";
import { isFork } from "./graph.ts";
import { isEventWait } from "./schema.ts";
import { numbered } from "./titles.ts";

/** What one step lacks in itself, as codes and sentences; `index` is its place from 0. */
export function contentProblems(
  step: CheckedStep,
  index: number,
  steps: readonly CheckedStep[],
  liquidProblem: LaunchFacts["liquidProblem"],
): [code: string, message: string][] {
  const title = numbered(step, index);
  if (step.type === "email") {
    const alone = step.replyInThread ? noEmailBefore(step, null, steps) : null;
    const found = emailProblems(step, title, liquidProblem);
    if (alone)
      found.push([
        "nothing_to_answer",
        `${title} answers ${alone}: put it behind one, or start a new thread.`,
      ]);
    return [...found, ...variantProblems(step, title, liquidProblem)];
  }
  if (step.type === "wait") return waitProblems(step, title, steps);
  if (step.type === "condition") return conditionProblems(step, title, steps);
  return step.type === "action" ? actionProblems(step, title, steps) : [];
}

function emailProblems(
  step: CheckedStep,
  title: string,
  liquidProblem: LaunchFacts["liquidProblem"],
): [string, string][] {
  const found: [string, string][] = [];
  if (!step.subjectLine?.trim() && !step.replyInThread)
    found.push(["no_subject", `${title} has no subject: write one.`]);
  if (!step.emailContent?.trim())
    found.push(["no_body", `${title} has no body: write one, or choose a template.`]);
  const parts = {
    subject: step.subjectLine,
    "preview text": step.previewText,
    body: step.emailContent,
    "text part": step.emailText,
  };
  for (const [part, source] of Object.entries(parts)) {
    const problem = source ? liquidProblem(source) : null;
    if (problem) found.push(["liquid", `${title}, ${part}: ${problem}`]);
  }
  return found;
}

function engagementsIn(rules: readonly Rule[]): { stepId: string | null; field: string }[] {
  return rules.flatMap((rule) => {
    if (isGroup(rule)) return engagementsIn(rule.rules);
    if (fieldKind(rule.field) !== "engagement") return [];
    const value = (rule.value ?? {}) as Engagement;
    if (value.campaignId) return [];
    const named = value.stepId ?? null;
    return [{ stepId: named, field: rule.field }];
  });
}

const passagesIn = (rules: readonly Rule[]): string[] =>
  rules.flatMap((rule) => {
    if (isGroup(rule)) return passagesIn(rule.rules);
    return rule.field === "step_passed" ? [(rule.value as Passage).stepId] : [];
  });

const testedIn = (rules: readonly Rule[]): string[] =>
  rules.flatMap((rule) => {
    if (isGroup(rule)) return testedIn(rule.rules);
    return rule.field === "ab_variant" ? [(rule.value as VariantGot).testedId] : [];
  });

function conditionProblems(
  step: CheckedStep,
  title: string,
  steps: readonly CheckedStep[],
): [string, string][] {
  const rules = step.conditionRules?.rules ?? [];
  if (rules.length === 0)
    return [["no_rules", `${title} asks nothing yet: add a rule, such as “opened the previous email”.`]];
  const before = stepsBefore(steps, step.id);
  if (passagesIn(rules).some((stepId) => !before.has(stepId)))
    return [
      [
        "no_step_before",
        `${title} asks about a step that does not come before it: choose another, or move the condition behind it.`,
      ],
    ];
  const tested = testedIn(rules).find((stepId) => noEmailBefore(step, stepId, steps) !== null);
  if (tested !== undefined)
    return [
      [
        "no_email_before",
        `${title} asks about a variant of an email that does not come before it: choose another email, or move the condition behind it.`,
      ],
    ];
  const asked = engagementsIn(rules).flatMap(({ stepId }) => noEmailBefore(step, stepId, steps) ?? []);
  return asked
    .slice(0, 1)
    .map((what) => [
      "no_email_before",
      `${title} asks about ${what}: choose another email, or move the condition behind one.`,
    ]);
}

/** What is wrong with an email that a step asks about: the one named, or the last before it. Null when nothing is. */
function noEmailBefore(
  step: CheckedStep,
  stepId: string | null,
  steps: readonly CheckedStep[],
): string | null {
  const before = stepsBefore(steps, step.id);
  const emails = steps.filter((each) => each.type === "email" && before.has(each.id));
  if (stepId ? emails.some((email) => email.id === stepId) : emails.length > 0) return null;
  return stepId ? "an email that does not come before it" : "an email, but no email comes before it";
}

function waitProblems(step: CheckedStep, title: string, steps: readonly CheckedStep[]): [string, string][] {
  const { wait } = step;
  if (!wait) return [["no_duration", `${title} does not say how long: choose how long, or until when.`]];
  if (!isEventWait(wait)) return [];
  if (wait.event === "custom_event")
    return wait.name ? [] : [["no_event", `${title} does not say for which event: enter its name.`]];
  if (wait.event === "field_value") return fieldWaitProblems(step, wait.field, title);
  const what = noEmailBefore(step, wait.stepId, steps);
  return what
    ? [["no_email_before", `${title} waits for ${what}: choose another email, or move the wait behind one.`]]
    : [];
}

function fieldWaitProblems({ customField }: CheckedStep, field: string, title: string): [string, string][] {
  if (!field) return [["no_field", `${title} does not say for which field: choose one.`]];
  const gone = field.startsWith("custom.") ? customField === null : fieldKind(field) === null;
  return gone ? [["no_field", `${title} waits for a field that no longer exists: choose another.`]] : [];
}

/** The steps a contact may have passed before reaching `id`. */
function stepsBefore(steps: readonly CheckedStep[], id: string): Set<string> {
  const before = new Set<string>();
  const open = [id];
  while (open.length > 0) {
    const to = open.pop();
    for (const step of steps) {
      const leads = isFork(step) ? [step.whenTrue, step.whenFalse] : [step.next];
      if (before.has(step.id) || !leads.includes(to ?? null)) continue;
      before.add(step.id);
      open.push(step.id);
    }
  }
  return before;
}
