import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  time,
  unique,
  uuid,
  varchar,
} from "drizzle-orm/pg-core";
import {
  driverColumns,
  instant,
  oneOf,
  sortedText,
  tenantKey,
  within,
  workspaceColumns,
  workspacePolicy,
} from "./columns.ts";
import { emailAccounts } from "./email-accounts.ts";
import { rotationPools } from "./pools.ts";
import { segments } from "./segments.ts";
import { users } from "./users.ts";
import { workspaces } from "./workspaces.ts";

export const campaignTypes = ["broadcast", "drip", "triggered", "ab_test"] as const;
export const campaignStatuses = ["draft", "scheduled", "active", "paused", "completed"] as const;
export const replyReaches = ["campaign", "sender", "workspace"] as const;
export const sendStrategies = ["immediate", "scheduled", "optimized"] as const;

export const campaigns = pgTable(
  "campaigns",
  {
    ...workspaceColumns,
    name: sortedText().notNull(),
    description: text(),
    campaignType: varchar({ length: 50, enum: campaignTypes }).notNull(),
    status: varchar({ length: 50, enum: campaignStatuses }).notNull().default("draft"),
    goal: text(),
    category: text(),
    /** 1 to 100; the higher wins when two want the same contact. */
    priority: integer().notNull().default(50),
    /** The primary list or segment; `audience` says everything. */
    segmentId: uuid(),
    audience: jsonb().$type<unknown>().notNull().default({ everyone: false, include: [], exclude: [] }),
    fromEmail: varchar({ length: 255 }).notNull(),
    fromName: varchar({ length: 255 }).notNull(),
    replyToEmail: varchar({ length: 255 }),
    emailAccountId: uuid(),
    rotationPoolId: uuid(),
    sendStrategy: varchar({ length: 50, enum: sendStrategies }).notNull().default("immediate"),
    startDate: instant(),
    endDate: instant(),
    timezone: varchar({ length: 100 }).notNull().default("UTC"),
    trackOpens: boolean().notNull().default(true),
    trackClicks: boolean().notNull().default(true),
    unsubscribeEnabled: boolean().notNull().default(true),
    replyStops: boolean().notNull().default(true),
    plainTextOnly: boolean().notNull().default(false),
    utm: jsonb().$type<Record<string, string>>().notNull().default({}),
    /** Who enters the audience's lists and segments later is enrolled too. */
    autoEnroll: boolean().notNull().default(false),
    /** Who leaves them leaves the campaign. */
    removeOnExit: boolean().notNull().default(false),
    reenrollPolicy: jsonb().$type<Record<string, unknown>>().notNull().default({ mode: "never" }),
    /** Caches of the ledger, kept by the roll-up. */
    totalContacts: integer().notNull().default(0),
    emailsSent: integer().notNull().default(0),
    emailsOpened: integer().notNull().default(0),
    emailsClicked: integer().notNull().default(0),
    emailsReplied: integer().notNull().default(0),
    /** Grows with every edit; a stale one is refused. */
    version: integer().notNull().default(1),
    launchedAt: instant(),
    launchedBy: uuid(),
    /** The audience was evaluated between `launchedAt` and `frozenAt`, over contacts up to `audienceUpTo`. */
    frozenAt: instant(),
    audienceUpTo: uuid(),
    pausedAt: instant(),
    pauseReason: text(),
    completedAt: instant(),
    completionReason: text(),
    archivedAt: instant(),
    /** It can be brought back for 30 days; then all goes that only it needed. */
    deletedAt: instant(),
    /** Of one that has sent: the rest of the row stays, since the ledger and the numbers name it. */
    purgedAt: instant(),
    createdBy: uuid().references(() => users.id, { onDelete: "set null" }),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.segmentId, segments, "set null"),
    within(t, t.emailAccountId, emailAccounts, "set null"),
    within(t, t.rotationPoolId, rotationPools, "set null"),
    workspacePolicy("campaigns"),
    index("idx_campaigns_tenant_status").on(t.tenantId, t.status),
    index("idx_campaigns_deleted")
      .on(t.deletedAt)
      .where(sql`deleted_at is not null and purged_at is null`),
    index("idx_campaigns_workspace").on(t.tenantId, t.workspaceId, t.id),
    oneOf("valid_campaign_type", t.campaignType, campaignTypes),
    oneOf("valid_status", t.status, campaignStatuses),
    oneOf("valid_send_strategy", t.sendStrategy, sendStrategies),
    check("valid_dates", sql`end_date > start_date`),
    check("valid_priority", sql`priority between 1 and 100`),
    check("valid_name", sql`char_length(name) between 1 and 255`),
  ],
);

