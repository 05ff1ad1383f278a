import type { CheckedStep, Problem } from "./checks.ts";
import { edgesOf, findCycle, isFork, unreachable } from "./graph.ts";
import { branchNames, numbered } from "./titles.ts";

/** What is wrong with the ways through the steps: dead ends, missing targets, circles, steps nothing leads to. */
export function graphProblems(steps: readonly CheckedStep[]): Problem[] {
  const ids = new Set(steps.map((step) => step.id));
  const found: Problem[] = [];
  const add = (code: string, step: CheckedStep, message: string, severity: Problem["severity"] = "blocker") =>
    found.push({ code, severity, where: "steps", message, stepId: step.id });
  const title = (step: CheckedStep) => numbered(step, steps.indexOf(step));

  for (const step of steps) {
    for (const { edge, to } of edgesOf(step)) {
      const way = edge === "next" ? "" : `the ${branchNames(step)[edge]} branch of `;
      const subject = way ? `${capital(way)}${title(step)}` : title(step);
      if (to !== null && !ids.has(to)) {
        add(
          "missing_target",
          step,
          `${subject} leads to a step that was deleted: choose where it goes on, or add a step there.`,
        );
      } else if (to === null && isFork(step)) {
        const message = `${subject} leads nowhere: add a step to it, let it go on at a later step, or choose “End here”.`;
        add("branch_leads_nowhere", step, message);
      } else if (to === null && step.type === "wait") {
        add("dead_end", step, `${subject} is followed by nothing: add a step after it, or delete it.`);
      }
    }
    if (isFork(step) && step.whenTrue !== null && step.whenTrue === step.whenFalse) {
      const message = `Both branches of ${title(step)} lead to the same step, so it changes nothing: add a step to one of them, or ${step.type === "condition" ? "delete the condition" : "let everybody go on the same way"}.`;
      add("same_branches", step, message, "warning");
    }
  }
  found.push(...circleAndStrays(steps, title));
  return found;
}

function circleAndStrays(steps: readonly CheckedStep[], title: (step: CheckedStep) => string): Problem[] {
  const problem = (code: string, stepId: string, message: string): Problem => ({
    code,
    severity: "blocker",
    where: "steps",
    message,
    stepId,
  });
  const cycle = (findCycle(steps) ?? [])
    .map((id) => steps.find((step) => step.id === id))
    .filter((step) => step !== undefined);
  const strays = steps.filter((step) => unreachable(steps).some((stray) => stray.id === step.id));
  const last = cycle.at(-1);
  return [
    ...(last
      ? [
          problem(
            "cycle",
            last.id,
            `${cycle.map(title).join(" → ")} leads back to its beginning, so contacts would never leave it: let ${title(last)} go on at a later step.`,
          ),
        ]
      : []),
    ...strays.map((step) =>
      problem(
        "unreachable",
        step.id,
        `${title(step)} can never be reached: let a step before it lead here, or delete it.`,
      ),
    ),
  ];
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
