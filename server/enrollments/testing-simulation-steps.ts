import type { Wait } from "./testing-simulation-clock.ts";

/* The steps of a simulated campaign, and what an edit makes of them: a plain list, in which each names the next. */

export type PlainStep =
  | { id: string; type: "email"; subject: string; next: string | null }
  | { id: string; type: "wait"; wait: Wait; next: string | null }
  | { id: string; type: "opened" | "in city"; city?: string; yes: string | null; no: string | null }
  | { id: string; type: "action"; next: string | null };
export type PlainSteps = Map<string, PlainStep>;

export type Edit =
  | { kind: "shorten"; step: string; days: number }
  | { kind: "reword"; step: string; subject: string }
  /** An email is put behind a step. */
  | { kind: "insert"; behind: string; step: string; subject: string }
  | { kind: "move"; step: string; behind: string }
  | { kind: "delete"; step: string };

type Onward = Extract<PlainStep, { next: string | null }>;
function onward(steps: PlainSteps, id: string): Onward {
  const step = steps.get(id);
  if (!step || !("next" in step)) throw new Error(`No step that has one way on is called ${id}.`);
  return step;
}

export function edit(steps: PlainSteps, change: Edit): void {
  if (change.kind === "insert") {
    const { step: id, behind, subject } = change;
    putBehind(steps, behind, { id, type: "email", subject, next: null });
    return;
  }
  const step = onward(steps, change.step);
  if (change.kind === "shorten" && step.type === "wait")
    steps.set(step.id, { ...step, wait: { days: change.days } });
  else if (change.kind === "reword" && step.type === "email")
    steps.set(step.id, { ...step, subject: change.subject });
  else if (change.kind === "move") {
    takeOut(steps, step);
    putBehind(steps, change.behind, step);
  } else if (change.kind === "delete") takeOut(steps, step);
  else throw new Error(`This is nothing to do to a step of the type ${step.type}: ${change.kind}.`);
}

function putBehind(steps: PlainSteps, behind: string, step: Onward): void {
  const before = onward(steps, behind);
  steps.set(step.id, { ...step, next: before.next });
  steps.set(before.id, { ...before, next: step.id });
}

/** What led to it leads to what came behind it. */
function takeOut(steps: PlainSteps, { id, next }: Onward): void {
  steps.delete(id);
  const past = (to: string | null) => (to === id ? next : to);
  for (const each of steps.values())
    steps.set(
      each.id,
      "next" in each
        ? { ...each, next: past(each.next) }
        : { ...each, yes: past(each.yes), no: past(each.no) },
    );
}
