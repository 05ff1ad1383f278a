import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgPolicy,
  pgTable,
  primaryKey,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import {
  currentTenant,
  currentUser,
  idColumn,
  instant,
  ofTenant,
  oneOf,
  policy,
  sortedText,
  tenantPolicy,
  tenantRef,
  timeColumns,
} from "./columns.ts";
import { users } from "./users.ts";

export const tenantStatuses = ["active", "suspended", "closed"] as const;
export const tenantRoles = ["owner", "admin", "member"] as const;

export const tenants = pgTable(
  "tenants",
  {
    ...idColumn,
    name: text().notNull(),
    status: text({ enum: tenantStatuses }).notNull().default("active"),
    settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    ...timeColumns,
  },
  (t) => [
    policy("tenants_isolation", sql`id = ${currentTenant}`),
    oneOf("valid_status", t.status, tenantStatuses),
  ],
);

/** Who belongs to a tenant. Shows the rows of the current tenant, and a user's own in every tenant. */
export const tenantUsers = pgTable(
  "tenant_users",
  {
    ...tenantRef,
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    roles: text({ enum: tenantRoles }).array().notNull(),
    email: sortedText().notNull(),
    ...timeColumns,
  },
  (t) => [
    primaryKey({ name: "tenant_users_pkey", columns: [t.tenantId, t.userId] }),
    ofTenant(t, tenants),
    index("idx_tenant_users_tenant").on(t.tenantId),
    index("idx_tenant_users_user").on(t.userId),
    check("valid_roles", sql`roles <@ array['owner', 'admin', 'member'] and cardinality(roles) > 0`),
    tenantPolicy("tenant_users"),
    pgPolicy("tenant_users_own_rows", { for: "select", using: sql`user_id = ${currentUser}` }),
  ],
);

/** Billing address, notices and look of one tenant. */
export const tenantConfig = pgTable(
  "tenant_config",
  {
    ...tenantRef,
    stripeCustomerId: text(),
    billingEmail: sortedText(),
    billingAddress: jsonb().$type<Record<string, unknown>>(),
    notifyOnBillingChanges: boolean().notNull().default(true),
    notifyOnSystemUpdates: boolean().notNull().default(true),
    notifyOnSecurityAlerts: boolean().notNull().default(true),
    themeMode: text({ enum: ["system", "light", "dark"] })
      .notNull()
      .default("system"),
    themePrimaryColor: text(),
    uiDensity: text({ enum: ["comfortable", "compact"] })
      .notNull()
      .default("comfortable"),
    uiLogoUrl: text(),
    ...timeColumns,
  },
  (t) => [
    primaryKey({ name: "tenant_config_pkey", columns: [t.tenantId] }),
    ofTenant(t, tenants),
    policy("tenant_config_isolation", sql`tenant_id = ${currentTenant}`),
    oneOf("valid_theme_mode", t.themeMode, ["system", "light", "dark"]),
    oneOf("valid_ui_density", t.uiDensity, ["comfortable", "compact"]),
  ],
);

/** Security rules of one tenant, and the defaults for its new workspaces. */
export const tenantPolicies = pgTable(
  "tenant_policies",
  {
    ...tenantRef,
    passwordMinLength: integer().notNull().default(10),
    passwordRequireMixedCase: boolean().notNull().default(false),
    passwordRequireNumber: boolean().notNull().default(false),
    passwordRequireSymbol: boolean().notNull().default(false),
    sessionTimeoutHours: integer().notNull().default(8),
    maxLoginAttempts: integer().notNull().default(5),
    twoFactorRequired: boolean().notNull().default(false),
    workspaceDefaultTimezone: text().notNull().default("UTC"),
    workspaceDefaultDailyLimit: integer().notNull().default(50),
    /** How many emails one address may get within 24 hours, and how many hours apart, from all campaigns together. */
    contactEmailsPerDay: integer(),
    contactHoursApart: integer(),
    /** How often that may put one email off before its step is skipped; null: as often as it takes. */
    contactDelaysMax: integer(),
    requireCampaignApproval: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    /** Whether a step may have its emails written by an AI provider and sent without anybody's review. */
    aiUnreviewedAllowed: boolean().notNull().default(false),
    retention: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    ...timeColumns,
  },
  (t) => [
    primaryKey({ name: "tenant_policies_pkey", columns: [t.tenantId] }),
    ofTenant(t, tenants),
    policy("tenant_policies_isolation", sql`tenant_id = ${currentTenant}`),
    check(
      "valid_limits",
      sql`password_min_length >= 8 and session_timeout_hours > 0 and max_login_attempts > 0`,
    ),
    check("valid_contact_limits", sql`contact_emails_per_day > 0 and contact_hours_apart > 0`),
    check("valid_contact_delays", sql`contact_delays_max > 0`),
  ],
);

/** A restricted list of addresses nobody on this installation mails; read through a definer function only. */
export const platformSuppressions = pgTable("platform_suppressions", {
  ...idColumn,
  emailNormalized: sortedText().notNull().unique(),
  reason: text().notNull(),
  source: text().notNull(),
  expiresAt: instant(),
  createdAt: timeColumns.createdAt,
});

/** Old and new values of what a person did; written in the same transaction as the act, never changed. */
export const auditLog = pgTable(
  "audit_log",
  {
    ...idColumn,
    ...tenantRef,
    workspaceId: uuid(),
    actorId: uuid(),
    actorType: text({ enum: ["user", "system", "api_key", "operator"] })
      .notNull()
      .default("user"),
    action: sortedText().notNull(),
    resourceType: sortedText().notNull(),
    resourceId: uuid(),
    oldValue: jsonb().$type<Record<string, unknown>>(),
    newValue: jsonb().$type<Record<string, unknown>>(),
    ip: text(),
    userAgent: text(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    tenantPolicy("audit_log"),
    index("idx_audit_log_tenant").on(t.tenantId, t.id),
    index("idx_audit_log_resource").on(t.tenantId, t.resourceType, t.resourceId, t.id),
    oneOf("valid_actor_type", t.actorType, ["user", "system", "api_key", "operator"]),
  ],
);
