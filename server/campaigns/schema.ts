import { z } from "zod";
import { ruleTree } from "../segments/schema.ts";

export const campaignTypes = ["broadcast", "drip"] as const;
export type CampaignType = (typeof campaignTypes)[number];
export const campaignStatuses = ["draft", "scheduled", "active", "paused", "completed"] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];
export const isLaunched = (status: CampaignStatus): boolean => status !== "draft" && status !== "scheduled";
/** Whether steps can be added, changed, moved and deleted. A scheduled campaign is unscheduled first. */
export const stepsMayChange = (status: CampaignStatus): boolean =>
  status === "draft" || status === "active" || status === "paused";
export const stepTypes = ["email", "wait", "condition", "action"] as const;
export type StepType = (typeof stepTypes)[number];

export const emailStepsMax = 20;
export const stepsMax = 50;

/** How long to wait. Days and weeks keep the wall-clock time across a change of the clocks. */
export const waitUnits = ["minutes", "hours", "days", "business_days", "weeks"] as const;
export const waitDuration = z.object({
  value: z.coerce
    .number({ error: "Enter how long to wait, as a whole number." })
    .int("Enter a whole number.")
    .min(1, "Wait for at least 1.")
    .max(10_000, "10,000 is the most one wait can hold."),
  unit: z.enum(waitUnits),
});
export type WaitDuration = z.infer<typeof waitDuration>;

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];
const time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Enter a time such as 09:00.");
/** On the wall clock of the campaign's zone, to the minute: `2026-11-24T09:00`. */
const localTime = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/,
    "Choose a date and a time.",
  );

/**
 * `wait_duration` of a wait step: for so long, or until the campaign's wall clock next shows a time, on any day or on
 * certain weekdays, or until a date. Who comes after that date waits no more.
 */
export const waitRule = z.union([
  waitDuration,
  z.object({ until: z.literal("time"), time }),
  z.object({
    until: z.literal("weekday"),
    weekdays: z.array(z.enum(weekdays)).min(1, "Choose at least one day."),
    time,
  }),
  z.object({ until: z.literal("date"), at: localTime }),
]);
export type WaitRule = z.infer<typeof waitRule>;

/** `condition_type` names the kind of the first rule, for lists; `condition_rules` (a rule tree) decides. */
export const conditionTypes = [
  "email_opened",
  "email_clicked",
  "contact_attribute",
  "tag",
  "segment",
] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** `action_type` and `action_config` of an action step. Empty text is an unfinished draft: the launch refuses it. */
export const actionTypes = [
  "add_tag",
  "remove_tag",
  "add_to_list",
  "remove_from_list",
  "update_field",
  "unsubscribe",
  "exit",
] as const;
export type ActionType = (typeof actionTypes)[number];
const tag = z.string().trim().max(60, "Keep the tag under 60 characters.");
const listId = z.union([z.literal(""), z.uuid()]);
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
  }),
  /** As if they had said it themselves: they leave every campaign of the workspace. */
  z.object({ type: z.literal("unsubscribe") }),
  z.object({ type: z.literal("exit") }),
]);
export type Action = z.infer<typeof action>;

/** What an action holds before anybody has filled it in. */
export const blankActions: { [Type in ActionType]: Extract<Action, { type: Type }> } = {
  add_tag: { type: "add_tag", tag: "" },
  remove_tag: { type: "remove_tag", tag: "" },
  add_to_list: { type: "add_to_list", listId: "" },
  remove_from_list: { type: "remove_from_list", listId: "" },
  update_field: { type: "update_field", field: "", value: "" },
  unsubscribe: { type: "unsubscribe" },
  exit: { type: "exit" },
};

/** Actions after which a contact is in the campaign no more. */
export const endingActions: readonly string[] = ["exit", "unsubscribe"] satisfies ActionType[];

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

/** `campaigns.audience`: ids of lists and segments. `everyone` includes every contact of the workspace. */
export const audience = z.object({
  everyone: z.boolean().default(false),
  include: z.array(z.uuid()).max(100).default([]),
  exclude: z.array(z.uuid()).max(100).default([]),
});
export type Audience = z.infer<typeof audience>;
export const nobody: Audience = { everyone: false, include: [], exclude: [] };

const timezone = z.string().refine(isTimezone, "Choose a time zone from the list, such as Europe/Berlin.");

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

const address = z.email("Enter an email address such as ana@example.com.").max(254);

