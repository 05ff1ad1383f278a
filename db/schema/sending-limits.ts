import { sql } from "drizzle-orm";
import { check, date, integer, pgTable, text, unique } from "drizzle-orm/pg-core";
import { oneOf, sortedText, tenantKey, within, workspaceColumns, workspacePolicy } from "./columns.ts";
import { workspaces } from "./workspaces.ts";

export const sendingLimitKinds = ["workspace", "domain", "recipient_domain"] as const;

/**
 * Limits that mailboxes share: of all of the workspace, of all those of one domain, and of what one receiving domain
 * gets. The rows that everybody who counts against them locks.
 */
export const sendingLimits = pgTable(
  "sending_limits",
  {
    ...workspaceColumns,
    kind: text({ enum: sendingLimitKinds }).notNull(),
    /** Empty for the workspace; `*` for every receiving domain that has no row of its own and is no public provider. */
    domain: sortedText().notNull().default(""),
    dailyLimit: integer(),
    hourlyLimit: integer(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    workspacePolicy("sending_limits"),
    unique("sending_limits_domain_unique").on(t.tenantId, t.workspaceId, t.kind, t.domain),
    oneOf("valid_kind", t.kind, sendingLimitKinds),
    check("valid_limits", sql`daily_limit > 0 and hourly_limit > 0`),
    check("valid_domain", sql`(kind = 'workspace') = (domain = '')`),
  ],
);

/** What receiving domains with a limit get on one day of the workspace: slots reserved and used. */
export const recipientUsage = pgTable(
  "recipient_usage",
  {
    ...workspaceColumns,
    domain: sortedText().notNull(),
    day: date().notNull(),
    used: integer().notNull().default(0),
  },
  (t) => [
    within(t, t.workspaceId, workspaces),
    workspacePolicy("recipient_usage"),
    unique("recipient_usage_day_unique").on(t.tenantId, t.workspaceId, t.domain, t.day),
    check("valid_used", sql`used >= 0`),
  ],
);
