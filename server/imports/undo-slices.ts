import { sql } from "drizzle-orm";
import { postgresError } from "#db/errors";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { takeBack } from "./undo-write.ts";
import { leaseSeconds, Superseded } from "./write.ts";

/** Contacts that one transaction of an undo takes back. */
const undoSlice = 5000;
/** Slices whose ends are looked up at once. */
const slicesAhead = 10;

/** The events behind `after` up to and with `upto`, by their ids. */
export type Range = { after: string | null; upto: string };
type Task = { scope: Scope; importId: string; fence: number };
/** `after` is the last event that was dealt with, from which the next step may go on. */
export type Undone = { done: boolean; after: string | null };

/**
 * Takes back what the import did to its contacts, for some seconds. Each slice is a transaction of its own that also
 * marks its events, so that a run after a crash goes on with the rest; slices share no contact, and two are under way at
 * once. `after` saves looking through the events that are marked already.
 */
export async function undoSlices(
  scope: Scope,
  importId: string,
  fence: number,
  { after = null as string | null, size = undoSlice, seconds = 20, abreast = 2, slicesMax = Infinity } = {},
): Promise<Undone> {
  const task = { scope, importId, fence };
  const started = performance.now();
  const flights: Promise<void>[] = [];
  let at = after;
  try {
    for (let count = 0; ;) {
      const ends = await withTenant(scope, (tx) => endsOf(tx, task, { after: at, upto: null }, size));
      for (const upto of ends) {
        while (flights.length >= abreast) await flights.shift();
        const flight = undoRange(task, { after: at, upto }, size);
        // Its failure is met where it is awaited.
        flight.catch(() => undefined);
        flights.push(flight);
        at = upto;
        count += 1;
        if (count < slicesMax && performance.now() - started <= seconds * 1000) continue;
        await Promise.all(flights);
        return { done: false, after: at };
      }
      if (ends.length === slicesAhead) continue;
      await Promise.all(flights);
      return { done: true, after: at };
    }
  } catch (error) {
    await Promise.allSettled(flights);
    if (error instanceof Superseded) return { done: true, after: at };
    throw error;
  }
}

/** The last events of the next slices of `size`, in order. None when the undo is not this run's, or done. */
async function endsOf(
  tx: TenantTx,
  { importId, fence }: Task,
  { after, upto }: { after: string | null; upto: string | null },
  size: number,
): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from (
      select id, row_number() over (order by id) as place, count(*) over () as count from (
        select e.id from import_events e
        where e.import_job_id = ${importId}::uuid and e.undone_at is null and ${within(after, upto)}
          and exists (select 1 from import_jobs j where j.id = ${importId}::uuid and j.fence = ${fence} and j.status = 'rolling_back')
        order by e.id limit ${size * slicesAhead}) open) placed
    where place % ${size} = 0 or place = count order by id`);
  return rows.map(({ id }) => id);
}

const within = (after: string | null, upto: string | null) =>
  sql`(${after === null ? sql`true` : sql`e.id > ${after}::uuid`} and ${upto === null ? sql`true` : sql`e.id <= ${upto}::uuid`})`;

/**
 * Takes back one range. What the database refuses is tried in smaller portions, until the contact that is in the way is
 * found and filed as failed.
 */
async function undoRange(task: Task, range: Range, size: number): Promise<void> {
  try {
    await withTenant(task.scope, (tx) => undoSome(tx, task, range), { statementTimeoutMs: 120_000 });
  } catch (error) {
    const refusal = postgresError(error);
    if (!refusal || !/^(2[23]|P0)/.test(refusal.code)) throw error;
    if (size === 1) {
      log.error({ importId: task.importId, err: error }, "a contact could not be taken back");
      await withTenant(task.scope, (tx) => fileFailed(tx, task, range));
      return;
    }
    await undoInPortions(task, range, Math.ceil(size / slicesAhead));
  }
}

async function undoInPortions(task: Task, range: Range, size: number): Promise<void> {
  let { after } = range;
  const ends = await withTenant(task.scope, (tx) => endsOf(tx, task, range, size));
  for (const upto of ends) {
    await undoRange(task, { after, upto }, size);
    after = upto;
  }
}

async function undoSome(tx: TenantTx, task: Task, { after, upto }: Range): Promise<void> {
  const count = await takeBack(tx, task.importId, within(after, upto));
  await countUndone(tx, task, count);
}

/** Counts contacts as dealt with, and renews the lease: last, since the slice beside it waits for the job's row. */
async function countUndone(tx: TenantTx, { importId, fence }: Task, count: number): Promise<void> {
  const ours = await tx.execute(sql`
    update import_jobs set processed_rows = processed_rows + ${count}, updated_at = app_now(),
      lease_until = app_now() + make_interval(secs => ${leaseSeconds}), wakes_at = least(wakes_at, app_now())
    where id = ${importId}::uuid and fence = ${fence} and status = 'rolling_back' returning id`);
  if (ours.length === 0) throw new Superseded("The undo went on or ended without this run.");
}

async function fileFailed(tx: TenantTx, task: Task, { after, upto }: Range): Promise<void> {
  const failed = await tx.execute(sql`
    update import_events e set undone_at = app_now(), undo_outcome = 'fail:refused'
    where e.import_job_id = ${task.importId}::uuid and e.undone_at is null and ${within(after, upto)} returning id`);
  await countUndone(tx, task, failed.length);
}
