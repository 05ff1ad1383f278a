import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  date,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
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
import { domains } from "./domains.ts";
import { workspaces } from "./workspaces.ts";

export const mailboxProviders = ["sandbox", "smtp", "outlook", "gmail", "relay"] as const;
export const mailboxStatuses = [
  "pending",
  "active",
  "paused",
  "cooling_down",
  "rate_limited",
  "disabled",
  "error",
] as const;

/** A mailbox that a workspace sends from and reads. */
export const emailAccounts = pgTable(
  "email_accounts",
  {
    ...workspaceColumns,
    domainId: uuid(),
    email: sortedText().notNull(),
    displayName: text(),
    provider: text({ enum: mailboxProviders }).notNull().default("smtp"),
    status: text({ enum: mailboxStatuses }).notNull().default("pending"),
    /** Why it is not active, and until when. */
    statusReason: text(),
    statusUntil: instant(),
    lastError: text(),
    /** Sealed credentials, in the format of server/seal.ts. */
    secretSealed: text(),
    smtpHost: text(),
    smtpPort: integer(),
    smtpSecurity: text({ enum: ["tls", "starttls", "none"] }),
    smtpUsername: text(),
    imapHost: text(),
    imapPort: integer(),
    imapSecurity: text({ enum: ["tls", "starttls", "none"] }),
    imapUsername: text(),
    /** The password for reading where it is not the one for sending, sealed. */
    imapSecretSealed: text(),
    settings: jsonb().$type<Record<string, unknown>>().notNull().default({}),
    replyTo: sortedText(),
    signature: text(),
    timezone: text().notNull().default("UTC"),
    /** Null: no limit of the mailbox's own. */
    dailyLimit: integer(),
    hourlyLimit: integer(),
    minDelaySeconds: integer().notNull().default(0),
    /** Parallel connections, each a lane of its own. */
    lanes: integer().notNull().default(1),
    warmupEnabled: boolean().notNull().default(false),
    warmupDailyLimit: integer(),
    warmupStartedAt: instant(),
    healthScore: integer().notNull().default(100),
    consecutiveFailures: integer().notNull().default(0),
    isDefault: boolean().notNull().default(false),
    lastVerifiedAt: instant(),
    lastSyncAt: instant(),
    createdBy: uuid(),
  },
  (t) => [
    tenantKey(t),
    within(t, t.workspaceId, workspaces),
    within(t, t.domainId, domains, "set null"),
    workspacePolicy("email_accounts"),
    unique("email_accounts_email_unique").on(t.tenantId, t.workspaceId, t.email),
    oneOf("valid_provider", t.provider, mailboxProviders),
    oneOf("valid_status", t.status, mailboxStatuses),
    check(
      "valid_limits",
      sql`daily_limit > 0 and hourly_limit > 0 and min_delay_seconds >= 0 and lanes between 1 and 50`,
    ),
    check("valid_health_score", sql`health_score between 0 and 100`),
  ],
);

/** What a mailbox has sent on one day of its own time zone: the row that sends reserve on and settle. */
export const mailboxUsage = pgTable(
  "mailbox_usage",
  {
    ...workspaceColumns,
    emailAccountId: uuid().notNull(),
    day: date().notNull(),
    reserved: integer().notNull().default(0),
    sent: integer().notNull().default(0),
    bounced: integer().notNull().default(0),
    complained: integer().notNull().default(0),
    failed: integer().notNull().default(0),
    /** Spacing: the latest slot given out, and the latest one used. */
    lastSlotAt: instant(),
    lastClaimedAt: instant(),
  },
  (t) => [
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("mailbox_usage"),
    unique("mailbox_usage_day_unique").on(t.tenantId, t.emailAccountId, t.day),
    check("valid_counts", sql`reserved >= 0 and sent >= 0`),
  ],
);

/** Who sends from a mailbox: one run per lane. */
export const mailboxLanes = pgTable(
  "mailbox_lanes",
  {
    ...workspaceColumns,
    emailAccountId: uuid().notNull(),
    lane: integer().notNull().default(0),
    ...driverColumns,
    /** Spacing: nothing leaves before. */
    nextSlotAt: instant(),
  },
  (t) => [
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("mailbox_lanes"),
    unique("mailbox_lanes_lane_unique").on(t.tenantId, t.emailAccountId, t.lane),
  ],
);

/**
 * Who reads a mailbox, and how far: one run per mailbox. `attempts` counts failures in a row, and `problem` says what
 * the last one was.
 */
export const mailboxReaders = pgTable(
  "mailbox_readers",
  {
    ...workspaceColumns,
    emailAccountId: uuid().notNull(),
    /** The server's numbering of its mails: under another one `lastUid` names something else. */
    uidValidity: text(),
    /** Everything up to here has been dealt with. */
    lastUid: bigint({ mode: "number" }).notNull().default(0),
    /** The same of folders besides the inbox, by their paths. */
    folders: jsonb().$type<Record<string, { validity: string | null; uid: number }>>().notNull().default({}),
    problem: text(),
    /** The worker to which the server tells of new mail, and until when nobody else need ask for that. */
    listener: text(),
    listenedUntil: instant(),
    ...driverColumns,
  },
  (t) => [
    within(t, t.emailAccountId, emailAccounts),
    workspacePolicy("mailbox_readers"),
    unique("mailbox_readers_account_unique").on(t.tenantId, t.emailAccountId),
    index("idx_mailbox_readers_wakes").on(t.wakesAt),
  ],
);
