import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, writingDueEvent } from "#server/drivers/events";
import { advance } from "#server/enrollments/advance";
import { exitEnrollments, type Exit } from "#server/enrollments/exits";
import type { ExitReason } from "#server/enrollments/reasons";
import type { StepContext } from "#server/enrollments/slice";
import { dueKept } from "#server/messages/due-since";
import { unmailableReason } from "#server/messages/mailable";
import { currentVersion, makeDrafts, rewriteStale } from "./make.ts";
import { tellReviewers } from "./notify.ts";
import { ofPlace } from "./standing.ts";

type Due = {
  id: string;
  contact_id: string;
  run_number: number;
  visit: number;
  draft_id: string | null;
  draft_status: "draft" | "rejected" | "expired" | null;
  otherwise: "skip" | "exit" | null;
  over: boolean;
  leaves: ExitReason | null;
};
type Acted = { acted: number; events: DriverEvent[] };
const nothing: Acted = { acted: 0, events: [] };

/**
 * At a step whose emails are reviewed one by one: whoever comes gets a draft and waits for somebody to look at it; whose
 * draft was rejected, or was looked at by nobody in time, goes on without the email or leaves. Who has an approved one
 * is left to be mailed. A slice at a time; `acted` is 0 when nobody else is due.
 */
export async function reviewDue(tx: TenantTx, context: StepContext): Promise<Acted> {
  const { graph, step, campaignId, stepId } = context;
  if (!step.review) return nothing;
  const [campaign] = await tx.execute<{ status: string }>(
    sql`select status from campaigns where id = ${campaignId}::uuid and deleted_at is null`,
  );
  const versionId = await currentVersion(tx, stepId);
  if (campaign?.status !== "active" || versionId === null) return nothing;
  const now = await appNow(tx);
  const limit = Math.min(context.limit, await draftsAtOnce(tx, versionId));
  const asks = step.review.instructions !== "";
  const asked = asks ? [writingDueEvent(context.scope)] : [];
  const rewritten = await rewriteStale(tx, { stepId, versionId, limit, now, asks });
  if (rewritten > 0) return { acted: rewritten, events: asked };

  const rows = await dueForReview(tx, context, limit);
  if (rows.length === 0) return nothing;
  const leaving = rows.flatMap((row): Exit[] =>
    row.leaves === null ? [] : [{ enrollmentId: row.id, reason: row.leaves }],
  );
  const staying = rows.filter((row) => row.leaves === null);
  const fresh = staying.filter((row) => row.draft_id === null);
  const over = staying.filter((row) => row.draft_id !== null && (row.draft_status !== "draft" || row.over));
  const waiting = staying.filter((row) => row.draft_status === "draft" && !row.over);
  await expire(tx, over);
  const events = await goOn(tx, { ...context, graph, over, at: now.getTime() });
  await exitEnrollments(tx, [...leaving, ...over.flatMap(exitOf)]);
  if (fresh.length > 0) {
    await makeDrafts(tx, { campaignId, stepId, versionId, review: step.review, places: fresh, now });
    await tellReviewers(tx, stepId);
    events.push(...asked);
  }
  await holdAgain(tx, waiting);
  return { acted: rows.length, events };
}

/** Long texts go a few at a time: those of a slice are in memory together. */
async function draftsAtOnce(tx: TenantTx, versionId: string): Promise<number> {
  const [row] = await tx.execute<{ size: number }>(
    sql`select coalesce(length(html), 0) as size from campaign_step_versions where id = ${versionId}::uuid`,
  );
  return Math.max(10, Math.min(200, Math.floor(4_000_000 / ((row?.size ?? 0) + 1))));
}

async function dueForReview(tx: TenantTx, { scope, stepId }: StepContext, limit: number): Promise<Due[]> {
  return tx.execute<Due>(sql`
    with due as materialized (
      select e.id, e.contact_id, e.run_number, e.visit, e.next_email_scheduled_at as due_at, d.id as draft_id,
        d.status as draft_status, d.otherwise, coalesce(d.expires_at <= app_now(), false) as over
      from campaign_contacts e left join lateral (select * from email_drafts d where ${ofPlace} limit 1) d on true
      where e.tenant_id = ${scope.tenantId}::uuid and e.current_step_id = ${stepId}::uuid
        and e.status in ('enrolled', 'active') and e.next_email_scheduled_at <= app_now()
        and e.wait_reason is distinct from 'outcome_unknown'
        and (d.id is null or d.status in ('draft', 'rejected', 'expired'))
      order by e.next_email_scheduled_at, e.id limit ${limit} for no key update of e skip locked
    )
    select d.*, ${unmailableReason} as leaves
    from due d cross join lateral (select * from contacts c where c.id = d.contact_id limit 1) c
    order by d.due_at, d.id`);
}

async function expire(tx: TenantTx, over: readonly Due[]): Promise<void> {
  const ids = over.filter((row) => row.draft_status === "draft").flatMap((row) => row.draft_id ?? []);
  if (ids.length === 0) return;
  await tx.execute(sql`
    update email_drafts set status = 'expired', updated_at = app_now()
    where id = any(${sql.param(ids)}::uuid[]) and status = 'draft'`);
}

/** Those who go on without the email, by the step's edge. */
async function goOn(
  tx: TenantTx,
  { scope, graph, step, over, at }: StepContext & { over: readonly Due[]; at: number },
): Promise<DriverEvent[]> {
  const moves = over.flatMap(({ id, otherwise }) =>
    otherwise === "exit" ? [] : [{ enrollmentId: id, outcome: "skipped", edge: "next" as const, at }],
  );
  return moves.length === 0 ? [] : (await advance(tx, { scope, graph, step, moves })).events;
}

function exitOf({ id, otherwise, draft_status }: Due): Exit[] {
  if (otherwise !== "exit") return [];
  return [{ enrollmentId: id, reason: draft_status === "rejected" ? "draft_rejected" : "draft_expired" }];
}

/** They were called too early: their draft still waits. */
async function holdAgain(tx: TenantTx, waiting: readonly Due[]): Promise<void> {
  if (waiting.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e
    set wait_reason = 'waiting_for_review', next_email_scheduled_at = d.expires_at,
      due_local = ${dueKept(sql`e.next_email_scheduled_at`)}, updated_at = app_now()
    from email_drafts d
    where d.id = any(${sql.param(waiting.map((row) => row.draft_id))}::uuid[]) and e.id = d.enrollment_id`);
}
