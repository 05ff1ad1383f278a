import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverRef, isRow, oversleptSeconds } from "./rows.ts";

/**
 * For the sweeper: the fence that the repeated event carries when the row is past its time and nobody holds it,
 * or null when it has been taken up since it was found. Nothing is changed: a run that is merely waiting for
 * its turn in a long queue keeps its claim on the row.
 */
export async function fenceOfStalled(tx: TenantTx, ref: DriverRef): Promise<number | null> {
  const [row] = await tx.execute<{ fence: number }>(sql`
    select fence from ${sql.identifier(ref.table)}
    where ${isRow(ref)}
      and wakes_at <= app_now() - make_interval(secs => ${oversleptSeconds})
      and (lease_until is null or lease_until <= app_now())`);
  return row?.fence ?? null;
}
