import { sql } from "drizzle-orm";
import { check, index, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
import {
  instant,
  oneOf,
  policy,
  currentTenant,
  currentWorkspace,
  sortedText,
  tenantColumns,
  tenantKey,
} from "./columns.ts";

export const suppressionScopes = ["tenant", "workspace", "category"] as const;

/** Addresses that must not be mailed. A workspace sees its own rows and those of the whole tenant. */
export const suppressions = pgTable(
  "suppressions",
  {
    ...tenantColumns,
    emailNormalized: sortedText().notNull(),
    scope: text({ enum: suppressionScopes }).notNull(),
    workspaceId: uuid(),
    category: text(),
    reason: text().notNull(),
    source: text().notNull(),
    messageId: uuid(),
    addedBy: uuid(),
    expiresAt: instant(),
  },
  (t) => [
    tenantKey(t),
    policy(
      "suppressions_tenant_isolation",
      sql`tenant_id = ${currentTenant} and (workspace_id is null or workspace_id = ${currentWorkspace})`,
    ),
    unique("suppressions_address_unique")
      .on(t.tenantId, t.emailNormalized, t.scope, t.workspaceId, t.category)
      .nullsNotDistinct(),
    index("idx_suppressions_workspace").on(t.tenantId, t.workspaceId, t.id),
    oneOf("valid_scope", t.scope, suppressionScopes),
    check("valid_workspace", sql`(scope = 'tenant') = (workspace_id is null)`),
    check("valid_category", sql`(scope = 'category') = (category is not null)`),
  ],
);

/** Suppressions that were lifted, as they were: one row each, however many contacts it was about. */
export const liftedSuppressions = pgTable(
  "lifted_suppressions",
  {
    ...tenantColumns,
    emailNormalized: sortedText().notNull(),
    scope: text({ enum: suppressionScopes }).notNull(),
    workspaceId: uuid(),
    reason: text().notNull(),
    addedBy: uuid(),
    addedAt: instant().notNull(),
    liftedBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    policy(
      "lifted_suppressions_tenant_isolation",
      sql`tenant_id = ${currentTenant} and (workspace_id is null or workspace_id = ${currentWorkspace})`,
    ),
    index("idx_lifted_suppressions_address").on(t.tenantId, t.emailNormalized),
    oneOf("valid_scope", t.scope, suppressionScopes),
    check("valid_workspace", sql`(scope = 'tenant') = (workspace_id is null)`),
  ],
);
