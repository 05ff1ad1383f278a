import { sql } from "drizzle-orm";
import { isOfTheMoment, postgresError } from "#db/errors";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { savepoint } from "#db/transaction";
import { handOver, holds, takeOver, wakeNow, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { log } from "#server/log";
import { announceChanges } from "./announcements.ts";
import { refreshRange } from "./members.ts";
import { readRules } from "./queries.ts";

/** Members are worked out anew this often, even when nobody changed anything: time itself moves people. */
export const refreshMinutes = 30;
const leaseSeconds = 300;
const sliceTimeoutMs = 90_000;

export const refreshDriver = (workspaceId: string) => ({
  table: "segment_drivers" as const,
  id: workspaceId,
});

/** Makes this run the one that recalculates the workspace's segments; its fence, or null when another is at work. */
export async function takeRefresh(scope: Scope, runId: string): Promise<number | null> {
  return withTenant(scope, async (tx) => {
    await makeDriver(tx);
    return takeOver(tx, refreshDriver(scope.workspaceId), { runId, leaseSeconds });
  });
}

/** Asks for all segments of the workspace, or for one, as of now. Returns the fence of the event, or null when a run is at work. */
export async function requestRefresh(
  tx: TenantTx,
  workspaceId: string,
  segmentId?: string,
): Promise<number | null> {
  await makeDriver(tx);
  if (segmentId)
    await tx.execute(
      sql`update segments set refresh_requested_at = app_now() where id = ${segmentId}::uuid and segment_type = 'dynamic'`,
    );
  else
    await tx.execute(
      sql`update segment_drivers set due_before = app_now() where workspace_id = ${workspaceId}::uuid`,
    );
  return wakeNow(tx, refreshDriver(workspaceId));
}

/** What the changes noted so far call for: every segment as of now. They are forgotten, since it covers them. */
export async function requestDueRefresh(tx: TenantTx, workspaceId: string): Promise<number | null> {
  await tx.execute(sql`delete from contact_changes where created_at <= app_now()`);
  return requestRefresh(tx, workspaceId);
}

const makeDriver = (tx: TenantTx) =>
  tx.execute(
    sql`insert into segment_drivers default values on conflict (tenant_id, workspace_id) do nothing`,
  );

/**
 * Brings the members of one segment up to date for the next some thousand contacts, with the checkpoint in the same
 * transaction, and says in events who came and went. Done when every segment is as it was asked for.
 */
export async function refreshNext(scope: Scope, fence: number): Promise<{ done: boolean }> {
  const more = await withTenant(
    scope,
    async (tx) => {
      const driver = refreshDriver(scope.workspaceId);
      if (!(await holds(tx, driver, fence, leaseSeconds))) return false;
      await tx.execute(sql`select set_config('app.recalculating', 'on', true)`);
      const work = await nextWork(tx, scope.workspaceId);
      if (work) {
        await refreshSlice(tx, scope.workspaceId, work);
        return true;
      }
      if ((await pendingAnnouncements(tx)) > 0) return true;
      const [next] = await tx.execute<{ at: Date }>(
        sql`select app_now() + make_interval(mins => ${refreshMinutes}) as at`,
      );
      await yieldUntil(tx, driver, fence, { until: next?.at ?? null });
      return false;
    },
    { statementTimeoutMs: sliceTimeoutMs },
  );
  await announceChanges(scope);
  return { done: !more };
}

/** Ends this run and returns the fence under which the next one goes on; null when it was not this run's to give. */
export async function handOverRefresh(scope: Scope, fence: number): Promise<number | null> {
  return withTenant(scope, (tx) => handOver(tx, refreshDriver(scope.workspaceId), fence));
}

async function pendingAnnouncements(tx: TenantTx): Promise<number> {
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from contact_announcements where event in ('segment.entered', 'segment.left')`);
  return row?.count ?? 0;
}

/** A segment at work. `since` keeps the microseconds that a Date would lose; `after` is the last contact dealt with. */
type Work = {
  id: string;
  name: string;
  rules: unknown;
  since: string;
  startedAt: Date;
  after: string | null;
};

/** The segment at work, unless it was asked for again since; else the one asked for, else the one out of date longest. */
async function nextWork(tx: TenantTx, workspaceId: string): Promise<Work | null> {
  const [work] = await tx.execute<Work>(sql`
    select s.id, s.name, s.rules, coalesce(going.since, app_now())::text as since,
      coalesce(going.since, app_now()) as "startedAt", going.after
    from segment_drivers d
    join segments s on s.tenant_id = d.tenant_id and s.workspace_id = d.workspace_id
    left join lateral (
      select (d.checkpoint ->> 'since')::timestamptz as since, (d.checkpoint ->> 'after')::uuid as after
      where d.checkpoint ->> 'segmentId' = s.id::text
        and (s.refresh_requested_at is null or (d.checkpoint ->> 'since')::timestamptz >= s.refresh_requested_at)
    ) going on true
    where d.workspace_id = ${workspaceId}::uuid and s.segment_type = 'dynamic'
      and (s.last_recalculated_at is null or s.last_recalculated_at < d.due_before
        or s.last_recalculated_at < s.refresh_requested_at)
    order by going.since is null, coalesce(s.last_recalculated_at < s.refresh_requested_at, false) desc,
      s.last_recalculated_at nulls first, s.id
    limit 1`);
  return work ?? null;
}

async function refreshSlice(tx: TenantTx, workspaceId: string, work: Work): Promise<void> {
  const { upto, problem } = await rangeOrProblem(tx, work);
  if (upto !== null) {
    const checkpoint = { segmentId: work.id, since: work.since, after: upto };
    await keepCheckpoint(tx, workspaceId, JSON.stringify(checkpoint));
    return;
  }
  await keepCheckpoint(tx, workspaceId, null);
  await tx.execute(sql`
    update segments set last_recalculated_at = ${work.since}::timestamptz, problem = ${problem},
      contact_count = (select count(*) from segment_contacts sc where sc.segment_id = segments.id)
    where id = ${work.id}::uuid`);
  await noteSize(tx, work);
}

/** One segment that cannot be worked out must not keep the others waiting: it says why, and they go on. */
async function rangeOrProblem(
  tx: TenantTx,
  { id, name, rules, startedAt, after }: Work,
): Promise<{ upto: string | null; problem: string | null }> {
  try {
    const upto = await savepoint(tx, (inner) =>
      refreshRange(inner, { segmentId: id, rules: readRules(rules, name), now: startedAt, after }),
    );
    return { upto, problem: null };
  } catch (error) {
    if (error instanceof AppError && error.code === "invalid") return { upto: null, problem: error.message };
    if (postgresError(error)?.code === "57014")
      return {
        upto: null,
        problem: "Its rules took too long to work out. Ask for less at once, or split the segment.",
      };
    if (isOfTheMoment(error)) throw error;
    log.error({ err: error, segmentId: id }, "a segment cannot be worked out");
    return { upto: null, problem: refusalOf(error) };
  }
}

/** SQLSTATE class 22: the data of a statement are wrong, here a value in the rules or one that a contact holds. */
function refusalOf(error: unknown): string {
  const refused = postgresError(error);
  return refused?.code.startsWith("22")
    ? `The database refuses a value that its rules compare: ${refused.message}. Change that rule and save the segment.`
    : "Its rules could not be worked out. What went wrong is in the log of this installation; its other segments go on.";
}

const keepCheckpoint = (tx: TenantTx, workspaceId: string, checkpoint: string | null) =>
  tx.execute(sql`update segment_drivers set checkpoint = ${checkpoint}::jsonb, updated_at = app_now()
    where workspace_id = ${workspaceId}::uuid`);

/** The size of the day, in the workspace's zone; the last one of a day stays. */
async function noteSize(tx: TenantTx, { id }: Work): Promise<void> {
  await tx.execute(sql`
    insert into analytics.segment_analytics as a (segment_id, segment_name, date, contact_count)
    select s.id, s.name, (app_now() at time zone w.timezone)::date, s.contact_count
    from segments s join workspaces w on w.id = s.workspace_id where s.id = ${id}::uuid and s.problem is null
    on conflict (tenant_id, segment_id, date) do update set contact_count = excluded.contact_count,
      segment_name = excluded.segment_name, updated_at = app_now()`);
}
