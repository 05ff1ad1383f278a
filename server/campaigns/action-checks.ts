import { readCustomValue } from "#server/custom-fields/values";
import { lifecycleStages } from "#server/segments/schema";
import type { CheckedStep } from "./checks.ts";
import { settableFields } from "./schema.ts";

type Found = [code: string, message: string][];

/** What an action step lacks. `title` begins each sentence: `Step 2 (set company)`. */
export function actionProblems(
  { action, listName, campaign, customField }: CheckedStep,
  title: string,
): Found {
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
    case "webhook":
      return action.url ? [] : [["no_url", `${title} does not say which address to call: enter one.`]];
    case "unsubscribe":
    case "exit":
      return [];
  }
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
