import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverRef, isRow, leaseSecondsDefault, oversleptSeconds } from "./rows.ts";

const tableOf = ({ table }: DriverRef) => sql.identifier(table);
const seconds = (count: number) => sql`make_interval(secs => ${count})`;
const instant = (at: Date | null) => sql`${at === null ? null : at.toISOString()}::timestamptz`;

/**
 * Makes this run the driver and returns its fence, or null when another one is at work or asleep in good time.
 * Asked again by the same run, it gives the same fence.
 */
export async function takeOver(
  tx: TenantTx,
  ref: DriverRef,
  { runId, leaseSeconds = leaseSecondsDefault }: { runId: string; leaseSeconds?: number },
): Promise<number | null> {
  const [row] = await tx.execute<{ fence: number }>(sql`
    update ${tableOf(ref)}
    set fence = case when run_id = ${runId} then fence else fence + 1 end, run_id = ${runId},
      lease_until = app_now() + ${seconds(leaseSeconds)}, wakes_at = least(wakes_at, app_now())
    where ${isRow(ref)} and (run_id is null or run_id = ${runId} or lease_until <= app_now()
      or (lease_until is null and (wakes_at is null or wakes_at <= app_now() - ${seconds(oversleptSeconds)})))
    returning fence`);
  return row?.fence ?? null;
}

/**
 * True while this fence drives the row. Locks the row until the transaction ends, so that work arriving
 * meanwhile is either visible to what follows or wakes the row afterwards; and renews the lease.
 */
export async function holds(
  tx: TenantTx,
  ref: DriverRef,
  fence: number,
  leaseSeconds: number = leaseSecondsDefault,
): Promise<boolean> {
  const rows = await tx.execute(sql`
    update ${tableOf(ref)}
    set lease_until = app_now() + ${seconds(leaseSeconds)}, wakes_at = least(wakes_at, app_now())
    where ${isRow(ref)} and fence = ${fence}
    returning fence`);
  return rows.length === 1;
}

/**
 * As `holds`, in one of several transactions of the same run that work side by side: they hold the row together against
 * everybody else. The lease was renewed before.
 */
export async function joins(tx: TenantTx, ref: DriverRef, fence: number): Promise<boolean> {
  const rows = await tx.execute(sql`
    select fence from ${tableOf(ref)} where ${isRow(ref)} and fence = ${fence} for share`);
  return rows.length === 1;
}

/**
 * Gives the lease back until `until`, or for good when that is null. Read what is due next after `holds`, in
 * the same transaction. False when the fence is no longer this run's.
 */
export async function yieldUntil(
  tx: TenantTx,
  ref: DriverRef,
  fence: number,
  { until, notBefore = null }: { until: Date | null; notBefore?: Date | null },
): Promise<boolean> {
  const rows = await tx.execute(sql`
    update ${tableOf(ref)}
    set lease_until = null, wakes_at = ${instant(until)}, not_before = ${instant(notBefore)},
      run_id = case when ${until === null} then null else run_id end
    where ${isRow(ref)} and fence = ${fence}
    returning fence`);
  return rows.length === 1;
}

/**
 * Gives the lease back until this run tries again, some seconds from now: the moment, or null when the fence is no longer
 * this run's. One that does not come back in time is followed by another, as any that has overslept.
 */
export async function restFor(
  tx: TenantTx,
  ref: DriverRef,
  fence: number,
  restSeconds: number,
): Promise<Date | null> {
  const [row] = await tx.execute<{ until: Date }>(sql`
    update ${tableOf(ref)} set lease_until = null, wakes_at = app_now() + ${seconds(restSeconds)}
    where ${isRow(ref)} and fence = ${fence}
    returning wakes_at as until`);
  return row?.until ?? null;
}

/** Ends this run and calls for a fresh one: the fence its event carries, or null when it was not this run's to give. */
export async function handOver(tx: TenantTx, ref: DriverRef, fence: number): Promise<number | null> {
  const [row] = await tx.execute<{ fence: number }>(sql`
    update ${tableOf(ref)}
    set fence = fence + 1, run_id = null, lease_until = null, wakes_at = app_now()
    where ${isRow(ref)} and fence = ${fence}
    returning fence`);
  return row?.fence ?? null;
}

/**
 * Work has arrived that falls due at `dueAt`. Returns the fence of the event to send after the commit, or null
 * when none is needed: somebody is at work and will see it, or wakes early enough. Locks the row either way.
 * A run whose lease has run out is dead: the new work, and what it left, does not wait for the sweeper.
 * `beside`: for transactions of one run that bring work side by side. Where nothing is to be written they lock the row
 * together. For nobody else: a row that is never without such a lock keeps its driver out.
 */
export async function wake(
  tx: TenantTx,
  ref: DriverRef,
  dueAt: Date,
  { beside = false }: { beside?: boolean } = {},
): Promise<number | null> {
  const due = sql`greatest(${instant(dueAt)}, not_before)`;
  if (beside) {
    const awake = await tx.execute(sql`
      select fence from ${tableOf(ref)}
      where ${isRow(ref)} and (lease_until > app_now() or lease_until is null and wakes_at <= ${due})
      for share skip locked`);
    if (awake.length > 0) return null;
  }
  await tx.execute(sql`select fence from ${tableOf(ref)} where ${isRow(ref)} for no key update`);
  const [row] = await tx.execute<{ fence: number }>(sql`
    update ${tableOf(ref)}
    set fence = fence + 1, run_id = null, lease_until = null,
      wakes_at = least(case when lease_until is not null then wakes_at end, ${due})
    where ${isRow(ref)} and (lease_until <= app_now() or lease_until is null and (wakes_at is null or ${due} < wakes_at))
    returning fence`);
  return row?.fence ?? null;
}

/**
 * What the row waited for has changed (a pause ended, a limit was raised): it must look again at once. Returns
 * the fence of the event to send after the commit, or null while somebody is at work anyway.
 */
export async function wakeNow(tx: TenantTx, ref: DriverRef): Promise<number | null> {
  await tx.execute(sql`update ${tableOf(ref)} set not_before = null where ${isRow(ref)}`);
  const [row] = await tx.execute<{ fence: number }>(sql`
    update ${tableOf(ref)}
    set fence = fence + 1, run_id = null, lease_until = null, wakes_at = app_now()
    where ${isRow(ref)} and (lease_until is null or lease_until <= app_now())
    returning fence`);
  return row?.fence ?? null;
}
