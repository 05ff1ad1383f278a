import { sql } from "drizzle-orm";
import {
  boolean,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  driverColumns,
  idColumn,
  instant,
  logColumns,
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
    /** The moment its members and their count are of. */
    lastRecalculatedAt: instant(),
    /** Somebody asked for its members as of this moment or later. */
    refreshRequestedAt: instant(),
    /** Why its members could not be worked out, as a sentence. */
    problem: text(),
    isActive: boolean().notNull().default(true),
    sourceImportId: uuid(),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("segments"),
    // The column's own collation would fold ASCII only.
    uniqueIndex("segments_name_unique").on(
      t.tenantId,
      t.workspaceId,
      sql`(lower(${t.name} collate "default") collate "C")`,
    ),
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

/** Who recalculates the segments of a workspace, and how far it has come. */
export const segmentDrivers = pgTable(
  "segment_drivers",
  {
    ...workspaceColumns,
    /** Segments whose members are of an earlier moment are due. */
    dueBefore: instant(),
    /** The segment at work, since when, and the contact up to which its members are right. */
    checkpoint: jsonb().$type<Record<string, unknown>>(),
    ...driverColumns,
  },
  (t) => [
    within(t, t.workspaceId, workspaces),
    workspacePolicy("segment_drivers"),
    unique("segment_drivers_workspace_unique").on(t.tenantId, t.workspaceId),
    index("idx_segment_drivers_wakes").on(t.wakesAt),
  ],
);

/**
 * A statement that changed contacts, or what rules ask about them, by a trigger: segments are recalculated soon after.
 * A row of its own for each, since one that all of them update would make them wait for one another.
 */
export const contactChanges = pgTable("contact_changes", { ...logColumns }, (t) => [
  workspacePolicy("contact_changes"),
  index("idx_contact_changes_workspace").on(t.tenantId, t.workspaceId, t.createdAt),
]);

export const announcedEvents = ["segment.entered", "segment.left", "score.tier_changed"] as const;

/** What a recalculation found and has still to say in an event, some hundred contacts at a time. */
export const contactAnnouncements = pgTable(
  "contact_announcements",
  {
    ...logColumns,
    event: text({ enum: announcedEvents }).notNull(),
    /** The segment or the scoring model. */
    refId: uuid().notNull(),
    /** Of a change of tier: the new one. */
    tier: text(),
    contactIds: uuid().array().notNull(),
  },
  (t) => [
    workspacePolicy("contact_announcements"),
    index("idx_contact_announcements_workspace").on(t.tenantId, t.workspaceId, t.id),
    oneOf("valid_event", t.event, announcedEvents),
  ],
);
