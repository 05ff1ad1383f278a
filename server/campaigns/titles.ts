import type { CheckedStep } from "./checks.ts";

type Titled = Pick<
  CheckedStep,
  "type" | "name" | "subjectLine" | "waitDuration" | "action" | "listName" | "customField"
>;

/** `wait 3 days`, `email “Welcome”`, `add tag “vip”`: the shortest words that tell a step from its neighbours. */
export function describeStep(step: Titled): string {
  if (step.name) return `${step.type} “${step.name}”`;
  if (step.type === "email") return step.subjectLine ? `email “${step.subjectLine}”` : "email";
  if (step.type === "wait" && step.waitDuration) {
    const { value, unit } = step.waitDuration;
    return `wait ${value} ${value === 1 ? unit.slice(0, -1) : unit}`;
  }
  return step.type === "action" ? describeAction(step) : step.type;
}

function describeAction({ action, listName, customField }: Titled): string {
  const list = listName === null ? "a list" : `the list “${listName}”`;
  switch (action?.type) {
    case undefined:
      return "action";
    case "add_tag":
      return `add tag “${action.tag}”`;
    case "remove_tag":
      return `remove tag “${action.tag}”`;
    case "add_to_list":
      return `put on ${list}`;
    case "remove_from_list":
      return `take off ${list}`;
    case "update_field":
      return `set ${customField?.label ?? action.field.replaceAll("_", " ")}`;
    case "unsubscribe":
    case "exit":
      return action.type;
  }
}

/** `Step 2 (wait 3 days)`, counted from 1. */
export function numbered(step: Titled, index: number): string {
  return `Step ${index + 1} (${describeStep(step)})`;
}
