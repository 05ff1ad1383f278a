import { sql } from "drizzle-orm";
import { boolean, check, interval, pgTable } from "drizzle-orm/pg-core";

/** How far tests have moved `app_now()`. One row; read only where the database's app.test_clock is on. */
export const testClock = pgTable(
  "test_clock",
  {
    onlyRow: boolean().primaryKey().default(true),
    offsetInterval: interval().notNull().default("0 seconds"),
  },
  () => [check("one_row", sql`only_row`)],
);
