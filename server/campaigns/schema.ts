import { z } from "zod";
import { variantsMax } from "../ab-tests/schema.ts";
import { lifecycleStages } from "../segments/schema.ts";
import { goalList } from "../goals/schema.ts";
import { seenAs } from "../mail/schema.ts";
import { repeat } from "../occurrences/schema.ts";
import { triggerList } from "../triggers/schema.ts";
import { actionTypes } from "./actions/schema.ts";
import { localTime, stepContent, time, weekdays } from "./content/schema.ts";

export {
  action,
  actionTypes,
  blankActions,
  endingActions,
  settableFields,
  timesBackMax,
} from "./actions/schema.ts";
export type { Action, ActionType } from "./actions/schema.ts";
export {
  attachment,
  attachmentBytesMax,
  attachmentPartBytes,
  attachmentsMax,
  conditionTypes,
  draftReview,
  isEventWait,
  localTime,
  stepContent,
  stepSender,
  waitDuration,
  waitEvents,
  waitRule,
  waitUnits,
  weekdays,
} from "./content/schema.ts";
export type {
  Attachment,
  ConditionType,
  DraftFate,
  DraftReview,
  EventWait,
  StepContent,
  StepSender,
  WaitDuration,
  WaitRule,
  Weekday,
} from "./content/schema.ts";

export const campaignTypes = ["broadcast", "drip", "triggered", "ab_test"] as const;
export type CampaignType = (typeof campaignTypes)[number];
export const campaignStatuses = ["draft", "scheduled", "active", "paused", "completed"] as const;
export type CampaignStatus = (typeof campaignStatuses)[number];
/** Whether a campaign is over that was never launched itself: what it has sent, its repeats have. */
export const hasOnlyRepeated = ({
  status,
  launchedAt,
}: {
  status: CampaignStatus;
  launchedAt: Date | null;
}) => status === "completed" && launchedAt === null;
export const isLaunched = (status: CampaignStatus): boolean => status !== "draft" && status !== "scheduled";
/** Whether steps can be added, changed, moved and deleted. A scheduled campaign is unscheduled first. */
export const stepsMayChange = (status: CampaignStatus): boolean =>
  status === "draft" || status === "active" || status === "paused";
export const stepTypes = ["email", "wait", "condition", "action"] as const;
export type StepType = (typeof stepTypes)[number];

export const emailStepsMax = 20;
export const stepsMax = 50;

/** When somebody whose way has ended may come in again. Bounced, unsubscribed and complained are never let in again. */
export const reenrollment = z.discriminatedUnion("mode", [
  z.object({ mode: z.literal("never") }),
  z.object({ mode: z.literal("always") }),
  z.object({
    mode: z.literal("after"),
    days: z.coerce
      .number({ error: "Enter a number of days." })
      .int("Enter whole days.")
      .min(1, "Wait for at least 1 day.")
      .max(3650, "3,650 days (ten years) are the most."),
  }),
]);
export type Reenrollment = z.infer<typeof reenrollment>;

/** Who is not enrolled though the lists and segments say so. `emailedWithinHours` 0: does not matter. */
export const leaveOut = z.object({
  inOtherCampaign: z.boolean().default(false),
  emailedWithinHours: z.number().int().min(0).max(720, "720 hours (30 days) are the most.").default(0),
  stages: z.array(z.enum(lifecycleStages)).default([]),
});

/**
 * `campaigns.audience`: ids of lists and segments. `everyone` includes every contact of the workspace. `autoEnroll`: who
 * comes to them later is enrolled too, and with `removeOnExit` who leaves them leaves the campaign. A triggered campaign
 * takes whom its triggers bring; `include`, unless it is empty, says who of these may come in.
 */
export const audience = z.object({
  everyone: z.boolean().default(false),
  include: z.array(z.uuid()).max(100).default([]),
  exclude: z.array(z.uuid()).max(100).default([]),
  leaveOut: leaveOut.default(() => leaveOut.parse({})),
  autoEnroll: z.boolean().default(false),
  removeOnExit: z.boolean().default(false),
  reenrollment: reenrollment.default({ mode: "never" }),
});
export type Audience = z.infer<typeof audience>;
export const nobody: Audience = audience.parse({});

