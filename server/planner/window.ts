import { changeWithin, dayMs, offsetAt, startOfDay, toInstant, toLocal } from "./zone.ts";

export const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
export type Weekday = (typeof weekdays)[number];

/**
 * When a campaign may send. `start` and `end` are `HH:MM` wall-clock times, the end exclusive; an end before the
 * start runs over midnight and belongs to the day it began on; equal ones are the whole day.
 */
export type Window = { start: string; end: string; days: readonly Weekday[]; zone: string };

/** Open time in epoch milliseconds, the end exclusive. */
export type Stretch = { from: number; to: number };

/** A window that is open on no day would be searched for ever; one that opens at all does so within this. */
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
  if (!window.days.includes(weekdayOf(midnight))) return [];
  const start = minuteOfDay(window.start);
  const end = minuteOfDay(window.end);
  const opens = midnight + start;
  const closes = midnight + (end <= start ? end + dayMs : end);
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

/** The open stretch that holds `at`, or the next one to open; null when the window never opens. */
export function nextOpen(window: Window, at: number): Stretch | null {
  const today = startOfDay(toLocal(window.zone, at));
  for (let day = -1; day <= daysSearched; day += 1) {
    for (const stretch of openOn(window, today + day * dayMs)) {
      if (stretch.to > at) return stretch;
    }
  }
  return null;
}
