import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgSchema, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  currentUser,
  currentTenant,
  idColumn,
  instant,
  oneOf,
  policy,
  sortedText,
  tenantColumns,
  tenantKey,
  tenantPolicy,
  tenantRef,
  timeColumns,
  within,
} from "./columns.ts";

// A tier of its own: no foreign key leaves it.
export const notify = pgSchema("notify");

export const severities = ["low", "medium", "high", "critical"] as const;

/** What one person is told, in the product or by mail. */
export const notifications = notify.table(
  "notifications",
  {
    ...tenantColumns,
    workspaceId: uuid(),
    userId: uuid().notNull(),
    notificationType: sortedText().notNull(),
    channel: text({ enum: ["in_app", "email", "push"] })
      .notNull()
      .default("in_app"),
    title: text().notNull(),
    body: text(),
    data: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    readAt: instant(),
    expiresAt: instant(),
    /** Of a mail: when it left; how often that was tried, and not before when it is tried again. */
    sentAt: instant(),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant(),
  },
  (t) => [
    tenantKey(t),
    policy(
      "notifications_isolation",
      sql`tenant_id = ${currentTenant} and user_id = ${currentUser}`,
      sql`tenant_id = ${currentTenant}`,
    ),
    index("idx_notifications_user").on(t.tenantId, t.userId, t.id),
    index("idx_notifications_unsent")
      .on(t.createdAt)
      .where(sql`channel = 'email' and sent_at is null`),
    oneOf("valid_channel", t.channel, ["in_app", "email", "push"]),
  ],
);

/** What the operator is told: the installation's own events, of no tenant. */
export const adminSystemEvents = notify.table(
  "admin_system_events",
  {
    ...idColumn,
    eventType: sortedText().notNull(),
    severity: text({ enum: severities }).notNull(),
    message: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    resolvedAt: instant(),
    resolvedBy: uuid(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    index("idx_admin_system_events_open")
      .on(t.severity, t.createdAt)
      .where(sql`resolved_at is null`),
    oneOf("valid_severity", t.severity, severities),
  ],
);

/** An address of the tenant's that hears of events. The secret is sealed. */
export const webhooks = notify.table(
  "webhooks",
  {
    ...tenantColumns,
    workspaceId: uuid(),
    url: text().notNull(),
    sealedSecret: text().notNull(),
    eventTypes: text().array().notNull(),
    filters: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    status: text({ enum: ["active", "failing", "paused"] })
      .notNull()
      .default("active"),
    failuresInARow: integer().notNull().default(0),
    timeoutSeconds: integer().notNull().default(5),
  },
  (t) => [
    tenantKey(t),
    tenantPolicy("webhooks"),
    index("idx_webhooks_tenant").on(t.tenantId, t.status),
    oneOf("valid_status", t.status, ["active", "failing", "paused"]),
    check("valid_url", sql`url ~ '^https?://'`),
    check("valid_timeout", sql`timeout_seconds between 1 and 30`),
  ],
);

export const webhookEvents = notify.table(
  "webhook_events",
  {
    ...idColumn,
    ...tenantRef,
    workspaceId: uuid(),
    eventType: sortedText().notNull(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    tenantKey(t),
    tenantPolicy("webhook_events"),
    index("idx_webhook_events_tenant").on(t.tenantId, t.eventType, t.id),
  ],
);

export const webhookDeliveries = notify.table(
  "webhook_deliveries",
  {
    ...tenantColumns,
    webhookId: uuid().notNull(),
    webhookEventId: uuid().notNull(),
    status: text({ enum: ["pending", "delivered", "retrying", "failed"] })
      .notNull()
      .default("pending"),
    attempts: integer().notNull().default(0),
    nextAttemptAt: instant(),
    responseStatus: integer(),
    error: text(),
    deliveredAt: instant(),
  },
  (t) => [
    tenantKey(t),
    tenantPolicy("webhook_deliveries"),
    within(t, t.webhookId, webhooks),
    within(t, t.webhookEventId, webhookEvents),
    unique("webhook_deliveries_event_unique").on(t.tenantId, t.webhookId, t.webhookEventId),
    oneOf("valid_status", t.status, ["pending", "delivered", "retrying", "failed"]),
  ],
);

/** Switches of the installation, on for everyone, for some tenants, or for none. */
export const featureFlags = notify.table("feature_flags", {
  ...idColumn,
  flag: sortedText().notNull().unique("feature_flags_flag_unique"),
  isEnabled: boolean().notNull().default(false),
  tenantIds: uuid()
    .array()
    .notNull()
    .default(sql`'{}'`),
  ...timeColumns,
});

/** Settings of the installation that an operator changes while it runs. */
export const systemConfig = notify.table("system_config", {
  ...idColumn,
  key: sortedText().notNull().unique("system_config_key_unique"),
  value: jsonb().$type<unknown>().notNull(),
  ...timeColumns,
});
