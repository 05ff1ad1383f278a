import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, primaryKey, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  instant,
  logColumns,
  oneOf,
  sortedText,
  tenantKey,
  timeColumns,
  workspacePolicy,
  workspaceRef,
} from "./columns.ts";

export const emailEventTypes = [
  "sent",
  "delivered",
  "deferred",
  "bounced",
  "failed",
  "opened",
  "clicked",
  "replied",
  "complained",
  "unsubscribed",
] as const;

/** Everything that happened to a message. Partitioned by month of `occurred_at`, as the edited SQL says. */
export const emailEvents = pgTable(
  "email_events",
  {
    id: uuid()
      .notNull()
      .default(sql`uuidv7()`),
    ...workspaceRef,
    messageId: uuid().notNull(),
    campaignId: uuid(),
    stepId: uuid(),
    contactId: uuid(),
    enrollmentId: uuid(),
    type: text({ enum: emailEventTypes }).notNull(),
    occurredAt: instant()
      .notNull()
      .default(sql`app_now()`),
    ip: text(),
    userAgent: text(),
    linkIndex: integer(),
    url: text(),
    isMachine: boolean().notNull().default(false),
    machineReason: text(),
    dedupeKey: sortedText(),
    data: jsonb().$type<Record<string, unknown>>(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    primaryKey({ name: "email_events_pkey", columns: [t.id, t.occurredAt] }),
    workspacePolicy("email_events"),
    index("idx_email_events_message").on(t.tenantId, t.messageId, t.occurredAt),
    index("idx_email_events_campaign").on(t.tenantId, t.campaignId, t.occurredAt),
    index("idx_email_events_contact").on(t.tenantId, t.contactId, t.occurredAt),
    oneOf("valid_type", t.type, emailEventTypes),
  ],
);

/** Keeps an event from being counted twice; unpartitioned, since a partitioned table cannot hold such a key. */
export const eventDedupe = pgTable(
  "event_dedupe",
  {
    ...workspaceRef,
    dedupeKey: sortedText().notNull(),
    expiresAt: instant().notNull(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    primaryKey({ name: "event_dedupe_pkey", columns: [t.tenantId, t.dedupeKey] }),
    workspacePolicy("event_dedupe"),
    index("idx_event_dedupe_expires").on(t.expiresAt),
  ],
);

/** Targets of tracked links, per step version and index: a click never takes its target from the URL. */
export const trackedLinks = pgTable(
  "tracked_links",
  {
    ...logColumns,
    campaignId: uuid(),
    stepId: uuid(),
    stepVersionId: uuid(),
    /** For a message that is not rendered from a step version. */
    messageId: uuid(),
    linkIndex: integer().notNull(),
    url: text().notNull(),
    label: text(),
    token: sortedText().unique("tracked_links_token_unique"),
  },
  (t) => [
    tenantKey(t),
    workspacePolicy("tracked_links"),
    unique("tracked_links_index_unique")
      .on(t.tenantId, t.stepVersionId, t.messageId, t.linkIndex)
      .nullsNotDistinct(),
  ],
);

/** Answers already given to a request that is repeated with the same key. */
export const idempotencyKeys = pgTable(
  "idempotency_keys",
  {
    ...workspaceRef,
    scope: sortedText().notNull(),
    key: sortedText().notNull(),
    requestHash: text(),
    result: jsonb().$type<unknown>(),
    expiresAt: instant().notNull(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    primaryKey({ name: "idempotency_keys_pkey", columns: [t.tenantId, t.scope, t.key] }),
    workspacePolicy("idempotency_keys"),
    index("idx_idempotency_keys_expires").on(t.expiresAt),
  ],
);
