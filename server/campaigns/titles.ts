import type { CheckedStep } from "./checks.ts";
import { type EventWait, isEventWait, type WaitRule } from "./schema.ts";

type Titled = Pick<
  CheckedStep,
  "type" | "name" | "subjectLine" | "wait" | "action" | "listName" | "campaign" | "customField" | "members"
>;

/** `wait 3 days`, `email “Welcome”`, `add tag “vip”`: the shortest words that tell a step from its neighbours. */
export function describeStep(step: Titled): string {
  if (step.name) return `${step.type} “${step.name}”`;
  if (step.type === "email") return step.subjectLine ? `email “${step.subjectLine}”` : "email";
  if (step.type === "wait" && step.wait) return describeWait(step.wait, step.customField);
  return step.type === "action" ? describeAction(step) : step.type;
}

/** `wait 3 days`, `wait until 09:00 on Mon or Thu`, `wait until 24 Dec 2026, 09:00`. */
function describeWait(rule: WaitRule, customField: Titled["customField"]): string {
  if (!("until" in rule)) {
    const unit = rule.unit.replace("_", " ");
    return `wait ${rule.value} ${rule.value === 1 ? unit.slice(0, -1) : unit}`;
  }
  if (isEventWait(rule))
    return rule.event === "field_value"
      ? `wait until ${fieldName(rule.field, customField)} is ${rule.value ? `“${rule.value}”` : "set"}`
      : `wait until they ${eventWords(rule)}`;
  if (rule.until === "time") return `wait until ${rule.time}`;
  if (rule.until === "weekday") {
    const days = rule.weekdays.map((day) => day.charAt(0).toUpperCase() + day.slice(1));
    return `wait until ${rule.time} on ${new Intl.ListFormat("en", { type: "disjunction" }).format(days)}`;
  }
  const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeZone: "UTC" });
  return `wait until ${day.format(new Date(`${rule.at}Z`))}, ${rule.at.slice(11)}`;
}

const events: Record<Exclude<EventWait["event"], "custom_event" | "field_value">, string> = {
  email_opened: "open the email",
  email_clicked: "click a link",
  email_replied: "reply",
};

const eventWords = ({ event, name }: EventWait): string =>
  event === "custom_event" || event === "field_value"
    ? `do ${name ? `“${name}”` : "something"}`
    : events[event];

const fieldName = (field: string, customField: Titled["customField"]): string =>
  customField?.label ?? (field.replaceAll("_", " ") || "a field");

/** What the two ways on from a step are called. */
export const branchNames = ({ type }: Pick<Titled, "type">): { true: string; false: string } =>
  type === "wait" ? { true: "It happened", false: "Time is up" } : { true: "Yes", false: "No" };

function describeAction({ action, listName, campaign, customField, members }: Titled): string {
  const other = campaign === null ? "a campaign" : `“${campaign.name}”`;
  const list = listName === null ? "a list" : `the list “${listName}”`;
  switch (action?.type) {
    case undefined:
      return "action";
    case "add_tag":
      return action.tag ? `add tag “${action.tag}”` : "add a tag";
    case "remove_tag":
      return action.tag ? `remove tag “${action.tag}”` : "remove a tag";
    case "add_to_list":
      return `put on ${list}`;
    case "remove_from_list":
      return `take off ${list}`;
    case "update_field":
      return `set ${fieldName(action.field, customField)}`;
    case "add_to_campaign":
      return `add to ${other}`;
    case "move_to_campaign":
      return `move to ${other}`;
    case "remove_from_campaign":
      return `take out of ${other}`;
    case "adjust_score":
      return action.points < 0 ? `take ${-action.points} off the score` : `add ${action.points} to the score`;
    case "assign_owner":
      return action.userIds.length > 1 ? "set the owner in turn" : `set the owner to ${nameOf(members)}`;
    case "create_task":
      return action.title ? `task “${action.title}”` : "create a task";
    case "notify":
      return `tell ${action.to === "owner" ? "the owner" : nameOf(members)}`;
    case "snooze":
      return `no mail for ${action.days} ${action.days === 1 ? "day" : "days"}`;
    case "go_to_step":
      return `go back, ${action.timesMax === 1 ? "once" : `up to ${action.timesMax} times`}`;
    case "webhook":
      return action.url ? `call ${URL.parse(action.url)?.hostname ?? "a webhook"}` : "call a webhook";
    case "unsubscribe":
    case "exit":
      return action.type;
  }
}

const nameOf = (members: Titled["members"]) => members?.[0]?.name ?? "somebody";

/** `Step 2 (wait 3 days)`, counted from 1. */
export function numbered(step: Titled, index: number): string {
  return `Step ${index + 1} (${describeStep(step)})`;
}
