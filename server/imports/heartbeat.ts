import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { holds } from "#server/drivers/mutations";
import { log } from "#server/log";
import { driverOf } from "./mutations.ts";
import { leaseSeconds, Superseded } from "./write.ts";

const beatMs = 1000;

/**
 * `rows`: how many have been read, set by the work. `lost`: another run drives the import now, or it was ended.
 * `statement`: whose statement is to be cut short then.
 */
export type Beat = { rows: number; lost: boolean; statement: Statement | null };

type Statement = { pid: number; since: string };

/** What the heartbeat needs to know of the transaction that does the work. */
export async function statementOf(tx: TenantTx): Promise<Statement | null> {
  const [found] = await tx.execute<Statement>(
    sql`select pid, xact_start::text as since from pg_stat_activity where pid = pg_backend_pid()`,
  );
  return found ?? null;
}

/**
 * Does work that is one long transaction. Every second its progress is noted beside it and its lease is renewed, which
 * the work itself cannot do: of a file of gigabytes a single statement takes longer than a lease lasts. Not more often:
 * while a transaction is open, Postgres keeps every version of the row that others have replaced, and walks over them.
 *
 * @throws Superseded once the import is not this run's any more: what the work was asking of the database is cut short
 */
export async function withHeartbeat<T>(
  { scope, id, fence }: { scope: Scope; id: string; fence: number },
  work: (beat: Beat) => Promise<T>,
): Promise<T> {
  const beat: Beat = { rows: 0, lost: false, statement: null };
  const note = () =>
    withTenant(scope, async (tx) => {
      beat.lost = !(await holds(tx, driverOf(id), fence, leaseSeconds));
      if (!beat.lost)
        await tx.execute(sql`update import_jobs set processed_rows = ${beat.rows} where id = ${id}::uuid`);
      else await cutShort(tx, beat.statement);
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
  } catch (error) {
    if (beat.lost)
      throw new Superseded("The import was cancelled, or another run checks its file.", { cause: error });
    throw error;
  } finally {
    clearInterval(timer);
    await noted;
  }
}

/** The moment it began tells its transaction from a later one on the same connection. */
async function cutShort(tx: TenantTx, statement: Statement | null): Promise<void> {
  if (statement === null) return;
  await tx.execute(sql`
    select pg_cancel_backend(pid) from pg_stat_activity
    where pid = ${statement.pid} and xact_start = ${statement.since}::timestamptz`);
}
