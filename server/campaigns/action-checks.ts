import { readCustomValue } from "#server/custom-fields/values";
import { lifecycleStages } from "#server/segments/schema";
import type { CheckedStep } from "./checks.ts";
import { reachableFrom } from "./graph.ts";
import { settableFields } from "./schema.ts";

type Found = [code: string, message: string][];

/** What an action step lacks. `title` begins each sentence: `Step 2 (set company)`. */
export function actionProblems(step: CheckedStep, title: string, steps: readonly CheckedStep[]): Found {
  const { action, listName, campaign, customField } = step;
  switch (action?.type) {
    case undefined:
      return [["no_action", `${title} does nothing yet: choose what it should do.`]];
    case "add_tag":
    case "remove_tag":
      return action.tag ? [] : [["no_tag", `${title} does not say which tag: enter one.`]];
    case "add_to_list":
    case "remove_from_list":
      if (!action.listId) return [["no_list", `${title} does not say which list: choose one.`]];
      return listName === null
        ? [["no_list", `${title} names a list that no longer exists: choose another.`]]
        : [];
    case "update_field":
      return fieldProblems(action, customField, title);
    case "add_to_campaign":
    case "move_to_campaign":
    case "remove_from_campaign":
      if (!action.campaignId) return [["no_campaign", `${title} does not say which campaign: choose one.`]];
      if (!campaign)
        return [["no_campaign", `${title} names a campaign that no longer exists: choose another.`]];
      return campaign.open || action.type === "remove_from_campaign"
        ? []
        : [
            [
              "closed_campaign",
              `${title} names “${campaign.name}”, which does not run: launch it first, or choose another.`,
            ],
          ];
    case "adjust_score":
      if (action.points === 0) return [["no_points", `${title} does not say how many points: enter them.`]];
      return step.scoring === false
        ? [["no_scoring", `${title} changes the lead score, which is off: turn it on in the settings.`]]
        : [];
    case "assign_owner":
      if (action.userIds.length === 0)
        return [["no_owner", `${title} does not say who is to be the owner: choose somebody.`]];
      return action.userIds.some((id) => isMember(step, id))
        ? []
        : [["no_owner", `${title} names nobody who is still a member: choose somebody else.`]];
    case "create_task":
      return [
        ...(action.title
          ? []
          : ([["no_task", `${title} does not say what is to be done: say it.`]] as Found)),
        ...addresseeProblems(step, action, title),
      ];
    case "notify":
      return [
        ...(action.message
          ? []
          : ([["no_message", `${title} says nothing yet: write the message.`]] as Found)),
        ...addresseeProblems(step, action, title),
      ];
    case "snooze":
      return [];
    case "go_to_step":
      return backProblems(step, action.stepId, { title, steps });
    case "webhook":
      return action.url ? [] : [["no_url", `${title} does not say which address to call: enter one.`]];
    case "unsubscribe":
    case "exit":
      return [];
  }
}

const isMember = ({ members }: CheckedStep, id: string) =>
  members?.some((member) => member.id === id) ?? false;

function addresseeProblems(
  step: CheckedStep,
  { to, userId }: { to: "owner" | "member"; userId: string },
  title: string,
): Found {
  if (to === "owner") return [];
  if (!userId) return [["no_addressee", `${title} does not say for whom it is: choose somebody.`]];
  return isMember(step, userId)
    ? []
    : [["no_addressee", `${title} names somebody who is no member any more: choose somebody else.`]];
}

/** Every way round is guarded by its number of times; one without a wait would do it all again at once. */
function backProblems(
  step: CheckedStep,
  stepId: string,
  { title, steps }: { title: string; steps: readonly CheckedStep[] },
): Found {
  if (!stepId) return [["no_step", `${title} does not say to which step: choose one before it.`]];
  const target = steps.find((each) => each.id === stepId);
  if (!target) return [["no_step", `${title} goes back to a step that was deleted: choose another.`]];
  if (target.id === step.id || !reachableFrom(steps, target.id).has(step.id))
    return [
      [
        "not_before",
        `${title} goes back to a step that does not lead to it: choose one that comes before it.`,
      ],
    ];
  const withoutWaits = steps.filter((each) => each.type !== "wait");
  return reachableFrom(withoutWaits, target.id).has(step.id)
    ? [
        [
          "loop_without_wait",
          `${title} goes back to step ${steps.indexOf(target) + 1} with no wait between them, so that everything there would happen again at once: put a wait in front of it.`,
        ],
      ]
    : [];
}

function fieldProblems(
  { field, value }: { field: string; value: string },
  customField: CheckedStep["customField"],
  title: string,
): Found {
  if (!field) return [["no_field", `${title} does not say which field to set: choose one.`]];
  if (field === "lifecycle_stage" && !lifecycleStages.some((stage) => stage === value))
    return [["no_value", `${title} does not say which stage: choose one.`]];
  if (settableFields.some(({ name }) => name === field)) return [];
  if (!customField) return [["no_field", `${title} sets a field that no longer exists: choose another.`]];
  const read = readCustomValue(customField, value);
  return "problem" in read
    ? [["bad_value", `${title} sets “${customField.label}” to what it cannot hold. ${read.problem}`]]
    : [];
}
