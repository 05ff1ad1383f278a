import { integer, json, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { queue } from "./engine-schema.ts";

/** Apps that have registered, and why the last attempt was refused if it was. */
export const apps = queue.table("apps", {
  id: text().primaryKey(),
  sdk: text().notNull().default(""),
  url: text().notNull(),
  /** A sentence when the last registration was refused; its functions stay as they were. */
  refusal: text(),
  syncedAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`app_now()`),
});

export const functions = queue.table("functions", {
  id: text().primaryKey(),
  appId: text().notNull(),
  name: text().notNull(),
  queueName: text().notNull(),
  priority: integer().notNull().default(0),
  maxAttempts: integer().notNull(),
  /** The registered configuration, as the SDK sent it. */
  config: json().notNull(),
  checksum: text().notNull(),
  concurrencyLimit1: integer("concurrency_limit_1"),
  concurrencyLimit2: integer("concurrency_limit_2"),
  registeredAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`app_now()`),
  /** No longer in the code: starts nothing; what still runs waits for it to come back. */
  removedAt: timestamp({ withTimezone: true }),
});

export const crons = queue.table(
  "crons",
  {
    functionId: text().notNull(),
    expression: text().notNull(),
    nextAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.expression] })],
);

/** One row per moment that a schedule has fired: two engines cannot fire it twice. */
export const cronFires = queue.table(
  "cron_fires",
  {
    functionId: text().notNull(),
    expression: text().notNull(),
    fireAt: timestamp({ withTimezone: true }).notNull(),
    runId: text().notNull(),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.expression, t.fireAt] })],
);
