import { text, timestamp } from "drizzle-orm/pg-core";
import { sql } from "drizzle-orm";
import { queue } from "./engine-schema.ts";

/** Processes that answer calls. Times here are real time: they measure whether a process lives. */
export const workers = queue.table("workers", {
  url: text().primaryKey(),
  appId: text(),
  /** Changes when the process restarts: its functions are then read again. */
  instance: text(),
  /** The last heartbeat that the worker sent by itself; null for one that is only asked. */
  beatAt: timestamp({ withTimezone: true }),
  /** The last sign of life of any kind. */
  seenAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
  registeredAt: timestamp({ withTimezone: true })
    .notNull()
    .default(sql`clock_timestamp()`),
});
