import { z } from "zod";
import { emailTest } from "../../ab-tests/schema.ts";
import { stepRuleTree } from "../../segments/schema.ts";
import { action } from "../actions/schema.ts";
import { stepSender, time } from "./parts.ts";

export { stepSender, time };
export type { StepSender } from "./parts.ts";

/* What the steps of a campaign say and do. */

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
/** On the wall clock of the campaign's zone, to the minute: `2026-11-24T09:00`. */
export const localTime = z
  .string()
  .regex(
    /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/,
    "Choose a date and a time.",
  );

/** What a wait can be for. The first three are about one email: the last one before the wait, or `stepId`'s. */
export const waitEvents = [
  "email_opened",
  "email_clicked",
  "email_replied",
  "custom_event",
  "field_value",
] as const;
const eventWait = z.object({
  until: z.literal("event"),
  event: z.enum(waitEvents),
  stepId: z.uuid().nullable().default(null),
  /** Of a click: a part of the address. Empty: any link. */
  urlContains: z.string().trim().max(500).default(""),
  /** Of a custom event. */
  name: z.string().trim().max(100).default(""),
  /** Of a field: a contact column in snake_case, or `custom.<name>`. */
  field: z.string().trim().max(80).default(""),
  /** What the field is to hold, in any case; empty: anything at all. */
  value: z.string().trim().max(200, "Keep the value under 200 characters.").default(""),
  timeout: waitDuration,
  /** Whether those whose time is up go on like the others, or have a way of their own. */
  onTimeout: z.enum(["continue", "branch"]),
});
export type EventWait = z.infer<typeof eventWait>;
export const isEventWait = (wait: WaitRule): wait is EventWait => "until" in wait && wait.until === "event";

/**
 * `wait_duration` of a wait step: for so long, or until the campaign's wall clock next shows a time, on any day or on
 * certain weekdays, or until a date, or until something happens. Who comes after that date waits no more.
 */
export const waitRule = z.union([
  waitDuration,
  eventWait,
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
  "email_received",
  "email_opened",
  "email_clicked",
  "email_replied",
  "custom_event",
  "lead_score",
  "campaign",
  "open_rate",
  "click_rate",
  "reply_rate",
  "weekday",
  "hour",
  "recipient_weekday",
  "recipient_hour",
  "step_passed",
  "ab_variant",
  "pass_emails",
  "pass_number",
  "random",
  "contact_attribute",
  "tag",
  "segment",
] as const;
export type ConditionType = (typeof conditionTypes)[number];

export const attachmentsMax = 10;
/** Of all files of an email together. They go with every single message. */
export const attachmentBytesMax = 5_000_000;
/** Small enough for any proxy. */
export const attachmentPartBytes = 900_000;

/** A file that goes with an email. The bytes are in file storage, in parts, under the id. */
export const attachment = z.object({
  id: z.uuid(),
  filename: z.string().trim().min(1).max(200),
  mime: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.+-]*\/[a-z0-9][a-z0-9.+-]*$/i)
    .max(100),
  sizeBytes: z.number().int().min(1).max(attachmentBytesMax),
});
export type Attachment = z.infer<typeof attachment>;
const attachments = z
  .array(attachment)
  .max(attachmentsMax, `An email can carry ${attachmentsMax} files.`)
  .refine(
    (files) => files.reduce((sum, file) => sum + file.sizeBytes, 0) <= attachmentBytesMax,
    "The files of an email may have 5 MB together.",
  );

/** What becomes of the contact of an email that is rejected, or that nobody looks at in time. */
export const draftFates = ["skip", "exit"] as const;
export type DraftFate = (typeof draftFates)[number];
/** How the emails of a step are reviewed, one by one, before they leave. */
export const draftReview = z.object({
  days: z.coerce
    .number({ error: "Enter for how many days an email waits to be reviewed." })
    .int("Enter a whole number of days.")
    .min(1, "An email waits for at least one day.")
    .max(90, "An email waits for 90 days at most."),
  otherwise: z.enum(draftFates),
  /** What an AI provider is told to write, with the step's own text as its model. Empty: the step's text it is. */
  instructions: z.string().trim().max(4_000, "Keep the instructions under 4,000 characters.").default(""),
  /** What AI has written by the instructions leaves without a review, where the organization lets it. */
  unreviewed: z.boolean().default(false),
});
export type DraftReview = z.infer<typeof draftReview>;

const stepName = z.string().trim().max(120).optional();
/** What a step says and does. Unfinished text is kept: the launch checks name what is missing. */
export const stepContent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("email"),
    name: stepName,
    templateId: z.uuid().nullable().default(null),
    /** The version of the template that was copied into the step. */
    templateVersion: z.number().int().min(1).nullable().default(null),
    subjectLine: z.string().max(500, "Keep the subject under 500 characters."),
    previewText: z.string().max(500, "Keep the preview text under 500 characters."),
    emailContent: z.string().max(500_000, "The body can hold 500,000 characters."),
    /** The plain-text part; without one it is made from the body. */
    emailText: z.string().max(500_000, "The text part can hold 500,000 characters.").nullish(),
    sender: stepSender.nullable().default(null),
    /** Shown in mail programs as an answer to the contact's last email; without a subject it is “Re: …”. */
    replyInThread: z.boolean().default(false),
    attachments: attachments.default([]),
    /** Null: it leaves as it is written, with nobody looking at each. */
    review: draftReview.nullable().default(null),
    /** The email leaves at this time of the campaign's day at the earliest; null: as soon as it is its turn. */
    sendTime: time.nullable().default(null),
    /** What is tried out on some before everybody gets it. */
    test: emailTest.nullable().default(null),
  }),
  z.object({ type: z.literal("wait"), name: stepName, wait: waitRule }),
  z.object({
    type: z.literal("condition"),
    name: stepName,
    rules: stepRuleTree,
    /** How long those wait for it who do not match at once; null: they take the No branch. */
    waitUpTo: waitDuration.nullable().default(null),
  }),
  z.object({ type: z.literal("action"), name: stepName, action }),
]);
export type StepContent = z.infer<typeof stepContent>;
