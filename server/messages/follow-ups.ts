import { freeAgain, nextTimeOfDay } from "#server/ab-tests/send-time";
import { dueAt, type EngineStep, type StepGraph, waitsOnOwnClock } from "#server/enrollments/steps";
import type { Person } from "#server/planner/persons";
import type { Meanwhile } from "#server/planner/simulate";
import { type OwnTime, type Skipping, skippedTurn } from "#server/planner/skips";

/** A way longer than this, or one that leads back, is not followed any further. */
const stepsMax = 50;

/**
 * When somebody who has a slot is due for their next email, and from whom: the follow-ups that a forecast makes room for.
 * Nobody is assumed to answer. What a condition will say is not known: it is taken for not true, which is how most
 * people go on. `startOf` says at which step somebody stands; null at the first one that writes. It keeps in mind where
 * everybody has come to, so that each forecast needs one of its own.
 */
export function followUpsOf(
  graph: StepGraph,
  { startOf, skipping }: { startOf: (person: Person) => string | null; skipping: Skipping | null },
): Required<Pick<Meanwhile, "followUp" | "dueAgain">> {
  const places = new Map<string, string>();
  const first = firstStepOf(graph);
  const stepOf = (person: Person) => {
    const place = places.get(person.id) ?? startOf(person) ?? first?.id;
    return place === undefined ? undefined : graph.steps.get(place);
  };
  return {
    followUp: (person, slot) => {
      const step = stepOf(person);
      const next = step && nextOf(graph, step);
      const found = next && sentFrom(graph, next, { at: slot.at, person, skipping });
      if (!found) return null;
      // Told apart from whoever stands at an earlier email.
      places.set(person.id, found.step.id);
      return {
        ...person,
        dueAt: found.at,
        mailboxId: slot.mailboxId,
        earlier: [...person.earlier, slot.at].sort((a, b) => a - b),
      };
    },
    dueAgain: ({ person, until, hold }) =>
      freeAgain(graph, { time: stepOf(person)?.sendTime ?? null, until, hold }),
  };
}

/** The first email on everybody's way through a campaign, whatever its conditions say. */
export const firstStepOf = (graph: StepGraph): EngineStep | null =>
  (graph.entry && emailFrom(graph, graph.entry, { at: 0, zone: graph.zone })?.step) ?? null;

/** When somebody of a zone comes to the first email of a campaign who begins it at `at`. */
export const firstEmailAt = (graph: StepGraph, at: number, zone: string): number =>
  (graph.entry && emailFrom(graph, graph.entry, { at, zone })?.at) ?? at;

/** Emails wait until `snoozedUntil` (epoch ms); the other steps do not. */
type Walk = { at: number; person: OwnTime; skipping: Skipping | null; snoozedUntil?: number };
/** `passedOver`: how many emails before it are not sent, since their turn comes on days on which none are. */
export type FirstEmail = { stepId: string | null; at: number; passedOver: number };

/** The first email that somebody gets who begins a campaign at `at`, and when it is due. */
export function firstEmailOf(graph: StepGraph, walk: Walk): FirstEmail | null {
  const { at, person, snoozedUntil = at } = walk;
  if (!graph.entry || !emailFrom(graph, graph.entry, { at, zone: person.zone }))
    return { stepId: null, at: Math.max(at, snoozedUntil), passedOver: 0 };
  const found = sentFrom(graph, graph.entry, walk);
  return found && { stepId: found.step.id, at: found.at, passedOver: found.passedOver };
}

/** The first email on the way from a step that is not passed over for its day. */
function sentFrom(graph: StepGraph, from: EngineStep, { at, person, skipping, snoozedUntil = at }: Walk) {
  const emailAt = (step: EngineStep, since: number) => {
    const email = emailFrom(graph, step, { at: since, zone: person.zone });
    if (!email) return null;
    const due = Math.max(email.at, snoozedUntil);
    const { sendTime } = email.step;
    return { ...email, at: sendTime === null ? due : nextTimeOfDay(graph.zone, due, sendTime) };
  };
  let found = emailAt(from, at);
  for (let passedOver = 0; found && passedOver < stepsMax; passedOver += 1) {
    const turn = skipping && skippedTurn(skipping, person, found.at);
    if (turn === null) return { ...found, passedOver };
    const next = nextOf(graph, found.step);
    found = next && emailAt(next, turn);
  }
  return null;
}

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
