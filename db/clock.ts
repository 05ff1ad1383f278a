import { sql } from "drizzle-orm";
import type { Transaction } from "./transaction.ts";

/** The product's only clock: the database's, which tests move. Fixed within a statement, not within a transaction. */
export async function appNow(tx: Transaction): Promise<Date> {
  const [row] = await tx.execute<{ now: Date }>(sql`select app_now() as now`);
  if (!row) throw new Error("select app_now() gave no row.");
  return row.now;
}
