import { bestTime, type Person } from "./persons.ts";
import { type DayRange, nextOpen, type Window } from "./window.ts";
import { dayName, toLocal } from "./zone.ts";

/** Days on which emails are not sent at all, and the window as it would be were they days like any other. */
export type Skipping = { days: readonly DayRange[]; window: Window };

export type OwnTime = Pick<Person, "zone" | "window" | "notBefore" | "bestHours">;

/**
 * When the turn of an email comes that is due at `from`, if that is on a day on which it is not sent at all; else null.
 * Its turn comes when its reader's clock, the roll-out and the window let it leave. Limits are no part of it: whoever has
 * to wait for one was due before, and is not to lose their email to a long queue.
 */
export function skippedTurn({ days, window }: Skipping, person: OwnTime, from: number): number | null {
  const theirs = person.window ? { ...window, zone: person.zone } : window;
  const begins = bestTime(person, theirs, Math.max(from, person.notBefore ?? from));
  const open = nextOpen(theirs, begins);
  if (!open) return null;
  const turn = Math.max(open.from, begins);
  const day = dayName(toLocal(theirs.zone, turn));
  return days.some((range) => range.from <= day && day <= range.to) ? turn : null;
}
