import { sql } from "drizzle-orm";
import {
  check,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  timestamp,
  unique,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import { campaigns } from "./campaigns.ts";
import { instant, logColumns, oneOf, within, workspaceColumns, workspacePolicy } from "./columns.ts";
import { contacts } from "./contacts.ts";
import { tags } from "./tags.ts";

export const enrollmentStatuses = [
  "enrolled",
  "active",
  "paused",
  "completed",
  "replied",
  "bounced",
  "unsubscribed",
  "exited",
  "failed",
] as const;

/**
 * A contact's place in a campaign, and the only truth about it. Live rows (enrolled, active, paused by hand) have a
 * step and a due time, or a reason. The current step carries no foreign key: the row moves too often.
 */
export const campaignContacts = pgTable(
  "campaign_contacts",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    contactId: uuid().notNull(),
    status: varchar({ length: 50, enum: enrollmentStatuses }).notNull().default("enrolled"),
    /** The pass: which walk through the campaign this is. */
    runNumber: integer().notNull().default(1),
    currentStepId: uuid(),
    enteredStepAt: instant(),
    /** How often this pass came to the current step; part of every idempotency key. */
    visit: integer().notNull().default(1),
    stepsCompleted: integer().notNull().default(0),
    enrolledAt: instant()
      .notNull()
      .default(sql`app_now()`),
    lastEmailSentAt: instant(),
    /** The last email step's message: what "opened" and "clicked" ask about. */
    lastMessageId: uuid(),
    /** When the current step falls due. */
    nextEmailScheduledAt: instant(),
    /** The same as a wall clock would show it, and its zone: checked again at the claim. */
    dueLocal: timestamp({ withTimezone: false, mode: "string" }),
    tzUsed: text(),
    /** Why it does not move: awaiting_send, waiting, window, daily_limit, wait_for_event, config_error … */
    waitReason: text(),
    waitDetail: jsonb().$type<Record<string, unknown>>(),
    /** A condition that may wait for an event gives up then. */
    waitUntil: instant(),
    awaitingMessageId: uuid(),
    pinnedAccountId: uuid(),
    variantId: uuid(),
    leaseUntil: instant(),
    leaseOwner: text(),
    attempts: integer().notNull().default(0),
    context: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    completedAt: instant(),
    repliedAt: instant(),
    pausedAt: instant(),
    exitedAt: instant(),
    exitReason: text(),
    totalEmailsSent: integer().notNull().default(0),
    totalOpens: integer().notNull().default(0),
    totalClicks: integer().notNull().default(0),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    within(t, t.contactId, contacts),
    workspacePolicy("campaign_contacts"),
    // No key of tenant and id, which nothing refers to: each index is written three times for every email.
    // In this order it also finds the campaigns of a contact.
    unique("campaign_contacts_contact_unique").on(t.tenantId, t.contactId, t.campaignId),
    // Whom a campaign has, page by page; whoever goes by the ids alone reads the newer ones of all others first.
    index("idx_campaign_contacts_campaign").on(t.tenantId, t.campaignId, t.id).concurrently(),
    index("idx_campaign_contacts_campaign_status").on(t.tenantId, t.campaignId, t.status, t.currentStepId),
    index("idx_campaign_contacts_next_scheduled")
      .on(t.tenantId, t.currentStepId, t.nextEmailScheduledAt, t.id)
      .where(sql`status in ('enrolled', 'active') and next_email_scheduled_at is not null`),
    oneOf("valid_status", t.status, enrollmentStatuses),
    check("valid_visit", sql`run_number > 0 and visit > 0`),
    check(
      "live_has_place",
      sql`status not in ('enrolled', 'active') or (current_step_id is not null
        and (next_email_scheduled_at is not null or wait_reason is not null))`,
    ),
  ],
);

/**
 * Contacts that changed while a step that may wait for that was asking about them, and did not see it, and those who no
 * longer have the tag that kept campaigns from writing to them: they are asked for again. Of a tag that is not that one any
 * more one row speaks for all who have it, and `upTo` is the contact of them who was seen to last. A queue, emptied by the
 * sweeper.
 */
export const missedWakes = pgTable(
  "missed_wakes",
  { ...logColumns, contactId: uuid(), tagId: uuid(), upTo: uuid() },
  (t) => [
    within(t, t.contactId, contacts),
    within(t, t.tagId, tags),
    workspacePolicy("missed_wakes"),
    index("idx_missed_wakes_contact").on(t.tenantId, t.contactId),
    // The sweeper takes some of every workspace.
    index("idx_missed_wakes_workspace").on(t.tenantId, t.workspaceId, t.id),
    index("idx_missed_wakes_tag")
      .on(t.tenantId, t.tagId)
      .where(sql`tag_id is not null`),
    check("contact_or_tag", sql`(contact_id is null) <> (tag_id is null)`),
  ],
);

/** Passes that ended before a contact was enrolled again. */
export const campaignContactRuns = pgTable(
  "campaign_contact_runs",
  {
    ...logColumns,
    enrollmentId: uuid().notNull(),
    campaignId: uuid().notNull(),
    contactId: uuid().notNull(),
    runNumber: integer().notNull(),
    status: text({ enum: enrollmentStatuses }).notNull(),
    exitReason: text(),
    enrolledAt: instant().notNull(),
    endedAt: instant().notNull(),
    stepsCompleted: integer().notNull().default(0),
    totalEmailsSent: integer().notNull().default(0),
    totalOpens: integer().notNull().default(0),
    totalClicks: integer().notNull().default(0),
    context: jsonb().$type<Record<string, unknown>>().notNull().default({}),
  },
  (t) => [
    workspacePolicy("campaign_contact_runs"),
    unique("campaign_contact_runs_number_unique").on(t.tenantId, t.enrollmentId, t.runNumber),
    oneOf("valid_status", t.status, enrollmentStatuses),
  ],
);

/** What each step did to each contact. */
export const enrollmentStepLog = pgTable(
  "enrollment_step_log",
  {
    ...logColumns,
    enrollmentId: uuid().notNull(),
    campaignId: uuid().notNull(),
    contactId: uuid().notNull(),
    stepId: uuid().notNull(),
    stepVersionId: uuid(),
    runNumber: integer().notNull(),
    visit: integer().notNull(),
    enteredAt: instant().notNull(),
    leftAt: instant(),
    /** sent, skipped, released, true, false, timeout, acted, failed, exited … */
    outcome: text(),
    nextStepId: uuid(),
    messageId: uuid(),
    detail: jsonb().$type<Record<string, unknown>>(),
  },
  (t) => [
    workspacePolicy("enrollment_step_log"),
    unique("enrollment_step_log_visit_unique").on(t.tenantId, t.enrollmentId, t.runNumber, t.stepId, t.visit),
    index("idx_enrollment_step_log_step").on(t.tenantId, t.stepId, t.id),
  ],
);
