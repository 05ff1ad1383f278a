import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { type DriverEvent, drainedEvent, type EventScope } from "#server/drivers/events";
import { cancelDrafts } from "#server/drafts/standing";
import { AppError } from "#server/errors";
import { cancelMessages, releaseSlotsOf } from "#server/messages/slots";
import { duesOf, planMoves, wakeSteps } from "./advance.ts";
import { applyMoves } from "./moves.ts";
import { drainedAmong } from "./drained.ts";
import { exitEnrollments } from "./exits.ts";
import { getLaunched } from "./mutations.ts";
import { retryFailed } from "./retry.ts";
import type { PersonAct } from "./schema.ts";
import { loadGraph, type StepGraph } from "./steps.ts";

type Acting = { campaignId: string; enrollmentIds: readonly string[]; act: PersonAct; actorId: string };
type Done = { changed: number; events: DriverEvent[] };
type Context = { scope: EventScope; graph: StepGraph; ids: readonly string[] };

/**
 * Acts on places in a launched campaign. Whom the act does not fit, such as somebody who has left, stays as they are:
 * `changed` counts the others. Send the events after the commit. Throws `not_found`; `conflict` for a campaign that has
 * not begun, or has ended: there, only those who failed can be tried again.
 */
export async function actOnPeople(
  tx: TenantTx,
  { campaignId, enrollmentIds, act, actorId }: Acting,
): Promise<Done> {
  if (act === "retry") return retryFailed(tx, { act: { id: campaignId, userId: actorId }, enrollmentIds });
  const { scope, name, status } = await getLaunched(tx, campaignId);
  if (status === "completed")
    throw new AppError(
      "conflict",
      `“${name}” has ended and nobody is on the way in it any more: there is nobody to ${verbs[act]}.`,
    );
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

type ActOnTheWay = Exclude<PersonAct, "retry">;

const works: Record<ActOnTheWay, (tx: TenantTx, context: Context) => Promise<Done>> = {
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
};

/** As it completes “there is nobody to”. */
const verbs: Record<ActOnTheWay, string> = {
  pause: "pause",
  resume: "resume",
  skip: "move on",
  exit: "take out",
};

const facts: Record<ActOnTheWay, string> = {
  pause: "campaign.people_paused",
  resume: "campaign.people_resumed",
  skip: "campaign.step_skipped",
  exit: "campaign.people_removed",
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
