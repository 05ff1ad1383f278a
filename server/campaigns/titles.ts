import type { CheckedStep } from "./checks.ts";

type Titled = Pick<CheckedStep, "type" | "name" | "subjectLine" | "waitDuration" | "action">;

/** `wait 3 days`, `email “Welcome”`, `add tag “vip”`: the shortest words that tell a step from its neighbours. */
export function describeStep(step: Titled): string {
  if (step.name) return `${step.type} “${step.name}”`;
  if (step.type === "email") return step.subjectLine ? `email “${step.subjectLine}”` : "email";
  if (step.type === "wait" && step.waitDuration) {
    const { value, unit } = step.waitDuration;
    return `wait ${value} ${value === 1 ? unit.slice(0, -1) : unit}`;
  }
  if (step.type === "action" && step.action) {
    if (step.action.type === "exit") return "exit";
    return step.action.type === "add_tag" ? `add tag “${step.action.tag}”` : `set ${step.action.field}`;
  }
  return step.type;
}

/** `Step 2 (wait 3 days)`, counted from 1. */
export function numbered(step: Titled, index: number): string {
  return `Step ${index + 1} (${describeStep(step)})`;
}
