import { index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
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
import { workspaces } from "./workspaces.ts";

export const contactEditActions = [
  "tag",
  "untag",
  "add_to_list",
  "remove_from_list",
  "set_field",
  "set_stage",
  "unsubscribe",
  "archive",
  "restore",
  "delete",
  "add_to_campaign",
] as const;
export const contactEditStatuses = ["pending", "processing", "completed", "failed", "cancelled"] as const;

/** One change to many contacts: picked ones, or all that a filter lets through. */
export const contactEdits = pgTable(
  "contact_edits",
  {
    ...workspaceColumns,
    action: text({ enum: contactEditActions }).notNull(),
    /** What the action needs: a tag, a list, a field and its value. */
    change: jsonb().$type<Record<string, unknown>>().notNull(),
    /** A contact selection: ids or a filter. */
    selection: jsonb().$type<Record<string, unknown>>().notNull(),
    /** What it is about, in words, as it was then. */
    summary: text().notNull(),
    status: text({ enum: contactEditStatuses }).notNull().default("pending"),
    /** Contacts meant when it was asked for; of a filter that more than ten thousand pass, null. */
    totalContacts: integer(),
    processedContacts: integer().notNull().default(0),
    changedCount: integer().notNull().default(0),
    unchangedCount: integer().notNull().default(0),
    failedCount: integer().notNull().default(0),
    /** The last contact that was worked on; the next slice begins behind it. */
    checkpointId: uuid(),
    /** Contacts made later are not meant. */
    lastId: uuid(),
    /** Why it failed, as a sentence. */
    problem: text(),
    startedAt: instant(),
    completedAt: instant(),
    createdBy: uuid(),
    ...driverColumns,
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("contact_edits"),
    index("idx_contact_edits_workspace").on(t.tenantId, t.workspaceId, t.id),
    index("idx_contact_edits_status").on(t.status, t.leaseUntil),
    oneOf("valid_status", t.status, contactEditStatuses),
    oneOf("valid_action", t.action, contactEditActions),
  ],
);

/** Contacts that an edit left as they were, each with its reason. No key to the contact: it may be gone. */
export const contactEditFailures = pgTable(
  "contact_edit_failures",
  {
    ...logColumns,
    contactEditId: uuid().notNull(),
    contactId: uuid().notNull(),
    contactEmail: sortedText(),
    reason: text().notNull(),
  },
  (t) => [
    within(t, t.contactEditId, contactEdits),
    workspacePolicy("contact_edit_failures"),
    index("idx_contact_edit_failures_edit").on(t.tenantId, t.contactEditId, t.id),
  ],
);
