import { sql } from "drizzle-orm";
import { boolean, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { campaigns } from "./campaigns.ts";
import { contacts } from "./contacts.ts";
import { emailAccounts } from "./email-accounts.ts";
import { workspaces } from "./workspaces.ts";

export const threadStatuses = ["open", "snoozed", "archived", "closed", "trash"] as const;

/** A conversation: messages of the ledger that share its id. */
export const inboxThreads = pgTable(
  "inbox_threads",
  {
    ...workspaceColumns,
    emailAccountId: uuid(),
    contactId: uuid(),
    campaignId: uuid(),
    subject: text(),
    status: text({ enum: threadStatuses }).notNull().default("open"),
    category: text(),
    assignedTo: uuid(),
    isUnread: boolean().notNull().default(true),
    starred: boolean().notNull().default(false),
    snoozedUntil: instant(),
    lastMessageAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.emailAccountId, emailAccounts, "set null"),
    within(t, t.contactId, contacts, "set null"),
    within(t, t.campaignId, campaigns, "set null"),
    workspacePolicy("inbox_threads"),
    index("idx_inbox_threads_status").on(t.tenantId, t.workspaceId, t.status, t.lastMessageAt.desc()),
    index("idx_inbox_threads_contact").on(t.tenantId, t.contactId),
    index("idx_inbox_threads_campaign")
      .on(t.tenantId, t.campaignId)
      .where(sql`campaign_id is not null`),
    oneOf("valid_status", t.status, threadStatuses),
  ],
);

export const inboxNotes = pgTable(
  "inbox_notes",
  { ...logColumns, threadId: uuid().notNull(), authorId: uuid(), body: text().notNull() },
  (t) => [
    within(t, t.threadId, inboxThreads),
    workspacePolicy("inbox_notes"),
    index("idx_inbox_notes_thread").on(t.tenantId, t.threadId, t.id),
  ],
);

export const inboxTags = pgTable(
  "inbox_tags",
  { ...logColumns, threadId: uuid().notNull(), name: sortedText().notNull() },
  (t) => [
    within(t, t.threadId, inboxThreads),
    workspacePolicy("inbox_tags"),
    unique("inbox_tags_name_unique").on(t.tenantId, t.threadId, t.name),
  ],
);