/** Everything of the Settings tab. Equal start and end mean the whole day; an end before the start runs over midnight. */
export const settingsFields = z.object({
  sendWindowStart: time,
  sendWindowEnd: time,
  sendDays: z.array(z.enum(weekdays)).min(1, "Choose at least one day to send on."),
  timezone,
  dailyLimit: z.coerce
    .number({ error: "Enter how many emails a day." })
    .int("Enter a whole number.")
    .min(1, "Send at least 1 a day.")
    .max(1_000_000, "Send at most 1,000,000 a day."),
  delayBetweenEmailsSeconds: z.coerce
    .number({ error: "Enter the seconds between two emails." })
    .int("Enter a whole number.")
    .min(0, "The delay cannot be negative.")
    .max(86_400, "The delay can be a day (86,400 seconds) at most."),
  /** Send at once, ignoring the five limits above. The sandbox mailbox only. */
  noLimits: z.boolean(),
  emailAccountId: z.uuid().nullable(),
  fromName: z.string().trim().min(1, "Enter the name people see as the sender.").max(255),
  fromEmail: address,
  replyToEmail: z.union([z.literal("").transform(() => null), address]).nullable(),
  trackOpens: z.boolean(),
  trackClicks: z.boolean(),
});
export type CampaignSettings = z.infer<typeof settingsFields>;

const name = z
  .string()
  .trim()
  .min(1, "Give the campaign a name.")
  .max(255, "Keep the name under 255 characters.");
const id = z.uuid();
const version = z.number().int().min(0);

export const campaignInput = z.object({ name, type: z.enum(campaignTypes) });
export type CampaignInput = z.infer<typeof campaignInput>;
export const campaignRef = z.object({ id });
/** `version` is the one the person saw: a save over somebody else's newer one is refused. */
export const campaignEdit = z.object({ id, version });
export const scheduleInput = campaignEdit.extend({ at: localTime });
export type ScheduleInput = z.infer<typeof scheduleInput>;
/** A name stands apart from everything else: no version. */
export const renameInput = campaignRef.extend({ name });
export const audienceInput = campaignEdit.extend({ audience });
export const settingsInput = campaignEdit.extend({ settings: settingsFields });
export type SettingsInput = z.infer<typeof settingsInput>;

export const campaignFilters = [...campaignStatuses, "archived"] as const;
/** Parses a URL leniently: what it does not understand is the first page of everything. */
export const campaignListInput = z.object({
  q: z.string().trim().max(200).optional().catch(undefined),
  status: z.enum(campaignFilters).optional().catch(undefined),
  after: z.uuid().optional().catch(undefined),
});
export type CampaignListInput = z.infer<typeof campaignListInput>;

export const position = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("start") }),
  z.object({ kind: z.literal("edge"), from: id, edge: z.enum(["next", "true", "false"]) }),
  z.object({ kind: z.literal("before"), stepId: id }),
  z.object({ kind: z.literal("behind"), conditionId: id }),
]);

const stepName = z.string().trim().max(120).optional();
/** What a step says and does. Unfinished text is kept: the launch checks name what is missing. */
export const stepContent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("email"),
    name: stepName,
    templateId: id.nullable().default(null),
    subjectLine: z.string().max(500, "Keep the subject under 500 characters."),
    previewText: z.string().max(500, "Keep the preview text under 500 characters."),
    emailContent: z.string().max(500_000, "The body can hold 500,000 characters."),
  }),
  z.object({ type: z.literal("wait"), name: stepName, wait: waitRule }),
  z.object({ type: z.literal("condition"), name: stepName, rules: ruleTree }),
  z.object({ type: z.literal("action"), name: stepName, action }),
]);
export type StepContent = z.infer<typeof stepContent>;

/** `actionType` lets "End here" add a finished exit in one go. */
export const stepAdd = campaignEdit.extend({
  type: z.enum(stepTypes),
  actionType: z.enum(actionTypes).optional(),
  position,
});
export type StepAdd = z.infer<typeof stepAdd>;
/** `retime`: those who wait at this wait already get the new time as well. */
export const stepSave = campaignEdit.extend({
  stepId: id,
  content: stepContent,
  retime: z.boolean().default(false),
});
export type StepSave = z.infer<typeof stepSave>;
export const stepMove = campaignEdit.extend({ stepId: id, position });
export const stepRemove = campaignEdit.extend({
  stepId: id,
  keep: z.enum(["true", "false", "neither"]).optional(),
});
export type StepRemove = z.infer<typeof stepRemove>;
/** Points one edge at a step, or at nothing. */
export const stepLink = campaignEdit.extend({
  stepId: id,
  edge: z.enum(["next", "true", "false"]),
  to: id.nullable(),
});
export type StepLink = z.infer<typeof stepLink>;

/** `arrived`: somebody found it in the inbox, so it counts as sent; otherwise it is sent again. */
export const unknownInput = campaignRef.extend({ messageId: id, arrived: z.boolean() });
export const testSendInput = z.object({
  id,
  stepId: id,
  to: address,
  contactId: id.nullable().default(null),
});
export type TestSendInput = z.infer<typeof testSendInput>;
export const stepPreviewInput = z.object({ id, stepId: id, contactId: id.nullable().default(null) });
