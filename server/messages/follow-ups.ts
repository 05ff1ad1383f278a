import { dueAt, type EngineStep, type StepGraph, waitsOnOwnClock } from "#server/enrollments/steps";
import type { Person } from "#server/planner/persons";
import type { Slot } from "#server/planner/slots";

/** A way longer than this, or one that leads back, is not followed any further. */
const stepsMax = 50;

/**
 * When somebody who has a slot is due for their next email, and from whom: the follow-ups that a forecast makes room for.
 * Nobody is assumed to answer. What a condition will say is not known: it is taken for not true, which is how most
 * people go on. `startOf` says at which step somebody stands; null at the first one that writes.
 */
export function followUpsOf(
  graph: StepGraph,
  startOf: (person: Person) => string | null,
): (person: Person, slot: Slot) => Person | null {
  const places = new Map<string, string>();
  const first = graph.entry && emailFrom(graph, graph.entry, { at: 0, zone: graph.zone })?.step;
  return (person, slot) => {
    const place = places.get(person.id) ?? startOf(person) ?? first?.id;
    const step = place === undefined ? undefined : graph.steps.get(place);
    const next = step && nextOf(graph, step);
    const found = next && emailFrom(graph, next, { at: slot.at, zone: person.zone });
    if (!found) return null;
    // Told apart from whoever stands at an earlier email.
    places.set(person.id, found.step.id);
    return {
      ...person,
      dueAt: found.at,
      mailboxId: slot.mailboxId,
      earlier: [...person.earlier, slot.at].sort((a, b) => a - b),
    };
  };
}

/** When the first email of a campaign is due for somebody of a zone who begins it at `at`. */
export const firstEmailAt = (graph: StepGraph, at: number, zone: string): number =>
  (graph.entry && emailFrom(graph, graph.entry, { at, zone })?.at) ?? at;

function nextOf(graph: StepGraph, { type, edges }: EngineStep): EngineStep | null {
  const to = type === "condition" ? edges.false : edges.next;
  return to === null ? null : (graph.steps.get(to) ?? null);
}

/** The first email on the way from a step that somebody of a zone reaches at `at`, and when it is due. */
function emailFrom(
  graph: StepGraph,
  from: EngineStep,
  { at, zone }: { at: number; zone: string },
): { step: EngineStep; at: number } | null {
  let step: EngineStep | null = from;
  let due = at;
  for (let passed = 0; step && passed < stepsMax; passed += 1) {
    if (step.type === "email" && step.active) return { step, at: due };
    const end = dueAt(step, waitsOnOwnClock(graph, step) ? zone : graph.zone, due);
    if (!end) return null;
    due = end.at;
    step = nextOf(graph, step);
  }
  return null;
}