const timezone = z.string().refine(isTimezone, "Choose a time zone from the list, such as Europe/Berlin.");

function isTimezone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat("en", { timeZone: name }));
  } catch {
    return false;
  }
}

const address = z.email("Enter an email address such as ana@example.com.").max(254);

export const timezoneModes = ["campaign", "recipient", "coordinated"] as const;
export type TimezoneMode = (typeof timezoneModes)[number];
export const replyReaches = ["campaign", "sender", "workspace"] as const;

/** What web statistics ask for. */
export const utmNames = ["utm_source", "utm_medium", "utm_campaign"] as const;
/** What every web link of the emails gets that does not say so itself. An empty one is none. */
const utm = z
  .partialRecord(z.enum(utmNames), z.string().trim().max(100, "Keep it under 100 characters."))
  .transform((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "")));

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
  /** With a pool, its mailbox for tests and the like; the pool's mailboxes send the campaign. */
  emailAccountId: z.uuid().nullable(),
  rotationPoolId: z.uuid().nullable().default(null),
  /** Whose clock the window and the days go by. */
  timezoneMode: z.enum(timezoneModes).default("campaign"),
  /** Everybody gets it at the hour at which they tend to read. */
  optimizeSendTime: z.boolean().default(false),
  /** The higher one goes first where they share a mailbox. */
  priority: z.coerce
    .number({ error: "Enter a number from 1 to 100." })
    .int("Enter a whole number.")
    .min(1, "1 is the lowest.")
    .max(100, "100 is the highest.")
    .default(50),
  fromName: z.string().trim().min(1, "Enter the name people see as the sender.").max(255),
  fromEmail: address,
  replyToEmail: z.union([z.literal("").transform(() => null), address]).nullable(),
  trackOpens: z.boolean(),
  trackClicks: z.boolean(),
  /** No HTML part, and so no opens and clicks. */
  plainTextOnly: z.boolean().default(false),
  utm: utm.default({}),
  replyStops: z.boolean().default(true),
  /** Which campaigns somebody who replies leaves, among those that stop on replies. */
  replyReach: z.enum(replyReaches).default("sender"),
  stopCompanyOnReply: z.boolean().default(false),
  stopOnAutoReply: z.boolean().default(false),
  snoozeOnAutoReply: z.boolean().default(false),
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
/** What a draft is made for: one email, a series, follow-ups until somebody answers, or a series that something sets off. */
export const guidedPlans = ["one", "series", "follow_up", "triggered"] as const;
export type GuidedPlan = (typeof guidedPlans)[number];
export const guidedEmailsMax = 7;
export const guidedInput = z.object({
  name,
  plan: z.enum(guidedPlans),
  emails: z.coerce
    .number({ error: "Enter how many emails." })
    .int("Enter a whole number.")
    .min(1, "Send at least 1.")
    .max(guidedEmailsMax, `Begin with ${guidedEmailsMax} at most: more can be added later.`)
    .default(1),
  days: z.coerce
    .number({ error: "Enter how many days." })
    .int("Enter whole days.")
    .min(1, "Leave at least 1 day.")
    .max(90, "90 days are the most here: more can be set later.")
    .default(3),
});
export type GuidedInput = z.infer<typeof guidedInput>;
export const guideParts = ["who", "emails", "sending", "review"] as const;
export type GuidePart = (typeof guideParts)[number];
export const campaignRef = z.object({ id });
/** `version` is the one the person saw: a save over somebody else's newer one is refused. */
export const campaignEdit = z.object({ id, version });
/** Names what stands against a launch, or is worth a look: what it is, and of which step. */
export const problemKey = ({ code, stepId }: { code: string; stepId: string | null }) =>
  stepId === null ? code : `${code}.${stepId}`;
