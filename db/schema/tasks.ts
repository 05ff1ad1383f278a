import { sql } from "drizzle-orm";
import { date, index, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { campaigns } from "./campaigns.ts";
import { instant, tenantKey, within, workspaceColumns, workspacePolicy } from "./columns.ts";
import { contacts } from "./contacts.ts";

/** Something that a person is to do about a contact: written by a campaign's step, or by hand. */
export const tasks = pgTable(
  "tasks",
  {
    ...workspaceColumns,
    contactId: uuid().notNull(),
    title: text().notNull(),
    note: text(),
    /** The last day for it; null: whenever. */
    dueOn: date(),
    /** Null: whoever takes it. */
    assigneeId: uuid(),
    /** The campaign whose step asked for it. */
    campaignId: uuid(),
    createdBy: uuid(),
    doneAt: instant(),
    doneBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.contactId, contacts),
    within(t, t.campaignId, campaigns, "set null"),
    workspacePolicy("tasks"),
    index("idx_tasks_contact").on(t.tenantId, t.contactId, t.id),
    index("idx_tasks_campaign")
      .on(t.tenantId, t.campaignId)
      .where(sql`campaign_id is not null`),
    index("idx_tasks_assignee")
      .on(t.tenantId, t.workspaceId, t.assigneeId, sql`coalesce(due_on, 'infinity'::date)`, t.id)
      .where(sql`done_at is null`),
    // What is open, the most pressing first; and what was done last.
    index("idx_tasks_open")
      .on(t.tenantId, t.workspaceId, sql`coalesce(due_on, 'infinity'::date)`, t.id)
      .where(sql`done_at is null`),
    index("idx_tasks_done")
      .on(t.tenantId, t.workspaceId, t.doneAt.desc(), t.id)
      .where(sql`done_at is not null`),
  ],
);
