import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wake } from "#server/drivers/mutations";
import { dueAt, type Edge, type EngineStep, type StepGraph } from "./steps.ts";

/** One contact's way on: what came of the step, which edge to take, and when it happened (epoch ms). */
export type Move = { enrollmentId: string; outcome: string; edge: Edge; at: number; messageId?: string };

export type Advanced = { moved: number; ended: number; events: DriverEvent[] };

type Place = {
  target: EngineStep | null;
  due: { at: number; local: string } | null;
  reason: "waiting" | "config_error" | null;
};

/** Moves with where they lead, reckoned before anything is locked. */
export type Plan = { graph: StepGraph; step: EngineStep; moves: readonly Move[]; places: readonly Place[] };

export function planMoves(graph: StepGraph, step: EngineStep, moves: readonly Move[]): Plan {
  // In the order in which everybody locks enrollments.
  const sorted = [...moves].sort((a, b) => (a.enrollmentId < b.enrollmentId ? -1 : 1));
  return { graph, step, moves: sorted, places: sorted.map((move) => placeAfter(graph, step, move)) };
}

/** Moves everybody on from one step, and wakes the steps they reach. Drivers are locked first, then enrollments. */
export async function advance(
  tx: TenantTx,
  {
    scope,
    graph,
    step,
    moves,
  }: { scope: EventScope; graph: StepGraph; step: EngineStep; moves: readonly Move[] },
): Promise<Advanced> {
  const plan = planMoves(graph, step, moves);
  const events = await wakeSteps(tx, { scope, graph, dues: duesOf(plan) });
  return { ...(await applyMoves(tx, plan)), events };
}

/** So many are moved by one statement: few enough that naming their ids beside the join is the cheapest way to them. */
const chunk = 200;

/**
 * Places and log, set by set. Who has left the step meanwhile is passed over. Whoever calls this has woken the steps
 * that are reached (`duesOf`) in the same transaction.
 */
export async function applyMoves(tx: TenantTx, plan: Plan): Promise<{ moved: number; ended: number }> {
  const total = { moved: 0, ended: 0 };
  for (let from = 0; from < plan.moves.length; from += chunk) {
    const moves = plan.moves.slice(from, from + chunk);
    const { moved, ended } = await applyChunk(tx, {
      ...plan,
      moves,
      places: plan.places.slice(from, from + chunk),
    });
    total.moved += moved;
    total.ended += ended;
  }
  return total;
}

async function applyChunk(
  tx: TenantTx,
  { graph, step, moves, places }: Plan,
): Promise<{ moved: number; ended: number }> {
  const [counts] = await tx.execute<{ moved: number; ended: number }>(sql`
    with moves as materialized (
      select * from unnest(
        ${sql.param(moves.map((move) => move.enrollmentId))}::uuid[],
        ${sql.param(places.map(({ target }) => target?.id ?? null))}::uuid[],
        ${sql.param(places.map(({ due }) => due && new Date(due.at).toISOString()))}::timestamptz[],
        ${sql.param(places.map(({ due }) => due?.local ?? null))}::timestamp[],
        ${sql.param(places.map(({ reason }) => reason))}::text[],
        ${sql.param(moves.map((move) => move.outcome))}::text[],
        ${sql.param(moves.map((move) => new Date(move.at).toISOString()))}::timestamptz[],
        ${sql.param(moves.map((move) => move.messageId ?? null))}::uuid[]
      ) as m(enrollment_id, target, due, due_local, reason, outcome, at, message_id)
    ), here as materialized (
      select e.id, e.contact_id, e.run_number, e.visit, e.entered_step_at, e.enrolled_at, m.*
      from moves m cross join lateral (
        select * from campaign_contacts e
        where e.id = m.enrollment_id and e.current_step_id = ${step.id}::uuid and e.status in ('enrolled', 'active', 'paused')
        limit 1 for no key update
      ) e
    ), logged as (
      insert into enrollment_step_log (campaign_id, enrollment_id, contact_id, step_id, run_number, visit, entered_at,
        left_at, outcome, next_step_id, message_id)
      select ${graph.campaignId}::uuid, id, contact_id, ${step.id}::uuid, run_number, visit,
        coalesce(entered_step_at, enrolled_at), at, outcome, target, message_id
      from here
    ), moved as (
      update campaign_contacts e
      set current_step_id = h.target, next_email_scheduled_at = h.due, due_local = h.due_local, wait_reason = h.reason,
        status = case when h.target is null then 'completed' when e.status = 'paused' then 'paused' else 'active' end,
        completed_at = case when h.target is null then h.at end, entered_step_at = h.at, tz_used = ${graph.zone},
        wait_until = null, awaiting_message_id = null, attempts = 0, steps_completed = e.steps_completed + 1,
        last_message_id = coalesce(h.message_id, e.last_message_id),
        last_email_sent_at = case when h.outcome = 'sent' then h.at else e.last_email_sent_at end,
        total_emails_sent = e.total_emails_sent + (h.outcome = 'sent')::int, updated_at = app_now(),
        -- The step being left is in the log of this statement, which it cannot see: a step never leads to itself.
        visit = 1 + (select count(*) from enrollment_step_log l
          where l.enrollment_id = h.id and l.run_number = h.run_number and l.step_id = h.target)
      from here h where e.id = h.id and e.id = any(array(select id from here))
      returning e.status
    )
    select count(*)::int as moved, (count(*) filter (where status = 'completed'))::int as ended from moved`);
  return { moved: counts?.moved ?? 0, ended: counts?.ended ?? 0 };
}

/** Where an edge leads and when that step falls due. A missing edge, or one to a step that is gone, ends the way. */
function placeAfter(graph: StepGraph, step: EngineStep, move: Move): Place {
  const edge = move.edge === "timeout" && step.edges.timeout === null ? "false" : move.edge;
  const to = step.edges[edge];
  const target = to === null ? null : (graph.steps.get(to) ?? null);
  return { target, ...placeAt(target, graph.zone, move.at) };
}

export function placeAt(target: EngineStep | null, zone: string, at: number): Omit<Place, "target"> {
  if (target === null) return { due: null, reason: null };
  const due = dueAt(target, zone, at);
  if (due === null) return { due, reason: "config_error" };
  return { due, reason: target.type === "wait" ? "waiting" : null };
}

/** When each step that is reached falls due first (epoch ms by step id). */
export function duesOf({ places }: Plan): Map<string, number> {
  const dues = new Map<string, number>();
  for (const { target, due } of places) {
    if (target && due) dues.set(target.id, Math.min(due.at, dues.get(target.id) ?? Infinity));
  }
  return dues;
}

/** Tells steps that work falls due there (epoch ms by step id): the events to send after the commit. */
export async function wakeSteps(
  tx: TenantTx,
  { scope, graph, dues }: { scope: EventScope; graph: StepGraph; dues: ReadonlyMap<string, number> },
): Promise<DriverEvent[]> {
  const events: DriverEvent[] = [];
  const inOrder = [...dues].sort(
    ([a], [b]) => (graph.steps.get(a)?.order ?? 0) - (graph.steps.get(b)?.order ?? 0),
  );
  for (const [stepId, due] of inOrder) {
    const step = graph.steps.get(stepId);
    const fence = await wake(tx, { table: "step_drivers", id: stepId }, new Date(due));
    if (step && fence !== null) events.push(stepDueEvent(scope, dueStep(graph, step), fence));
  }
  return events;
}

export const dueStep = (graph: StepGraph, step: EngineStep) => ({
  campaignId: graph.campaignId,
  stepId: step.id,
  stepOrder: step.order,
  stepType: step.type,
});
