import { nextOpen, type Window } from "./window.ts";
import { dayMs, startOfDay, toInstant, toLocal } from "./zone.ts";

/** A day with closed ones before it is looked for this far ahead. */
const daysSearched = 400;

/** A launch is a few moments behind the time that was chosen for it. */
const lateMs = 5 * 60_000;

/**
 * What every wall clock shows when a coordinated roll-out begins there: the first day from the start on, in the
 * campaign's calendar, on which the window is open and that time is still to come in all of the zones. The time of day is
 * that of the start when one was chosen, or when the window opens. Null when the window never opens. `from`: the start;
 * `now` is later where it was missed. Epoch ms.
 */
export function rolloutLocal(
  window: Window,
  zones: readonly string[],
  { from, now, chosen }: { from: number; now: number; chosen: boolean },
): number | null {
  const first = nextOpen(window, from);
  if (!first) return null;
  const today = startOfDay(toLocal(window.zone, from));
  const time = chosen
    ? timeOfDay(toLocal(window.zone, Math.max(from, first.from)))
    : timeOfDay(opensAt(window));
  const earliest = Math.max(from, now - lateMs);
  for (let day = 0; day <= daysSearched; day += 1) {
    const local = today + day * dayMs + time;
    const everywhere = zones.every((zone) => toInstant(zone, local) >= earliest);
    if (everywhere && isOpen(window, local)) return local;
  }
  return null;
}

const timeOfDay = (local: number): number => local - startOfDay(local);

function opensAt({ start }: Window): number {
  const [hours = 0, minutes = 0] = start.split(":").map(Number);
  return (hours * 60 + minutes) * 60_000;
}

function isOpen(window: Window, local: number): boolean {
  const at = toInstant(window.zone, local);
  const open = nextOpen(window, at);
  return open !== null && open.from <= at;
}

/** The zones in the order in which the roll-out comes to them; those whose clocks show the same are one region. */
export function regionsOf(zones: readonly string[], local: number): string[][] {
  const begins = (zone: string) => toInstant(zone, local);
  const sorted = [...new Set(zones)].sort((a, b) => begins(a) - begins(b) || (a < b ? -1 : 1));
  return [...Map.groupBy(sorted, begins).values()];
}
