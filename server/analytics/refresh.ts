import { sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";

/** Sums the daily rows of all campaigns anew into what the performance view shows. */
export async function refreshPerformance(): Promise<void> {
  await withoutTenant((tx) => tx.execute(sql`select refresh_campaign_performance()`), {
    statementTimeoutMs: 10 * 60_000,
  });
}

/** Makes the partitions of the coming months, so that no event arrives at a month without one. Returns how many are new. */
export async function makePartitions(): Promise<number> {
  const [row] = await withoutTenant((tx) =>
    tx.execute<{ made: number }>(sql`select create_month_partitions() as made`),
  );
  return row?.made ?? 0;
}
