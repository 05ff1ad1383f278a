import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { roundOf } from "./rounds.ts";
import { type DriverRef, isRow, oversleptSeconds } from "./rows.ts";

/** The fence that a repeated event carries, and what tells it from those that were sent before. */
export type Stalled = { fence: number; again: string };

/**
 * For the sweeper: what to call for when the row is past its time and nobody holds it, or null when it has been taken up
 * since it was found. Nothing is changed: a run that is merely waiting for its turn in a long queue keeps its claim on
 * the row.
 */
export async function findStalled(tx: TenantTx, ref: DriverRef): Promise<Stalled | null> {
  const [row] = await tx.execute<{ fence: number; since: Date; now: Date }>(sql`
    select fence, greatest(wakes_at, lease_until) as since, app_now() as now from ${sql.identifier(ref.table)}
    where ${isRow(ref)}
      and wakes_at <= app_now() - make_interval(secs => ${oversleptSeconds})
      and (lease_until is null or lease_until <= app_now())`);
  return row ? { fence: row.fence, again: roundOf(row.since, row.now) } : null;
}
