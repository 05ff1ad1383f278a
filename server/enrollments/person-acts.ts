import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { type DriverEvent, drainedEvent, type EventScope } from "#server/drivers/events";
import { cancelDrafts } from "#server/drafts/standing";
import { cancelMessages, releaseSlotsOf } from "#server/messages/slots";
import { duesOf, placeAt, planMoves, wakeSteps } from "./advance.ts";
import { applyMoves } from "./moves.ts";
import { drainedAmong } from "./drained.ts";
import { exitEnrollments } from "./exits.ts";
import { scopeOfLaunched } from "./mutations.ts";
import type { PersonAct } from "./schema.ts";
import { loadGraph, type StepGraph } from "./steps.ts";

type Acting = { campaignId: string; enrollmentIds: readonly string[]; act: PersonAct; actorId: string };
type Done = { changed: number; events: DriverEvent[] };
type Context = { scope: EventScope; graph: StepGraph; ids: readonly string[] };

/**
 * Acts on places in a launched campaign. Whom the act does not fit, such as somebody who has left, stays as they are:
 * `changed` counts the others. Send the events after the commit. Throws `not_found`; `conflict` for a campaign that has
 * ended or has not begun.
 */
export async function actOnPeople(
  tx: TenantTx,
  { campaignId, enrollmentIds, act, actorId }: Acting,
): Promise<Done> {
  const scope = await scopeOfLaunched(tx, campaignId);
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts
    where campaign_id = ${campaignId}::uuid and id = any(${sql.param([...enrollmentIds])}::uuid[]) order by id`);
  const context = { scope, graph: await loadGraph(tx, campaignId), ids: rows.map(({ id }) => id) };
  const { changed, events } = await works[act](tx, context);
  if (changed > 0)
    await recordCampaignAct(tx, { id: campaignId, userId: actorId }, facts[act], { people: changed });
  const drained = await drainedAmong(tx, [campaignId]);
  return { changed, events: [...events, ...drained.map((id) => drainedEvent(scope, id))] };
}

const works: Record<PersonAct, (tx: TenantTx, context: Context) => Promise<Done>> = {
  pause: pausePeople,
  resume: resumePeople,
  skip: skipStep,
  exit: async (tx, { ids }) => ({
    changed: await exitEnrollments(
      tx,
      ids.map((enrollmentId) => ({ enrollmentId, reason: "manual" })),
    ),
    events: [],
  }),
  retry: retryFailed,
};

const facts: Record<PersonAct, string> = {
  pause: "campaign.people_paused",
  resume: "campaign.people_resumed",
  skip: "campaign.step_skipped",
  exit: "campaign.people_removed",
  retry: "campaign.people_retried",
};

const among = (ids: readonly string[]) => sql`any(${sql.param([...ids])}::uuid[])`;

/** What is queued stays queued and is not claimed; clocks keep running. */
async function pausePeople(tx: TenantTx, { ids }: Context): Promise<Done> {
  const rows = await tx.execute(sql`
    update campaign_contacts e set status = 'paused', paused_at = app_now(), updated_at = app_now()
    from (select id from campaign_contacts where id = ${among(ids)} and status in ('enrolled', 'active')
      order by id for no key update) live
    where e.id = live.id returning 1`);
  return { changed: rows.length, events: [] };
}

/** What fell due meanwhile gets a slot of its own from now on. */
async function resumePeople(tx: TenantTx, { scope, graph, ids }: Context): Promise<Done> {
  const paused = await tx.execute<{ step: string; due: Date | null }>(sql`
    select current_step_id as step, min(next_email_scheduled_at) as due from campaign_contacts
    where id = ${among(ids)} and status = 'paused' and current_step_id is not null group by current_step_id`);
  const now = (await appNow(tx)).getTime();
  const dues = new Map(paused.map(({ step, due }) => [step, due?.getTime() ?? now]));
  const events = await wakeSteps(tx, { scope, graph, dues });
  const released = await releaseSlotsOf(tx, { scope, enrollmentIds: ids });
  const rows = await tx.execute(sql`
    update campaign_contacts e set paused_at = null, updated_at = app_now(),
      status = case when e.steps_completed = 0 then 'enrolled' else 'active' end
    from (select id from campaign_contacts where id = ${among(ids)} and status = 'paused' and current_step_id is not null
      order by id for no key update) paused
    where e.id = paused.id returning 1`);
  return { changed: rows.length, events: [...events, ...released.events] };
}

/** Moves people on as if their step were done; from a fork by its “no”. Who is being mailed at this moment stays. */
async function skipStep(tx: TenantTx, { scope, graph, ids }: Context): Promise<Done> {
  const rows = await tx.execute<{ id: string; step: string; message: string | null }>(sql`
    select e.id, e.current_step_id as step, e.awaiting_message_id as message from campaign_contacts e
    where e.id = ${among(ids)} and e.status in ('enrolled', 'active', 'paused') and e.current_step_id is not null`);
  const now = (await appNow(tx)).getTime();
  const plans = [...Map.groupBy(rows, ({ step }) => step)].flatMap(([stepId, people]) => {
    const step = graph.steps.get(stepId);
    if (!step) return [];
    const edge = step.type === "condition" ? ("false" as const) : ("next" as const);
    const moves = people.map(({ id }) => ({ enrollmentId: id, outcome: "skipped", edge, at: now }));
    return [planMoves(graph, step, moves)];
  });
  const dues = new Map<string, number>();
  for (const plan of plans) for (const [step, due] of duesOf(plan)) dues.set(step, due);
  const events = await wakeSteps(tx, { scope, graph, dues });
  await cancelMessages(
    tx,
    rows.flatMap(({ message }) => (message === null ? [] : [{ id: message, reason: "skipped" }])),
  );
  const busy = new Set(await beingSent(tx, ids));
  let changed = 0;
  for (const { step, moves } of plans) {
    const free = moves.filter(({ enrollmentId }) => !busy.has(enrollmentId));
    changed += (await applyMoves(tx, planMoves(graph, step, free))).moved;
    await cancelDrafts(
      tx,
      free.map(({ enrollmentId }) => enrollmentId),
    );
  }
  return { changed, events };
}

async function beingSent(tx: TenantTx, ids: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select e.id from campaign_contacts e join content.email_messages m on m.id = e.awaiting_message_id
    where e.id = ${among(ids)} and m.delivery_status = 'sending'`);
  return rows.map(({ id }) => id);
}

/** Puts people whose way ended in a failure back to the step that failed, as another visit of it. */
async function retryFailed(tx: TenantTx, { scope, graph, ids }: Context): Promise<Done> {
  const failed = await tx.execute<{ id: string; step: string; visit: number }>(sql`
    select distinct on (e.id) e.id, l.step_id as step, l.visit + 1 as visit from campaign_contacts e
    join enrollment_step_log l on l.enrollment_id = e.id and l.run_number = e.run_number
    where e.id = ${among(ids)} and e.status = 'failed' order by e.id, l.id desc`);
  const now = (await appNow(tx)).getTime();
  const placed = failed.flatMap(({ id, step, visit }) => {
    const target = graph.steps.get(step);
    if (!target?.active) return [];
    const { due, reason } = placeAt(target, graph.zone, now);
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
