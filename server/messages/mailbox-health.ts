import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

const minute = 60_000;
const pausesMs = [minute, 2 * minute, 5 * minute, 10 * minute, 15 * minute];

/**
 * Notes whether the mailbox's server could be reached; `unreached` is what it said if not. Returns how long to leave
 * it alone in milliseconds, longer each time in a row, or null when it works.
 */
export async function noteMailbox(
  tx: TenantTx,
  accountId: string,
  unreached: string | null,
): Promise<number | null> {
  if (unreached === null) {
    await tx.execute(sql`
      update email_accounts set consecutive_failures = 0, last_error = null
      where id = ${accountId}::uuid and (consecutive_failures > 0 or last_error is not null)`);
    return null;
  }
  const [row] = await tx.execute<{ failures: number }>(sql`
    update email_accounts set consecutive_failures = consecutive_failures + 1, last_error = ${unreached}, updated_at = app_now()
    where id = ${accountId}::uuid returning consecutive_failures as failures`);
  return pausesMs[Math.min(row?.failures ?? 1, pausesMs.length) - 1] ?? minute;
}
