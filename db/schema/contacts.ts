import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import {
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";

export const contactStatuses = ["active", "unsubscribed", "bounced", "complained", "archived"] as const;
export const lifecycleStages = [
  "new",
  "contacted",
  "replied",
  "interested",
  "not_interested",
  "meeting_booked",
  "customer",
  "churned",
] as const;

/** A person of one workspace. The trigram and JSON indexes are built concurrently, by a migration of their own. */
export const contacts = pgTable(
  "contacts",
  {
    ...workspaceColumns,
    /** As typed. */
    email: sortedText().notNull(),
    /** Trimmed, lower-cased, domain in punycode: what identity, suppression and search compare. */
    emailNormalized: sortedText().notNull(),
    firstName: sortedText(),
    lastName: sortedText(),
    name: sortedText(),
    company: sortedText(),
    jobTitle: sortedText(),
    phone: sortedText(),
    city: sortedText(),
    state: sortedText(),
    country: sortedText(),
    timezone: text(),
    language: text(),
    customFields: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    rawData: jsonb().$type<Record<string, unknown>>(),
    enrichedData: jsonb().$type<Record<string, unknown>>(),
    status: text({ enum: contactStatuses }).notNull().default("active"),
    lifecycleStage: text({ enum: lifecycleStages }).notNull().default("new"),
    leadScore: integer().notNull().default(0),
    /** The member who looks after this person. */
    ownerId: uuid(),
    /** No campaign writes to them before. */
    snoozedUntil: instant(),
    firstSourceImportId: uuid(),
    consentBasis: text(),
    consentSource: text(),
    consentAt: instant(),
    unsubscribedAt: instant(),
    bouncedAt: instant(),
    complainedAt: instant(),
    lastEmailedAt: instant(),
    lastOpenedAt: instant(),
    lastClickedAt: instant(),
    lastRepliedAt: instant(),
    lastActivityAt: instant(),
    softBounceCount: integer().notNull().default(0),
    /** Grows with every change: imports restore only what nobody touched since. */
    version: integer().notNull().default(1),
    deletedAt: instant(),
    /** The contact that this one was merged into. No key: the deletion of each contact would look for such rows. */
    mergedIntoId: uuid(),
  },
  (t) => [
    tenantKey(t),
    workspacePolicy("contacts"),
    uniqueIndex("contacts_email_unique")
      .on(t.tenantId, t.workspaceId, t.emailNormalized)
      .where(sql`deleted_at is null`),
    index("idx_contacts_workspace").on(t.tenantId, t.workspaceId, t.id),
    index("idx_contacts_status")
      .on(t.tenantId, t.workspaceId, t.status, t.id)
      .where(sql`status <> 'active'`),
    // The sorts of the contact list, made concurrently by a migration of their own.
    index("idx_contacts_last_name")
      .on(t.tenantId, t.workspaceId, t.lastName, t.id)
      .where(sql`deleted_at is null`)
      .concurrently(),
    index("idx_contacts_company")
      .on(t.tenantId, t.workspaceId, t.company, t.id)
      .where(sql`deleted_at is null`)
      .concurrently(),
    index("idx_contacts_score")
      .on(t.tenantId, t.workspaceId, t.leadScore, t.id)
      .where(sql`deleted_at is null`)
      .concurrently(),
    index("idx_contacts_last_activity")
      .on(t.tenantId, t.workspaceId, t.lastActivityAt, t.id)
      .where(sql`deleted_at is null`)
      .concurrently(),
    index("idx_contacts_created")
      .on(t.tenantId, t.workspaceId, t.createdAt, t.id)
      .where(sql`deleted_at is null`)
      .concurrently(),
    index("idx_contacts_merged_into")
      .on(t.tenantId, t.mergedIntoId)
      .where(sql`merged_into_id is not null`)
      .concurrently(),
    index("idx_contacts_stage")
      .on(t.tenantId, t.workspaceId, t.lifecycleStage, t.id)
      .where(sql`deleted_at is null and lifecycle_stage <> 'new'`)
      .concurrently(),
    oneOf("valid_status", t.status, contactStatuses),
    oneOf("valid_lifecycle_stage", t.lifecycleStage, lifecycleStages),
    check("valid_lead_score", sql`lead_score between 0 and 100`),
  ],
);

/** The timeline of a contact. Written in the same transaction as the act; no foreign keys, since it is a log. */
export const contactEvents = pgTable(
  "contact_events",
  {
    ...logColumns,
    contactId: uuid().notNull(),
    /** noun.verb: email.sent, email.opened, tag.added, import.created … */
    type: sortedText().notNull(),
    refType: text(),
    refId: uuid(),
    actorId: uuid(),
    data: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    workspacePolicy("contact_events"),
    index("idx_contact_events_contact").on(t.tenantId, t.contactId, t.occurredAt.desc(), t.id.desc()),
  ],
);

/** Consent of a contact, one row per grant or withdrawal. */
export const consentRecords = pgTable(
  "consent_records",
  {
    ...logColumns,
    contactId: uuid().notNull(),
    action: text({ enum: ["granted", "withdrawn"] }).notNull(),
    basis: text(),
    source: text(),
    category: text(),
    ip: text(),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    workspacePolicy("consent_records"),
    index("idx_consent_records_contact").on(t.tenantId, t.contactId, t.occurredAt),
    oneOf("valid_action", t.action, ["granted", "withdrawn"]),
  ],
);
