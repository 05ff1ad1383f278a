import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import {
  idColumn,
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
  workspaceRef,
} from "./columns.ts";
import { contacts } from "./contacts.ts";
import { workspaces } from "./workspaces.ts";

export const segmentTypes = ["static", "dynamic"] as const;
export const memberSources = ["rule_match", "manual", "import", "action"] as const;

/** A list (static) or a segment (dynamic: its rules decide). */
export const segments = pgTable(
  "segments",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    description: text(),
    segmentType: text({ enum: segmentTypes }).notNull(),
    /** A rule tree; null for a list. */
    rules: jsonb().$type<Record<string, unknown>>(),
    contactCount: integer().notNull().default(0),
    lastRecalculatedAt: instant(),
    isActive: boolean().notNull().default(true),
    sourceImportId: uuid(),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("segments"),
    uniqueIndex("segments_name_unique").on(t.tenantId, t.workspaceId, t.name),
    oneOf("valid_segment_type", t.segmentType, segmentTypes),
  ],
);

/** Members of a list, and the last known members of a segment. */
export const segmentContacts = pgTable(
  "segment_contacts",
  {
    ...idColumn,
    ...workspaceRef,
    segmentId: uuid().notNull(),
    contactId: uuid().notNull(),
    addedAt: instant()
      .notNull()
      .default(sql`app_now()`),
    addedVia: text({ enum: memberSources }).notNull().default("manual"),
    importJobId: uuid(),
  },
  (t) => [
    within(t, t.segmentId, segments),
    within(t, t.contactId, contacts),
    workspacePolicy("segment_contacts"),
    uniqueIndex("unique_contact_list_member").on(t.tenantId, t.segmentId, t.contactId),
    index("idx_segment_contacts_contact").on(t.tenantId, t.contactId),
    oneOf("valid_added_via", t.addedVia, memberSources),
  ],
);
