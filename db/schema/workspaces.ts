import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  index,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import {
  instant,
  ofTenant,
  oneOf,
  sortedText,
  tenantColumns,
  tenantKey,
  tenantPolicy,
  tenantRef,
  timeColumns,
  within,
} from "./columns.ts";
import { tenants, tenantRoles } from "./tenants.ts";
import { users } from "./users.ts";

export const workspaceStatuses = ["active", "suspended", "archived"] as const;
export const workspaceRoles = ["admin", "member", "viewer"] as const;
export const invitationStatuses = ["pending", "accepted", "revoked", "expired"] as const;

export const workspaces = pgTable(
  "workspaces",
  {
    ...tenantColumns,
    name: text().notNull(),
    /** Unique across the installation: it is the URL. */
    slug: sortedText().notNull().unique("workspaces_slug_unique"),
    logoUrl: text(),
    status: text({ enum: workspaceStatuses }).notNull().default("active"),
    industry: text(),
    companySize: text(),
    timezone: text().notNull().default("UTC"),
    /** Shown in the footer of every mail, as the law asks. */
    postalAddress: text(),
    settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    /** The workspace's own key of the AI provider, sealed; null: the installation's. */
    aiKeySealed: text(),
    onboardingStartedAt: instant(),
    onboardingCompletedAt: instant(),
    hideOnboarding: boolean().notNull().default(false),
    deletedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    tenantPolicy("workspaces"),
    oneOf("valid_status", t.status, workspaceStatuses),
    check("valid_slug", sql`slug ~ '^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$'`),
  ],
);

export const workspaceMembers = pgTable(
  "workspace_members",
  {
    ...tenantRef,
    workspaceId: uuid().notNull(),
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    role: text({ enum: workspaceRoles }).notNull(),
    ...timeColumns,
  },
  (t) => [
    primaryKey({ name: "workspace_members_pkey", columns: [t.workspaceId, t.userId] }),
    within(t, t.workspaceId, workspaces),
    tenantPolicy("workspace_members"),
    index("idx_workspace_members_tenant_user").on(t.tenantId, t.userId),
    index("idx_workspace_members_user").on(t.userId),
    oneOf("valid_role", t.role, workspaceRoles),
  ],
);

export const invitations = pgTable(
  "invitations",
  {
    ...tenantColumns,
    email: sortedText().notNull(),
    roles: text({ enum: tenantRoles }).array().notNull().default(["member"]),
    workspaceIds: uuid()
      .array()
      .notNull()
      .default(sql`'{}'`),
    workspaceRole: text({ enum: workspaceRoles }).notNull().default("member"),
    /** Digest of the token in the link. */
    tokenHash: sortedText().notNull().unique("invitations_token_hash_unique"),
    status: text({ enum: invitationStatuses }).notNull().default("pending"),
    invitedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    acceptedBy: uuid().references(() => users.id, { onDelete: "set null" }),
    acceptedAt: instant(),
    expiresAt: instant().notNull(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    tenantPolicy("invitations"),
    uniqueIndex("invitations_pending_unique")
      .on(t.tenantId, t.email)
      .where(sql`status = 'pending'`),
    oneOf("valid_status", t.status, invitationStatuses),
    oneOf("valid_workspace_role", t.workspaceRole, workspaceRoles),
    check("valid_roles", sql`roles <@ array['owner', 'admin', 'member'] and cardinality(roles) > 0`),
  ],
);

/** Keys of the public API, belonging to a tenant or to one of its workspaces. */
export const apiKeys = pgTable(
  "api_keys",
  {
    ...tenantColumns,
    workspaceId: uuid(),
    name: text().notNull(),
    prefix: text().notNull(),
    keyHash: sortedText().notNull().unique("api_keys_key_hash_unique"),
    scopes: text()
      .array()
      .notNull()
      .default(sql`'{}'`),
    rateLimit: jsonb().$type<Record<string, unknown>>(),
    status: text({ enum: ["active", "revoked"] })
      .notNull()
      .default("active"),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
    lastUsedAt: instant(),
    expiresAt: instant(),
  },
  (t) => [
    tenantKey(t),
    ofTenant(t, tenants),
    within(t, t.workspaceId, workspaces),
    tenantPolicy("api_keys"),
    oneOf("valid_status", t.status, ["active", "revoked"]),
  ],
);
