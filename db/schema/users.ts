import { sql } from "drizzle-orm";
import { boolean, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { currentUser, idColumn, instant, oneOf, policy, sortedText, timeColumns } from "./columns.ts";

/** A person who can sign in. No tenant policy: touched by the sign-in code only. */
export const users = pgTable(
  "users",
  {
    ...idColumn,
    /** Lower-cased by whoever writes it. */
    email: sortedText().notNull(),
    name: text().notNull(),
    givenName: text(),
    familyName: text(),
    picture: text(),
    emailVerifiedAt: instant(),
    passwordHash: text(),
    /** Runs the installation: the first user. */
    isOperator: boolean().notNull().default(false),
    failedLogins: integer().notNull().default(0),
    lockedUntil: instant(),
    lastLoginAt: instant(),
    deletedAt: instant(),
    ...timeColumns,
  },
  (t) => [uniqueIndex("users_email_unique").on(sql`lower(${t.email})`)],
);

/** A sign-in. The cookie carries its id; one query per request joins it with user, membership and workspace. */
export const sessions = pgTable(
  "sessions",
  {
    ...idColumn,
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    ip: text(),
    userAgent: text(),
    lastSeenAt: instant()
      .notNull()
      .default(sql`app_now()`),
    expiresAt: instant().notNull(),
    revokedAt: instant(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [index("idx_sessions_user").on(t.userId)],
);

/** Links that prove control of an address: a password reset or an address to verify. Only the digest is stored. */
export const passwordResetTokens = pgTable(
  "password_reset_tokens",
  {
    ...idColumn,
    userId: uuid()
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    tokenHash: sortedText().notNull().unique(),
    expiresAt: instant().notNull(),
    usedAt: instant(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [index("idx_password_reset_tokens_user").on(t.userId)],
);

/** One row per try to sign in, for lockout and for the security page. */
export const loginAttempts = pgTable(
  "login_attempts",
  {
    ...idColumn,
    email: sortedText().notNull(),
    userId: uuid(),
    succeeded: boolean().notNull(),
    ip: text(),
    userAgent: text(),
    createdAt: timeColumns.createdAt,
  },
  (t) => [
    index("idx_login_attempts_email").on(t.email, t.createdAt.desc()),
    index("idx_login_attempts_created").on(t.createdAt),
  ],
);

/** Calls counted per key and window. */
export const rateLimits = pgTable(
  "rate_limits",
  {
    key: sortedText().primaryKey(),
    used: integer().notNull().default(0),
    resetsAt: instant().notNull(),
  },
  (t) => [index("idx_rate_limits_resets").on(t.resetsAt)],
);

export const userPreferences = pgTable(
  "user_preferences",
  {
    ...idColumn,
    userId: uuid()
      .notNull()
      .unique("user_preferences_user_id_unique")
      .default(sql`nullif(current_setting('app.current_user_id', true), '')::uuid`)
      .references(() => users.id, { onDelete: "cascade" }),
    theme: text({ enum: ["system", "light", "dark"] })
      .notNull()
      .default("system"),
    language: text().notNull().default("en"),
    timezone: text(),
    dateFormat: text(),
    timeFormat: text(),
    emailNotifications: boolean().notNull().default(true),
    pushNotifications: boolean().notNull().default(false),
    weeklyReports: boolean().notNull().default(true),
    marketingEmails: boolean().notNull().default(false),
    /** Columns of the contact list by workspace id, as this person chose them. */
    contactColumns: jsonb().$type<Record<string, string[]>>().notNull().default({}),
    /** How this person looks at the steps of campaigns. */
    campaignView: text({ enum: ["list", "canvas"] })
      .notNull()
      .default("list"),
    ...timeColumns,
  },
  (t) => [
    policy("user_preferences_isolation", sql`user_id = ${currentUser}`),
    oneOf("valid_campaign_view", t.campaignView, ["list", "canvas"]),
    oneOf("valid_theme", t.theme, ["system", "light", "dark"]),
  ],
);