/** When and how fast a campaign sends. Made with the campaign, by a trigger. */
export const campaignSettings = pgTable(
  "campaign_settings",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    sendWindowStart: time().notNull().default("09:00"),
    /** Exclusive. Before the start: over midnight. Equal: the whole day. */
    sendWindowEnd: time().notNull().default("18:00"),
    sendDays: text().array().notNull().default(["mon", "tue", "wed", "thu", "fri"]),
    timezone: text().notNull().default("UTC"),
    dailyLimit: integer().notNull().default(50),
    delayBetweenEmailsSeconds: integer().notNull().default(120),
    /** Ignore the five limits above: for the sandbox mailbox. */
    noLimits: boolean().notNull().default(false),
    timezoneMode: text({ enum: ["campaign", "recipient", "coordinated"] })
      .notNull()
      .default("campaign"),
    useBusinessHours: boolean().notNull().default(false),
    skipHolidays: boolean().notNull().default(false),
    holidayCalendar: text(),
    /** Of a coordinated roll-out: what every wall clock shows when it begins there. Set by the launch. */
    ramp: jsonb().$type<{ beginsAt: string }>(),
    stopOnAutoReply: boolean().notNull().default(false),
    /** Whoever is away is not written to before they are back. */
    snoozeOnAutoReply: boolean().notNull().default(false),
    /** How far a reply reaches: its own campaign, all that send from the same mailbox, or all of the workspace. */
    replyReach: text({ enum: replyReaches }).notNull().default("sender"),
    /** A reply also takes out everybody else whose address is of the same company. */
    stopCompanyOnReply: boolean().notNull().default(false),
    maxPerCompanyDay: integer(),
    optimizeSendTime: boolean().notNull().default(false),
    /** To be approved before it is launched, whatever the organization asks for. */
    requiresApproval: boolean().notNull().default(false),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_settings"),
    unique("campaign_settings_campaign_id_unique").on(t.tenantId, t.campaignId),
    check(
      "valid_send_days",
      sql`send_days <@ array['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] and cardinality(send_days) > 0`,
    ),
    check(
      "valid_limits",
      sql`daily_limit > 0 and delay_between_emails_seconds >= 0 and max_per_company_day > 0`,
    ),
    oneOf("valid_reply_reach", t.replyReach, replyReaches),
    oneOf("valid_timezone_mode", t.timezoneMode, ["campaign", "recipient", "coordinated"]),
  ],
);

/** Who drives a launched campaign from freezing its audience to its end. */
export const campaignDrivers = pgTable(
  "campaign_drivers",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    phase: text({ enum: ["freezing", "running", "settling", "done"] })
      .notNull()
      .default("freezing"),
    /** The last contact that was considered while freezing. */
    checkpoint: uuid(),
    ...driverColumns,
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_drivers"),
    unique("campaign_drivers_campaign_unique").on(t.tenantId, t.campaignId),
    oneOf("valid_phase", t.phase, ["freezing", "running", "settling", "done"]),
  ],
);

/** What a campaign has sent on one day of its own time zone: the row that sends reserve on and settle. */
export const campaignUsage = pgTable(
  "campaign_usage",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    day: date().notNull(),
    /** Messages that wait for their slot of this day. */
    reserved: integer().notNull().default(0),
    /** Messages handed over on this day; one that was not taken gives its place back. */
    sent: integer().notNull().default(0),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    workspacePolicy("campaign_usage"),
    unique("campaign_usage_day_unique").on(t.tenantId, t.campaignId, t.day),
    check("valid_counts", sql`reserved >= 0 and sent >= 0`),
  ],
);

/** The pace of a campaign at each mailbox that it sends from: the latest slot given out, and the latest one used. */
export const campaignPaces = pgTable(
  "campaign_paces",
  {
    ...workspaceColumns,
    campaignId: uuid().notNull(),
    emailAccountId: uuid().notNull(),
    lastSlotAt: instant(),
    lastClaimedAt: instant(),
  },
  (t) => [
    within(t, t.campaignId, campaigns),
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("campaign_paces"),
    unique("campaign_paces_mailbox_unique").on(t.tenantId, t.campaignId, t.emailAccountId),
  ],
);
