import { z } from "zod";

/* What an action step does. */

/** `action_type` and `action_config` of an action step. Empty text is an unfinished draft: the launch refuses it. */
export const actionTypes = [
  "add_tag",
  "remove_tag",
  "add_to_list",
  "remove_from_list",
  "update_field",
  "adjust_score",
  "assign_owner",
  "create_task",
  "notify",
  "snooze",
  "webhook",
  "add_to_campaign",
  "move_to_campaign",
  "remove_from_campaign",
  "unsubscribe",
  "go_to_step",
  "exit",
] as const;
export type ActionType = (typeof actionTypes)[number];
const tag = z.string().trim().max(60, "Keep the tag under 60 characters.");
const campaignId = z.union([z.literal(""), z.uuid()]);
const listId = z.union([z.literal(""), z.uuid()]);
/** Who is told, or is to do it: the contact's owner, or one member. */
const addressee = { to: z.enum(["owner", "member"]), userId: z.union([z.literal(""), z.uuid()]) };
/** So often a contact can be sent back by one step. */
export const timesBackMax = 10;
export const action = z.discriminatedUnion("type", [
  z.object({ type: z.literal("add_tag"), tag }),
  z.object({ type: z.literal("remove_tag"), tag }),
  z.object({ type: z.literal("add_to_list"), listId }),
  z.object({ type: z.literal("remove_from_list"), listId }),
  z.object({
    type: z.literal("update_field"),
    /** A contact column in snake_case, or `custom.<name>`. */
    field: z.string().trim().max(80),
    value: z.string().trim().max(1000),
    /** Leaves alone what holds something already; of a stage: what is not “new” any more. */
    onlyIfEmpty: z.boolean().default(false),
  }),
  z.object({
    type: z.literal("adjust_score"),
    points: z.coerce
      .number({ error: "Enter how many points, such as 10 or -5." })
      .int("Enter whole points.")
      .min(-100, "A score can lose 100 points at most.")
      .max(100, "A score can gain 100 points at most."),
  }),
  z.object({
    type: z.literal("assign_owner"),
    /** Several take turns. */
    userIds: z.array(z.uuid()).max(50, "50 people can take turns at most."),
    onlyIfNone: z.boolean(),
  }),
  z.object({
    type: z.literal("create_task"),
    title: z.string().trim().max(200, "Keep the task under 200 characters."),
    note: z.string().trim().max(2000, "Keep the note under 2,000 characters."),
    /** Days from when the contact comes by; null: whenever. */
    dueInDays: z.coerce
      .number({ error: "Enter a number of days." })
      .int("Enter whole days.")
      .min(0, "The day cannot lie in the past.")
      .max(365, "365 days are the most.")
      .nullable(),
    ...addressee,
  }),
  z.object({
    type: z.literal("notify"),
    message: z.string().trim().max(300, "Keep the message under 300 characters."),
    channel: z.enum(["in_app", "email", "both"]),
    ...addressee,
  }),
  /** No campaign of the workspace writes to them for so long. */
  z.object({
    type: z.literal("snooze"),
    days: z.coerce
      .number({ error: "Enter a number of days." })
      .int("Enter whole days.")
      .min(1, "Snooze for at least 1 day.")
      .max(365, "365 days are the most."),
  }),
  z.object({
    type: z.literal("webhook"),
    url: z.union([
      z.literal(""),
      z
        .url({ protocol: /^https?$/, error: "Enter an address such as https://example.com/hook." })
        .max(2000, "Keep the address under 2,000 characters.")
        .refine(
          (url) => !/^https?:\/\/[^/?#]*@/.test(url),
          "Leave the user name and password out of the address.",
        ),
    ]),
    /** What becomes of a contact for whom the call failed for good. */
    onError: z.enum(["continue", "exit"]),
  }),
  z.object({ type: z.literal("add_to_campaign"), campaignId }),
  /** Into the other one, and out of this one. */
  z.object({ type: z.literal("move_to_campaign"), campaignId }),
  z.object({ type: z.literal("remove_from_campaign"), campaignId }),
  /** As if they had said it themselves: they leave every campaign of the workspace. */
  z.object({ type: z.literal("unsubscribe") }),
  /** Back to a step before this one; who has been sent back `timesMax` times goes on with the next step. */
  z.object({
    type: z.literal("go_to_step"),
    stepId: z.union([z.literal(""), z.uuid()]),
    timesMax: z.coerce
      .number({ error: "Enter how many times." })
      .int("Enter a whole number.")
      .min(1, "At least once.")
      .max(timesBackMax, `${timesBackMax} times are the most.`),
  }),
  z.object({ type: z.literal("exit") }),
]);
export type Action = z.infer<typeof action>;

/** What an action holds before anybody has filled it in. */
export const blankActions: { [Type in ActionType]: Extract<Action, { type: Type }> } = {
  add_tag: { type: "add_tag", tag: "" },
  remove_tag: { type: "remove_tag", tag: "" },
  add_to_list: { type: "add_to_list", listId: "" },
  remove_from_list: { type: "remove_from_list", listId: "" },
  update_field: { type: "update_field", field: "", value: "", onlyIfEmpty: false },
  adjust_score: { type: "adjust_score", points: 10 },
  assign_owner: { type: "assign_owner", userIds: [], onlyIfNone: true },
  create_task: { type: "create_task", title: "", note: "", dueInDays: 1, to: "owner", userId: "" },
  notify: { type: "notify", message: "", channel: "in_app", to: "owner", userId: "" },
  snooze: { type: "snooze", days: 7 },
  webhook: { type: "webhook", url: "", onError: "continue" },
  add_to_campaign: { type: "add_to_campaign", campaignId: "" },
  move_to_campaign: { type: "move_to_campaign", campaignId: "" },
  remove_from_campaign: { type: "remove_from_campaign", campaignId: "" },
  unsubscribe: { type: "unsubscribe" },
  go_to_step: { type: "go_to_step", stepId: "", timesMax: 3 },
  exit: { type: "exit" },
};

/** Actions after which a contact is in the campaign no more. */
export const endingActions: readonly string[] = [
  "exit",
  "unsubscribe",
  "move_to_campaign",
] satisfies ActionType[];

/** Contact columns an action may set. */
export const settableFields = [
  { name: "first_name", label: "First name" },
  { name: "last_name", label: "Last name" },
  { name: "company", label: "Company" },
  { name: "job_title", label: "Job title" },
  { name: "phone", label: "Phone" },
  { name: "city", label: "City" },
  { name: "state", label: "State" },
  { name: "country", label: "Country" },
  { name: "lifecycle_stage", label: "Lifecycle stage" },
] as const;
