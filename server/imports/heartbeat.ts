import { sql } from "drizzle-orm";
import { type Scope, withTenant } from "#db/tenancy";
import { holds } from "#server/drivers/mutations";
import { log } from "#server/log";
import { driverOf } from "./mutations.ts";
import { leaseSeconds } from "./write.ts";

const beatMs = 1000;

/** `rows`: how many have been read, set by the work. `lost`: another run drives the import now, or it was ended. */
export type Beat = { rows: number; lost: boolean };

/**
 * Does work that is one long transaction. Every second its progress is noted beside it and its lease is renewed, which
 * the work itself cannot do: of a file of gigabytes a single statement takes longer than a lease lasts. Not more often:
 * while a transaction is open, Postgres keeps every version of the row that others have replaced, and walks over them.
 */
export async function withHeartbeat<T>(
  { scope, id, fence }: { scope: Scope; id: string; fence: number },
  work: (beat: Beat) => Promise<T>,
): Promise<T> {
  const beat: Beat = { rows: 0, lost: false };
  const note = () =>
    withTenant(scope, async (tx) => {
      beat.lost = !(await holds(tx, driverOf(id), fence, leaseSeconds));
      if (!beat.lost)
        await tx.execute(sql`update import_jobs set processed_rows = ${beat.rows} where id = ${id}::uuid`);
    });
  let noting = false;
  let noted = Promise.resolve();
  const timer = setInterval(() => {
    if (noting) return;
    noting = true;
    // A lease outlasts many of them; one that fails is followed by the next.
    noted = note()
      .catch((error: unknown) => log.warn({ err: error, importId: id }, "progress could not be noted"))
      .finally(() => (noting = false));
  }, beatMs);
  try {
    return await work(beat);
  } finally {
    clearInterval(timer);
    await noted;
  }
}