/** `acknowledged`: the warnings that somebody has looked at. Another one refuses. */
export const launchInput = campaignEdit.extend({
  acknowledged: z.array(z.string().max(100)).max(1_000).default([]),
});
/** `reason`: in somebody's own words. */
export const pauseInput = campaignRef.extend({
  reason: z.string().trim().max(300, "Keep it under 300 characters.").default(""),
});
/** `cursor` is the oldest act already shown. */
export const historyInput = campaignRef.extend({ cursor: z.uuid().nullish() });
/** `confirmed`: it is to go on though it was paused for long. */
export const resumeInput = campaignRef.extend({ confirmed: z.boolean().default(false) });
/** `at` null: it does not end by itself. */
/** How a person looks at the steps of campaigns. */
export const stepViews = ["list", "canvas"] as const;
export type StepView = (typeof stepViews)[number];
/** `past` is a version of the steps that is kept. */
export const versionRestore = campaignEdit.extend({ past: version });
/** `cursor` is the oldest version already shown. */
export const versionsInput = campaignRef.extend({ cursor: version.nullish() });
export const endInput = campaignRef.extend({ at: localTime.nullable() });
/** Without `repeat` it is launched once. */
export const scheduleInput = launchInput.extend({ at: localTime, repeat: repeat.nullable().default(null) });
export type ScheduleInput = z.infer<typeof scheduleInput>;
/** A name stands apart from everything else: no version. */
export const renameInput = campaignRef.extend({ name });
export const audienceInput = campaignEdit.extend({ audience });
export const triggersInput = campaignEdit.extend({ triggers: triggerList });
export const goalsInput = campaignEdit.extend({ goals: goalList });
export const settingsInput = campaignEdit.extend({ settings: settingsFields });
export type SettingsInput = z.infer<typeof settingsInput>;

/** A deleted campaign can be brought back for so long. */
export const keptDays = 30;
export const campaignFilters = [...campaignStatuses, "archived", "deleted"] as const;
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
const stepIds = z
  .array(id)
  .min(1, "Choose a step.")
  .max(stepsMax, `A campaign holds ${stepsMax} steps at most.`);
/** A fork brings its branches. */
export const stepsMove = campaignEdit.extend({ stepIds, position });
export type StepsMove = z.infer<typeof stepsMove>;
/**
 * The copy of a fork brings copies of its branches. `from` is the campaign that the steps stand in; this one unless it
 * is named.
 */
export const stepsCopy = campaignEdit.extend({ stepIds, from: id.optional(), position });
export type StepsCopy = z.infer<typeof stepsCopy>;
/** Two versions of a draft's steps that are laid side by side. */
export const versionsCompare = z.object({ id, from: z.int().min(0), to: z.int().min(0) });
/** `keep`: by the id of a fork whose branches differ, which of them stays. */
export const stepsRemove = campaignEdit.extend({
  stepIds,
  keep: z.record(id, z.enum(["true", "false", "neither"])).optional(),
});
export type StepsRemove = z.infer<typeof stepsRemove>;
/** Points one edge at a step, or at nothing. */
export const stepLink = campaignEdit.extend({
  stepId: id,
  edge: z.enum(["next", "true", "false"]),
  to: id.nullable(),
});
export type StepLink = z.infer<typeof stepLink>;

/** `arrived`: somebody found it in the inbox, so it counts as sent; otherwise it is sent again. */
export const unknownInput = campaignRef.extend({ messageId: id, arrived: z.boolean() });
/** Which variant of an email that is tested, by its place; 0 is the email as it stands. */
const variant = z
  .number()
  .int()
  .min(0)
  .max(variantsMax - 1)
  .default(0);
export const testSendInput = z.object({
  id,
  stepId: id,
  to: address,
  ...seenAs.shape,
  variant,
});
export type TestSendInput = z.input<typeof testSendInput>;
export const stepPreviewInput = z.object({
  id,
  stepId: id,
  ...seenAs.shape,
  variant,
});
/** A part of a file, by the route that takes it. */
export const attachmentPartInput = z.object({
  id,
  part: z.number().int().min(0),
  bytes: z.instanceof(Uint8Array),
});
