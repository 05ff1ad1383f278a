import { env } from "#server/env";
import { createPool, type Pool } from "./pool.ts";
import { transaction, type Transaction, type TransactionOptions } from "./transaction.ts";

/*
 * Rows of a raw `tx.execute(sql`…`)` keep their SQL names and hold: timestamptz as Date; date, time and timestamp
 * without zone as text; bigint (count(*) too) as number; numeric as text; jsonb parsed; arrays as arrays.
 * Bound values: pass an array as `${sql.param(ids)}` (drizzle spreads a bare one into a list), JSON as text or object.
 */

const pools = new Map<string, Pool>();

/** The pool of a URL. Equal URLs share one. */
export function poolOf(url: string, name: string, max: number): Pool {
  const existing = pools.get(url);
  if (existing) return existing;
  const pool = createPool({ url, name, max, prepare: env.DATABASE_PREPARE });
  pools.set(url, pool);
  return pool;
}

/** The pool of the runtime role, which owns nothing and cannot bypass row-level security. */
export function appPool(): Pool {
  return poolOf(env.DATABASE_URL, "postroad", 10);
}

/**
 * A transaction of the app role with no tenant set: tenant tables show no rows. For identity tables and the
 * definer functions that find out which tenant it is about.
 */
export function withoutTenant<T>(
  work: (tx: Transaction) => Promise<T>,
  options?: TransactionOptions,
): Promise<T> {
  return transaction(appPool(), "", work, options);
}

/** Closes every pool; for the end of a process. */
export async function closeDatabase(): Promise<void> {
  const open = [...pools.values()];
  pools.clear();
  await Promise.all(open.map((pool) => pool.end()));
}
