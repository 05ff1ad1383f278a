import { sql } from "drizzle-orm";
import { postgresError } from "#db/errors";
import type { TenantTx } from "#db/tenancy";
import { savepoint } from "#db/transaction";

const queryCanceled = "57014";

/**
 * The result of `work`, or null when one of its statements takes longer, or there is no time (0) at all; the transaction
 * goes on either way.
 */
export async function withinBudget<T>(
  tx: TenantTx,
  budgetMs: number,
  work: (tx: TenantTx) => Promise<T>,
): Promise<T | null> {
  // For Postgres no time is any time.
  if (budgetMs <= 0) return null;
  try {
    return await savepoint(tx, async (inner) => {
      const [limit] = await inner.execute<{ before: string }>(
        sql`select current_setting('statement_timeout') as before, set_config('statement_timeout', ${String(budgetMs)}, true)`,
      );
      const result = await work(inner);
      await inner.execute(sql`select set_config('statement_timeout', ${limit?.before ?? "30s"}, true)`);
      return result;
    });
  } catch (error) {
    if (postgresError(error)?.code === queryCanceled) return null;
    throw error;
  }
}
