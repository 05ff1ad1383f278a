import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { Scope, TenantTx } from "#db/tenancy";
import { type Act, recordCampaignAct } from "#server/campaigns/acts";
import { refuseBlocked } from "#server/campaigns/blockers";
import { reviewCampaign } from "#server/campaigns/review";
import { commitThenSend, type DriverEvent, type EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { placeAt, wakeSteps } from "./advance.ts";
import { reopenCampaign } from "./launch.ts";
import { getLaunched } from "./mutations.ts";
import { loadGraph } from "./steps.ts";

type Retried = { changed: number; events: DriverEvent[] };

/** `more`: so many others are put back in transactions after this one; null in those, whose people have been told of. */
type Asked = { act: Act; enrollmentIds: readonly string[]; more?: number | null };

/**
 * Puts people whose way ended in a failure back to the step that failed, as another visit of it. A campaign that has
 * completed runs on for them: it is active again in the same transaction, so that nobody finds it running with nobody
 * in it, and completes when the last of them is through. Send the events after the commit. Throws `not_found`;
 * `conflict` for a campaign that has not begun, is archived, or took people in until it was ended; `invalid` when one
 * that has completed could not be launched as it is now.
 */
export async function retryFailed(tx: TenantTx, { act, enrollmentIds, more = 0 }: Asked): Promise<Retried> {
  // It neither ends nor is archived between the look at it and the return of its people.
  await tx.execute(sql`select from campaigns where id = ${act.id}::uuid for no key update`);
  const { scope, name, status, goesOn } = await getLaunched(tx, act.id);
  const ended = status === "completed";
  if (ended && goesOn)
    throw new AppError(
      "conflict",
      `“${name}” has ended. Open it again first: those who failed can be tried again then.`,
    );
  const { changed, events } = await putBack(tx, { scope, campaignId: act.id, enrollmentIds });
  if (changed === 0) return { changed, events: [] };
  if (more !== null) await recordCampaignAct(tx, act, "campaign.people_retried", { people: changed + more });
  if (!ended) return { changed, events };
  const reopened = await reopenCampaign(tx, { campaignId: act.id });
  // As it stands now: without an end that has passed. Who is in it was settled at the launch.
  const { problems } = await reviewCampaign(tx, act.id);
  refuseBlocked(
    problems.filter(({ where }) => where !== "audience" && where !== "goals"),
    "run again",
  );
  return { changed, events: [...events, ...reopened.events] };
}

async function putBack(
  tx: TenantTx,
  {
    scope,
    campaignId,
    enrollmentIds,
  }: { scope: EventScope; campaignId: string; enrollmentIds: readonly string[] },
): Promise<Retried> {
  const graph = await loadGraph(tx, campaignId);
  const failed = await tx.execute<{ id: string; step: string; visit: number }>(sql`
    select e.id, l.step_id as step, l.visit + 1 as visit from campaign_contacts e
    cross join lateral (
      select l.step_id, l.visit from enrollment_step_log l
      where l.enrollment_id = e.id and l.run_number = e.run_number order by l.id desc limit 1
    ) l
    where e.id = any(${sql.param([...enrollmentIds])}::uuid[]) and e.campaign_id = ${campaignId}::uuid
      and e.status = 'failed' order by e.id`);
  const now = (await appNow(tx)).getTime();
  const placed = failed.flatMap(({ id, step, visit }) => {
    const target = graph.steps.get(step);
    if (!target?.active) return [];
    const { due, reason } = placeAt(graph, target, now);
    return [{ id, step, visit, due, reason }];
  });
  const dues = new Map(placed.flatMap(({ step, due }) => (due ? [[step, due.at] as const] : [])));
  const events = await wakeSteps(tx, { scope, graph, dues });
  const rows = await tx.execute(sql`
    update campaign_contacts e set status = 'active', current_step_id = p.step, entered_step_at = app_now(),
      next_email_scheduled_at = p.due, due_local = p.due_local, tz_used = ${graph.zone}, wait_reason = p.reason,
      wait_until = null, awaiting_message_id = null, attempts = 0, exit_reason = null, exited_at = null,
      visit = p.visit, context = e.context || jsonb_build_object('retriedVisit', p.visit),
      updated_at = app_now()
    from unnest(${sql.param(placed.map(({ id }) => id))}::uuid[], ${sql.param(placed.map(({ step }) => step))}::uuid[],
      ${sql.param(placed.map(({ visit }) => visit))}::int[],
      ${sql.param(placed.map(({ due }) => due && new Date(due.at).toISOString()))}::timestamptz[],
      ${sql.param(placed.map(({ due }) => due?.local ?? null))}::timestamp[],
      ${sql.param(placed.map(({ reason }) => reason))}::text[]) as p (id, step, visit, due, due_local, reason)
    where e.id = p.id and e.status = 'failed' returning 1`);
  return { changed: rows.length, events };
}

/** So many are put back in one transaction, and in so many transactions before whoever asked hears of it. */
const sliceSizeDefault = 1_000;
const slicesAtOnce = 5;

/**
 * Tries everybody again whose way ended in a failure (only those who failed for `reason`, when given), as many as a
 * request has time for. `next` is where to go on from; null when all are through. Stopped half-way, it has put some back
 * and the others have still failed. Throws as `retryFailed` does.
 */
export async function retryAllFailed(
  { scope, act }: { scope: Scope; act: Act },
  {
    reason = null,
    after = null,
    size = sliceSizeDefault,
  }: { reason?: string | null; after?: string | null; size?: number } = {},
): Promise<{ changed: number; next: string | null }> {
  let changed = 0;
  // By id: who fails once more meanwhile is not tried a second time.
  let next = after;
  let told = after !== null;
  for (let slices = 0; slices < slicesAtOnce; slices += 1) {
    const slice = await commitThenSend(scope, async (tx) => {
      const enrollmentIds = await nextFailed(tx, act.id, { reason, after: next, size });
      const last = enrollmentIds.length < size ? null : (enrollmentIds.at(-1) ?? null);
      const more = told ? null : await countFailed(tx, act.id, { reason, after: last });
      return { ...(await retryFailed(tx, { act, enrollmentIds, more })), last };
    });
    changed += slice.changed;
    told ||= slice.changed > 0;
    next = slice.last;
    if (next === null) break;
  }
  return { changed, next };
}

type Which = { reason: string | null; after: string | null };

const whoFailed = (campaignId: string, { reason, after }: Which): SQL => sql`
  campaign_id = ${campaignId}::uuid and status = 'failed'
  and (${reason}::text is null or exit_reason = ${reason}::text) and (${after}::uuid is null or id > ${after}::uuid)`;

async function nextFailed(
  tx: TenantTx,
  campaignId: string,
  { size, ...which }: Which & { size: number },
): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts where ${whoFailed(campaignId, which)} order by id limit ${size}`);
  return rows.map(({ id }) => id);
}

/** How many follow the last of a slice; 0 when there is none. */
async function countFailed(tx: TenantTx, campaignId: string, which: Which): Promise<number> {
  if (which.after === null) return 0;
  const [row] = await tx.execute<{ count: number }>(sql`
    select count(*)::int as count from campaign_contacts where ${whoFailed(campaignId, which)}`);
  return row?.count ?? 0;
}
