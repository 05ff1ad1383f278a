import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import type { TenantTx } from "#db/tenancy";
import type { CallResult } from "./request.ts";

/** Longer than all calls of a claim can take, so that nobody else takes them for abandoned. */
const leaseSeconds = 300;
/** How long to wait before the second and the third try. */
const backoffSeconds = [60, 300] as const;

export type ClaimedCall = { id: string; enrollmentId: string; contactId: string };
export type CallClaim = {
  token: string;
  calls: ClaimedCall[];
  /** Enrollments whose call has ended earlier, or was under way when its run died: nothing is called for them. */
  over: { enrollmentId: string; status: "done" | "failed" | "unknown" }[];
  leaseUntil: Date;
};

/**
 * Writes the calls down that are to be made for contacts at a step, before a socket is touched. One that was under way
 * when its run died is of unknown fate, and is not made again.
 */
export async function claimCalls(
  tx: TenantTx,
  { stepId, enrollmentIds }: { stepId: string; enrollmentIds: readonly string[] },
): Promise<CallClaim> {
  const ids = sql`${sql.param(enrollmentIds)}::uuid[]`;
  const here = sql`w.enrollment_id = e.id and w.run_number = e.run_number and w.step_id = ${stepId}::uuid and w.visit = e.visit`;
  await tx.execute(sql`
    update webhook_calls w set status = 'unknown', lease_until = null, settled_at = app_now(), updated_at = app_now(),
      error = 'The process that made the call was stopped before its answer was written down: it may have been acted on.'
    from campaign_contacts e where e.id = any(${ids}) and ${here} and w.status = 'calling' and w.lease_until <= app_now()`);
  const token = v7();
  const calls = await tx.execute<ClaimedCall & { leaseUntil: Date }>(sql`
    insert into webhook_calls as w (campaign_id, step_id, enrollment_id, contact_id, run_number, visit, claim_token, lease_until)
    select e.campaign_id, ${stepId}::uuid, e.id, e.contact_id, e.run_number, e.visit, ${token}::uuid,
      app_now() + make_interval(secs => ${leaseSeconds})
    from campaign_contacts e where e.id = any(${ids}) order by e.id
    on conflict (tenant_id, enrollment_id, run_number, step_id, visit) do update
    set status = 'calling', attempts = w.attempts + 1, claim_token = excluded.claim_token, lease_until = excluded.lease_until,
      updated_at = app_now()
    where w.status = 'retrying'
    returning w.id, w.enrollment_id as "enrollmentId", w.contact_id as "contactId", w.lease_until as "leaseUntil"`);
  const over = await tx.execute<CallClaim["over"][number]>(sql`
    select e.id as "enrollmentId", w.status from campaign_contacts e join webhook_calls w on ${here}
    where e.id = any(${ids}) and w.status in ('done', 'failed', 'unknown') order by e.id`);
  return { token, calls: [...calls], over: [...over], leaseUntil: calls[0]?.leaseUntil ?? new Date(0) };
}

export type SettledCall = {
  enrollmentId: string;
  status: "done" | "failed" | "unknown" | "retrying";
  /** When to try again (epoch ms). */
  againAt: number | null;
};

/** Writes down how calls ended. A second settling of the same claim finds nothing to do. */
export async function settleCalls(
  tx: TenantTx,
  { token, results, now }: { token: string; results: ReadonlyMap<string, CallResult>; now: number },
): Promise<SettledCall[]> {
  const ids = [...results.keys()];
  const open = await tx.execute<{ id: string; enrollmentId: string; attempts: number; late: boolean }>(sql`
    select id, enrollment_id as "enrollmentId", attempts, status = 'unknown' as late from webhook_calls
    where id = any(${sql.param(ids)}::uuid[]) and claim_token = ${token}::uuid and status in ('calling', 'unknown')
    order by id for no key update`);
  const settled = open.flatMap(({ id, enrollmentId, attempts, late }) => {
    const result = results.get(id);
    if (!result) return [];
    // Whose call was given up meanwhile has gone on: nobody waits for another try.
    const pause = result.outcome === "again" && !late ? backoffSeconds[attempts - 1] : undefined;
    const status: SettledCall["status"] =
      result.outcome !== "again" ? result.outcome : pause === undefined ? "failed" : "retrying";
    return [{ id, enrollmentId, result, status, againAt: pause === undefined ? null : now + pause * 1000 }];
  });
  const column = <T>(of: (one: (typeof settled)[number]) => T) => sql.param(settled.map(of));
  await tx.execute(sql`
    update webhook_calls w
    set status = r.status, response_status = r.response, error = r.error, lease_until = null, updated_at = app_now(),
      settled_at = case when r.status <> 'retrying' then app_now() end
    from unnest(${column(({ id }) => id)}::uuid[], ${column(({ status }) => status)}::text[],
      ${column(({ result }) => result.status)}::int[], ${column(({ result }) => result.error)}::text[]
    ) as r(id, status, response, error)
    where w.id = r.id`);
  return settled.map(({ enrollmentId, status, againAt }) => ({ enrollmentId, status, againAt }));
}
