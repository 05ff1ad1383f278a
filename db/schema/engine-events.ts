import { bigint, index, integer, json, primaryKey, text, timestamp } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { queue } from "./engine-schema.ts";

/** Every event received. The id is the server's; a repeated request carries the same one. */
export const events = queue.table(
  "events",
  {
    id: text().primaryKey(),
    externalId: text(),
    name: text().notNull(),
    /** The whole event as functions receive it. */
    event: json().notNull(),
    /** Unix milliseconds, as sent. */
    ts: bigint({ mode: "number" }).notNull(),
    receivedAt: timestamp({ withTimezone: true })
      .notNull()
      .default(sql`app_now()`),
  },
  (t) => [index("idx_events_received").on(t.receivedAt)],
);

/** What a function has already been started for: an event's own id, or its idempotency key, for 24 hours. */
export const runKeys = queue.table(
  "run_keys",
  {
    functionId: text().notNull(),
    key: text().notNull(),
    expiresAt: timestamp({ withTimezone: true }).notNull(),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.key] }), index("idx_run_keys_expires").on(t.expiresAt)],
);

/** How fast a function may be started, per key: what its throttle and its rate limit have let through. */
export const rates = queue.table(
  "rates",
  {
    functionId: text().notNull(),
    /** `throttle` or `limit`, and the key that the function's expression yields. */
    key: text().notNull(),
    /** Of a throttle: when the next start is due in theory (GCRA). Of a limit: when its period ends. */
    at: timestamp({ withTimezone: true }).notNull(),
    /** Of a limit: starts within the period. */
    used: integer().notNull().default(0),
  },
  (t) => [primaryKey({ columns: [t.functionId, t.key] }), index("idx_rates_at").on(t.at)],
);
