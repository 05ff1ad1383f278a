import {
  changeWithin,
  dayMs,
  dayName,
  offsetAt,
  parseLocal,
  startOfDay,
  toInstant,
  toLocal,
} from "./zone.ts";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/** Whole days, both ends included, as `2026-12-24`. */
export type DayRange = { from: string; to: string };

/**
 * When a campaign may send. `start` and `end` are `HH:MM` wall-clock times, the end exclusive; an end before the
 * start runs over midnight and belongs to the day it began on; equal ones are the whole day. Nothing is sent on
 * `closed` days, on which a window over midnight neither begins nor goes on.
 */
export type Window = {
  start: string;
  end: string;
  days: readonly Weekday[];
  zone: string;
  closed?: readonly DayRange[];
};

/** Open time in epoch milliseconds, the end exclusive. */
export type Stretch = { from: number; to: number };

/** A window that is open on no day would be searched for ever; one that opens at all does so within this, closed days apart. */
const daysSearched = 15;

function minuteOfDay(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  if (
    hours === undefined
    || minutes === undefined
    || !(hours >= 0 && hours < 24)
    || !(minutes >= 0 && minutes < 60)
  ) {
    throw new RangeError(`${JSON.stringify(time)} is not a time of day such as 09:00.`);
  }
  return (hours * 60 + minutes) * 60_000;
}

/** The weekday of a local time. */
export function weekdayOf(local: number): Weekday {
  // The first of January 1970 was a Thursday.
  return weekdays[(((Math.floor(local / dayMs) + 3) % 7) + 7) % 7] as Weekday;
}

/** The open time that begins on the day with this local midnight: none, one stretch, or two around a repeated hour. */
export function openOn(window: Window, midnight: number): Stretch[] {
  if (!window.days.includes(weekdayOf(midnight)) || closedUntil(window, midnight) !== null) return [];
  const start = minuteOfDay(window.start);
  const end = minuteOfDay(window.end);
  const opens = midnight + start;
  const overnight = end <= start && closedUntil(window, midnight + dayMs) === null;
  const closes = midnight + (overnight ? end + dayMs : end <= start ? dayMs : end);
  const from = toInstant(window.zone, opens);
  const to = toInstant(window.zone, closes);
  if (from >= to) return [];
  const change = changeWithin(window.zone, from, to);
  if (change === null || toLocal(window.zone, change) >= opens) return [{ from, to }];
  // Clocks went back to before the opening time: shut until they show it again.
  const again = opens - offsetAt(window.zone, change);
  const stretches = [{ from, to: change }];
  if (again < to) stretches.push({ from: again, to });
  return stretches;
}

/** The local midnight after the closed days that hold this one; null for a day that is not closed. */
function closedUntil({ closed = [] }: Window, midnight: number): number | null {
  if (closed.length === 0) return null;
  const day = dayName(midnight);
  const range = closed.find(({ from, to }) => from <= day && day <= to);
  return range ? parseLocal(`${range.to}T00:00:00`) + dayMs : null;
}

/** The open stretch that holds `at`, or the next one to open; null when the window never opens. */
export function nextOpen(window: Window, at: number): Stretch | null {
  let day = startOfDay(toLocal(window.zone, at)) - dayMs;
  for (let searched = 0; searched <= daysSearched + 1;) {
    const reopens = closedUntil(window, day);
    if (reopens !== null) {
      day = reopens;
      continue;
    }
    for (const stretch of openOn(window, day)) {
      if (stretch.to > at) return stretch;
    }
    day += dayMs;
    searched += 1;
  }
  return null;
}
