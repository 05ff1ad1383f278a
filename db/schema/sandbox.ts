import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  customType,
  index,
  integer,
  pgSchema,
  real,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { idColumn, instant, oneOf, sortedText } from "./columns.ts";

/** Stands for the outside internet: mail that the sandbox caught. No tenants here, as there are none out there. */
export const sandbox = pgSchema("sandbox");

const bytes = customType<{ data: Buffer; driverData: Buffer }>({ dataType: () => "bytea" });

/** Caught mail, one row per recipient. */
export const sandboxMessages = sandbox.table(
  "messages",
  {
    ...idColumn,
    /** The user name that the sender signed in with: the id of its mailbox. */
    mailbox: text(),
    mailFrom: sortedText().notNull(),
    rcptTo: sortedText().notNull(),
    fromText: text().notNull().default(""),
    subject: text().notNull().default(""),
    rfcMessageId: sortedText(),
    sizeBytes: integer().notNull(),
    /** The message as it came over the wire. */
    raw: bytes().notNull(),
    seenAt: instant(),
    receivedAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [
    index("idx_sandbox_messages_recipient").on(t.rcptTo, t.id),
    index("idx_sandbox_messages_rfc_id").on(t.rfcMessageId),
  ],
);

export const robotActs = ["open", "click", "unsubscribe", "reply", "auto_reply", "bounce"] as const;

/** What the robot is going to do with a message, or did. */
export const sandboxActs = sandbox.table(
  "acts",
  {
    ...idColumn,
    messageId: uuid()
      .notNull()
      .references(() => sandboxMessages.id, { onDelete: "cascade" }),
    act: text({ enum: robotActs }).notNull(),
    dueAt: instant().notNull(),
    doneAt: instant(),
    /** What came of it, in words. */
    result: text(),
  },
  (t) => [
    index("idx_sandbox_acts_due")
      .on(t.dueAt)
      .where(sql`done_at is null`),
    index("idx_sandbox_acts_message").on(t.messageId),
    oneOf("valid_act", t.act, robotActs),
  ],
);

/** What came back to a mailbox, numbered as a mail server numbers it. */
export const sandboxDeliveries = sandbox.table(
  "deliveries",
  {
    ...idColumn,
    /** The user name that the mailbox signs in with. */
    mailbox: sortedText().notNull(),
    uid: integer().notNull(),
    raw: bytes().notNull(),
    deliveredAt: instant()
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [uniqueIndex("deliveries_mailbox_uid_unique").on(t.mailbox, t.uid)],
);

/** One row: how lively the robot is. Rates from 0 to 1, delays after the mail came in. */
export const sandboxSettings = sandbox.table(
  "settings",
  {
    onlyRow: boolean().primaryKey().default(true),
    robotOn: boolean().notNull().default(true),
    openRate: real().notNull().default(0.6),
    clickRate: real().notNull().default(0.2),
    unsubscribeRate: real().notNull().default(0.02),
    replyRate: real().notNull().default(0.06),
    autoReplyRate: real().notNull().default(0.03),
    bounceRate: real().notNull().default(0.015),
    delaySecondsMin: integer().notNull().default(60),
    delaySecondsMax: integer().notNull().default(1200),
  },
  () => [
    check("only_row", sql`only_row`),
    check(
      "valid_rates",
      sql`open_rate between 0 and 1 and click_rate between 0 and 1 and unsubscribe_rate between 0 and 1
        and reply_rate between 0 and 1 and auto_reply_rate between 0 and 1 and bounce_rate between 0 and 1`,
    ),
    check("valid_delays", sql`delay_seconds_min >= 0 and delay_seconds_max >= delay_seconds_min`),
  ],
);
