import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  time,
  unique,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { abTestVariants } from "./ab-tests.ts";
import { campaigns } from "./campaigns.ts";
import {
  driverColumns,
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { emailAccounts } from "./email-accounts.ts";
import { templates } from "./templates.ts";

export const stepTypes = ["email", "wait", "condition", "action"] as const;

/**
 * A step of a campaign. The edges decide where a contact goes; `stepOrder` is for display, and a null edge ends the
 * walk. UNIQUE (campaign_id, step_order) is deferrable, which the generated SQL is edited to say.
 */
export const campaignSteps = pgTable(
  "campaign_steps",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    stepOrder: integer().notNull(),
    stepType: varchar({ length: 50, enum: stepTypes }).notNull(),
    name: text(),
    /** Stays the same across versions. */
    stepKey: uuid()
      .notNull()
      .default(sql`uuidv7()`),
    templateId: uuid(),
    templateVersion: integer(),
    subjectLine: varchar({ length: 500 }),
    previewText: text(),
    emailContent: text(),
    emailText: text(),
    emailAccountId: uuid(),
    /** `{ fromName, fromEmail, replyTo }`: what differs from the campaign's sender. */
    sender: jsonb().$type<unknown>(),
    /** `{ key, filename, mime, sizeBytes }[]`: files that go with every message; the bytes are in file storage. */
    attachments: jsonb().$type<unknown>().notNull().default([]),
    replyInThread: boolean().notNull().default(false),
    requiresDraftApproval: boolean().notNull().default(false),
    /** `{ days, otherwise }`: how its emails are reviewed one by one. Null: they are not. */
    draftReview: jsonb().$type<unknown>(),
    /** Emails of it were reviewed at some time: what was approved leaves as approved, whatever it says now. */
    wasReviewed: boolean().notNull().default(false),
    /** When reviewers were last told that emails of it wait for them. */
    reviewersToldAt: instant(),
    /** The email leaves at this time of the campaign's day at the earliest. */
    sendTime: time(),
    /** What is tried out before everybody gets the email, as the editor keeps it; a launched test is in `ab_tests`. */
    test: jsonb().$type<unknown>(),
    waitDuration: jsonb().$type<unknown>(),
    conditionType: varchar({ length: 100 }),
    conditionRules: jsonb().$type<unknown>(),

    /** `{ value, unit }`: how long a condition waits to come true before it takes its third edge. */
    waitUpTo: jsonb().$type<unknown>(),
    actionType: varchar({ length: 100 }),
    actionConfig: jsonb().$type<unknown>(),
    nextStepId: uuid(),
    trueNextStepId: uuid(),
    falseNextStepId: uuid(),
    onTimeoutStepId: uuid(),
    emailsSent: integer().notNull().default(0),
    emailsOpened: integer().notNull().default(0),
    emailsClicked: integer().notNull().default(0),
    /** The version that contacts who reach the step now are given. */
    currentVersion: integer().notNull().default(0),
    /** Whoever stands at a step that was deleted while the campaign ran goes on by its next edge. */
    isActive: boolean().notNull().default(true),
    /** While those who wait here are given new times: the contact who got theirs last; the nil id at the beginning. */
    retimedUpTo: uuid(),
    uiX: integer(),
    uiY: integer(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.templateId, templates, "set null"),
    within(t, t.emailAccountId, emailAccounts, "set null"),
    within(t, t.nextStepId, t, "set null"),
    within(t, t.trueNextStepId, t, "set null"),
    within(t, t.falseNextStepId, t, "set null"),
    within(t, t.onTimeoutStepId, t, "set null"),
    workspacePolicy("campaign_steps"),
    unique("campaign_steps_order_unique").on(t.tenantId, t.campaignId, t.stepOrder),
    index("idx_campaign_steps_campaign_order").on(t.campaignId, t.stepOrder),
    oneOf("valid_step_type", t.stepType, stepTypes),
    check("valid_step_order", sql`step_order >= 0`),
  ],
);

/** What a step said when contacts went through it: content, rules and edges, frozen. */
export const campaignStepVersions = pgTable(
  "campaign_step_versions",
  {
    ...logColumns,
    campaignId: uuid().notNull(),
    stepId: uuid().notNull(),
    version: integer().notNull(),
    /** Of a variant that is being tested; null: the email as it stands. */
    variantId: uuid(),
    stepType: text({ enum: stepTypes }).notNull(),
    subject: text(),
    previewText: text(),
    html: text(),
    text: text(),
    /** wait_duration, condition_type and rules, action_type and config, edges, sender. */
    config: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    contentHash: sortedText(),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    within(t, t.stepId, campaignSteps),
    within(t, t.variantId, abTestVariants),
    workspacePolicy("campaign_step_versions"),
    unique("campaign_step_versions_version_unique")
      .on(t.tenantId, t.stepId, t.version, t.variantId)
      .nullsNotDistinct(),
    index("idx_campaign_step_versions_campaign").on(t.tenantId, t.campaignId),
    index("idx_campaign_step_versions_variant")
      .on(t.tenantId, t.variantId)
      .where(sql`variant_id is not null`),
    oneOf("valid_step_type", t.stepType, stepTypes),
  ],
);

/** Which run drives a step. */
export const stepDrivers = pgTable(
  "step_drivers",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    stepId: uuid().notNull(),
    ...driverColumns,
    /** How many have been dealt out so far, where several people take turns. */
    turn: bigint({ mode: "number" }).notNull().default(0),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    within(t, t.stepId, campaignSteps),
    workspacePolicy("step_drivers"),
    unique("step_drivers_step_unique").on(t.tenantId, t.stepId),
    index("idx_step_drivers_campaign").on(t.tenantId, t.campaignId),
  ],
);
