import { index, integer, pgTable, text, uuid, unique, uniqueIndex, jsonb } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { campaignSteps, campaignStepVersions } from "./campaign-steps.ts";
import { campaigns } from "./campaigns.ts";
import {
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { contacts } from "./contacts.ts";
import { emailAccounts } from "./email-accounts.ts";
import { users } from "./users.ts";

export const draftTypes = ["first_outreach", "second_followup", "final_followup"] as const;
export const draftStatuses = [
  "draft",
  "approved",
  "scheduled",
  "sent",
  "failed",
  "rejected",
  "expired",
  "cancelled",
] as const;
export const draftFates = ["skip", "exit"] as const;
export const draftWriting = ["waiting", "writing", "done", "failed"] as const;
export const draftAuthors = ["user", "ai", "rule"] as const;
export const scheduledEmailStatuses = [
  "pending",
  "claimed",
  "sent",
  "cancelled",
  "failed",
  "skipped",
] as const;
export const approvalStatuses = ["pending", "approved", "rejected", "expired", "void"] as const;

/** A mail to one contact that a person approves before it leaves. */
export const emailDrafts = pgTable(
  "email_drafts",
  {
    ...workspaceColumns,
    contactId: uuid().notNull(),
    campaignId: uuid(),
    stepId: uuid(),
    enrollmentId: uuid(),
    draftType: text({ enum: draftTypes }).notNull(),
    author: text({ enum: draftAuthors }).notNull().default("user"),
    subject: text().notNull(),
    body: text().notNull(),
    editedSubject: text(),
    editedBody: text(),
    status: text({ enum: draftStatuses }).notNull().default("draft"),
    approvedAt: instant(),
    approvedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    rejectedAt: instant(),
    rejectedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    rejectReason: text(),
    /** What becomes of the contact of an email that is rejected, or that nobody looked at in time. */
    otherwise: text({ enum: draftFates }).notNull().default("skip"),
    expiresAt: instant(),
    /** Which coming to the step it was made for, with the pass: there is one draft for each. */
    runNumber: integer(),
    visit: integer(),
    /** The text that it was made from; sender and files are those of this version too. */
    stepVersionId: uuid(),
    previewText: text().notNull().default(""),
    /** Counted up by every change of its words: who decides says what they saw. */
    version: integer().notNull().default(1),
    editedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    editedAt: instant(),
    /** Why it could not be made for this contact, or was not sent; a sentence. */
    problem: text(),
    /** How far an AI provider is with its words; null when none is asked. `failed`: it says what the step says. */
    writing: text({ enum: draftWriting }),
    writingAttempts: integer().notNull().default(0),
    /** When the provider is asked, or asked again. */
    writingAt: instant(),
    writingToken: uuid(),
    writingUntil: instant(),
    writingProblem: text(),
    /** What all the answers to this draft took. */
    aiModel: text(),
    aiInputTokens: integer().notNull().default(0),
    aiOutputTokens: integer().notNull().default(0),
    /** In millionths of a US dollar; null while nothing was asked, or where the model's price is not known. */
    aiCostMicros: integer(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.contactId, contacts),
    within(t, t.campaignId, campaigns),
    within(t, t.stepId, campaignSteps, "set null"),
    within(t, t.stepVersionId, campaignStepVersions, "set null"),
    workspacePolicy("email_drafts"),
    index("idx_email_drafts_contact").on(t.tenantId, t.contactId),
    index("idx_email_drafts_status").on(t.tenantId, t.workspaceId, t.status, t.id),
    index("idx_email_drafts_campaign").on(t.tenantId, t.campaignId, t.status, t.id),
    index("idx_email_drafts_step").on(t.tenantId, t.stepId, t.status, t.id),
    index("idx_email_drafts_step_version").on(t.tenantId, t.stepVersionId),
    uniqueIndex("email_drafts_visit_unique")
      .on(t.tenantId, t.enrollmentId, t.runNumber, t.stepId, t.visit)
      .where(sql`enrollment_id is not null and status <> 'cancelled'`),
    index("idx_email_drafts_writing")
      .on(t.writingAt)
      .where(sql`writing in ('waiting', 'writing')`),
    oneOf("valid_otherwise", t.otherwise, draftFates),
    oneOf("valid_writing", t.writing, draftWriting),
    oneOf("valid_draft_type", t.draftType, draftTypes),
    oneOf("valid_author", t.author, draftAuthors),
    oneOf("valid_status", t.status, draftStatuses),
  ],
);

/** When an approved draft leaves, and from which mailbox. */
export const scheduledEmails = pgTable(
  "scheduled_emails",
  {
    ...workspaceColumns,
    draftId: uuid().notNull(),
    contactId: uuid().notNull(),
    campaignId: uuid(),
    emailAccountId: uuid().notNull(),
    scheduledFor: instant().notNull(),
    status: text({ enum: scheduledEmailStatuses }).notNull().default("pending"),
    messageId: uuid(),
    problem: text(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.draftId, emailDrafts),
    within(t, t.contactId, contacts),
    within(t, t.campaignId, campaigns),
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("scheduled_emails"),
    index("idx_scheduled_emails_scheduled_for").on(t.tenantId, t.scheduledFor),
    index("idx_scheduled_emails_status").on(t.status, t.scheduledFor),
    index("idx_scheduled_emails_draft").on(t.tenantId, t.draftId),
    index("idx_scheduled_emails_campaign").on(t.tenantId, t.campaignId),
    oneOf("valid_status", t.status, scheduledEmailStatuses),
  ],
);

/** One row per required approver role and submission. */
export const campaignApprovals = pgTable(
  "campaign_approvals",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    submissionNo: integer().notNull().default(1),
    approverRole: sortedText().notNull().default("workspace_admin"),
    required: text({ enum: ["required", "optional"] })
      .notNull()
      .default("required"),
    approvalStatus: text({ enum: approvalStatuses }).notNull().default("pending"),
    requestedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    approvedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    requestedAt: instant()
      .notNull()
      .default(sql`app_now()`),
    decidedAt: instant(),
    expiresAt: instant(),
    comments: text(),
    /** How often those who have not answered were reminded. */
    reminders: integer().notNull().default(0),
    /** Digest of steps, audience, sender and limits as submitted: any change voids the approval. */
    snapshotVersion: text(),
    snapshot: jsonb().$type<Record<string, unknown>>(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_approvals"),
    unique("campaign_approvals_role_unique").on(t.tenantId, t.campaignId, t.submissionNo, t.approverRole),
    index("idx_campaign_approvals_open")
      .on(t.expiresAt)
      .where(sql`approval_status = 'pending'`),
    oneOf("valid_approval_status", t.approvalStatus, approvalStatuses),
    oneOf("valid_required", t.required, ["required", "optional"]),
  ],
);
