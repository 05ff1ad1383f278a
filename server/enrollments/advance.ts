import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wake } from "#server/drivers/mutations";
import { applyMoves } from "./moves.ts";
import { type Edge, type EngineStep, stepDue, type StepDue, type StepGraph } from "./steps.ts";

/** One contact's way on: what came of the step, which edge to take, and when it happened (epoch ms). */
export type Move = { enrollmentId: string; outcome: string; edge: Edge; at: number; messageId?: string };

export type Advanced = { moved: number; ended: number; events: DriverEvent[] };

export type Place = {
  target: EngineStep | null;
  due: StepDue | null;
  reason: "waiting" | "config_error" | null;
};

/** Moves with where they lead, reckoned before anything is locked. */
export type Plan = { graph: StepGraph; step: EngineStep; moves: readonly Move[]; places: readonly Place[] };

export function planMoves(graph: StepGraph, step: EngineStep, moves: readonly Move[]): Plan {
  // In the order in which everybody locks enrollments.
  const sorted = [...moves].sort((a, b) => (a.enrollmentId < b.enrollmentId ? -1 : 1));
  // Most leave at one moment by few ways: each place is reckoned once.
  const places = new Map<string, Place>();
  const placeOf = (move: Move) => {
    const key = `${move.edge} ${move.at}`;
    const place = places.get(key) ?? placeAfter(graph, step, move);
    places.set(key, place);
    return place;
  };
  return { graph, step, moves: sorted, places: sorted.map(placeOf) };
}

/** Moves everybody on from one step, and wakes the steps they reach. Drivers are locked first, then enrollments. */
export async function advance(
  tx: TenantTx,
  {
    scope,
    graph,
    step,
    moves,
    beside,
  }: { scope: EventScope; graph: StepGraph; step: EngineStep; moves: readonly Move[]; beside?: boolean },
): Promise<Advanced> {
  const plan = planMoves(graph, step, moves);
  const events = await wakeSteps(tx, { scope, graph, dues: duesOf(plan), beside });
  return { ...(await applyMoves(tx, plan)), events };
}

/** Where an edge leads and when that step falls due. A missing edge, or one to a step that is gone, ends the way. */
function placeAfter(graph: StepGraph, step: EngineStep, move: Move): Place {
  const edge = move.edge === "timeout" && step.edges.timeout === null ? "false" : move.edge;
  const to = step.edges[edge];
  const target = to === null ? null : (graph.steps.get(to) ?? null);
  return { target, ...placeAt(graph, target, move.at) };
}

export function placeAt(graph: StepGraph, target: EngineStep | null, at: number): Omit<Place, "target"> {
  if (target === null) return { due: null, reason: null };
  const due = stepDue(graph, target, at);
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
  {
    scope,
    graph,
    dues,
    beside,
  }: { scope: EventScope; graph: StepGraph; dues: ReadonlyMap<string, number>; beside?: boolean },
): Promise<DriverEvent[]> {
  const events: DriverEvent[] = [];
  const inOrder = [...dues].sort(
    ([a], [b]) => (graph.steps.get(a)?.order ?? 0) - (graph.steps.get(b)?.order ?? 0),
  );
  for (const [stepId, due] of inOrder) {
    const step = graph.steps.get(stepId);
    const fence = await wake(tx, { table: "step_drivers", id: stepId }, new Date(due), { beside });
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
