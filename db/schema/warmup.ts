import { date, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";
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

export const warmupStatuses = ["active", "paused", "completed", "cancelled"] as const;
export const warmupProfiles = [
  "basic",
  "conservative",
  "standard",
  "aggressive",
  "rotation",
  "migration",
] as const;

export const warmupSchedules = pgTable(
  "warmup_schedules",
  {
    ...workspaceColumns,
    emailAccountId: uuid().notNull(),
    warmupType: text({ enum: warmupProfiles }).notNull().default("basic"),
    totalDays: integer().notNull().default(21),
    currentDay: integer().notNull().default(0),
    startVolume: integer().notNull().default(5),
    targetVolume: integer().notNull().default(100),
    currentVolume: integer().notNull().default(5),
    targets: jsonb().$type<Record<string, number>>().notNull().default({}),
    thresholds: jsonb().$type<Record<string, number>>().notNull().default({}),
    status: text({ enum: warmupStatuses }).notNull().default("active"),
    pauseReason: text(),
    startedAt: instant(),
    completedAt: instant(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("warmup_schedules"),
    oneOf("valid_warmup_type", t.warmupType, warmupProfiles),
    oneOf("valid_status", t.status, warmupStatuses),
  ],
);

export const warmupDailyLogs = pgTable(
  "warmup_daily_logs",
  {
    ...logColumns,
    scheduleId: uuid().notNull(),
    date: date().notNull(),
    planned: integer().notNull().default(0),
    sent: integer().notNull().default(0),
    opened: integer().notNull().default(0),
    clicked: integer().notNull().default(0),
    replied: integer().notNull().default(0),
    bounced: integer().notNull().default(0),
    complained: integer().notNull().default(0),
  },
  (t) => [
    within(t, t.scheduleId, warmupSchedules),
    workspacePolicy("warmup_daily_logs"),
    unique("warmup_daily_logs_date_unique").on(t.tenantId, t.scheduleId, t.date),
  ],
);

export const warmupEvents = pgTable(
  "warmup_events",
  {
    ...logColumns,
    scheduleId: uuid().notNull(),
    type: text().notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    occurredAt: instant().notNull(),
  },
  (t) => [
    workspacePolicy("warmup_events"),
    index("idx_warmup_events_schedule").on(t.tenantId, t.scheduleId, t.occurredAt),
  ],
);
