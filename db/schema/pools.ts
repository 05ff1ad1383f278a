import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";
import {
  instant,
  logColumns,
  oneOf,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { emailAccounts } from "./email-accounts.ts";
import { workspaces } from "./workspaces.ts";

export const rotationStrategies = ["round_robin", "weighted", "automatic", "random"] as const;
export const whenUnfitChoices = ["wait", "continue"] as const;

/** Mailboxes that share the mail of a campaign. */
export const rotationPools = pgTable(
  "rotation_pools",
  {
    ...workspaceColumns,
    name: text().notNull(),
    strategy: text({ enum: rotationStrategies }).notNull().default("round_robin"),
    dailyLimitPerAccount: integer(),
    /** When no mailbox that stands well can send any more on a day: new people wait, or hear from the others. */
    whenUnfit: text({ enum: whenUnfitChoices }).notNull().default("wait"),
    /** When somebody was last told that it goes on with those others, once a day. */
    continuedAt: instant(),
    isActive: boolean().notNull().default(true),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("rotation_pools"),
    unique("rotation_pools_name_unique").on(t.tenantId, t.workspaceId, t.name),
    oneOf("valid_strategy", t.strategy, rotationStrategies),
    oneOf("valid_when_unfit", t.whenUnfit, whenUnfitChoices),
    check("valid_daily_limit", sql`daily_limit_per_account > 0`),
  ],
);

export const poolMembers = pgTable(
  "pool_members",
  {
    ...workspaceColumns,
    poolId: uuid().notNull(),
    emailAccountId: uuid().notNull(),
    weight: integer().notNull().default(1),
    priority: integer().notNull().default(0),
    status: text({ enum: ["active", "paused", "removed"] })
      .notNull()
      .default("active"),
  },
  (t) => [
    tenantKey(t),
    within(t, t.poolId, rotationPools),
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("pool_members"),
    unique("pool_members_account_unique").on(t.tenantId, t.poolId, t.emailAccountId),
    oneOf("valid_status", t.status, ["active", "paused", "removed"]),
    check("valid_weight", sql`weight > 0`),
  ],
);

export const rotationRules = pgTable(
  "rotation_rules",
  {
    ...workspaceColumns,
    poolId: uuid().notNull(),
    rule: jsonb().$type<Record<string, unknown>>().notNull(),
    priority: integer().notNull().default(0),
  },
  (t) => [
    tenantKey(t),
    within(t, t.poolId, rotationPools),
    workspacePolicy("rotation_rules"),
    index("idx_rotation_rules_pool").on(t.tenantId, t.poolId, t.priority),
  ],
);

/** A mailbox's health, once a day in its own zone. */
export const accountHealthLogs = pgTable(
  "account_health_logs",
  {
    ...logColumns,
    emailAccountId: uuid().notNull(),
    day: date().notNull(),
    healthScore: integer().notNull(),
    sent: integer().notNull().default(0),
    bounceRate: doublePrecision(),
    complaintRate: doublePrecision(),
    openRate: doublePrecision(),
  },
  (t) => [
    workspacePolicy("account_health_logs"),
    unique("account_health_logs_day_unique").on(t.tenantId, t.emailAccountId, t.day),
    check("valid_health_score", sql`health_score between 0 and 100`),
  ],
);
