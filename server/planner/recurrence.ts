import { weekdayOf } from "./wait.ts";
import { dayMs, dayName, startOfDay, toInstant } from "./zone.ts";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Weekday = (typeof weekdays)[number];

type Ends = { kind: "never" } | { kind: "on"; date: string } | { kind: "after"; times: number };
/** Every so many days, weeks (which begin on Monday) or months. The day that a month does not have is its last one. */
export type Recurrence = { interval: number; ends: Ends } & (
  { every: "day" } | { every: "week"; weekdays: readonly Weekday[] } | { every: "month"; monthDay: number }
);

/** `number` counts from 1; `at` is an instant, `local` what the wall clock is meant to show then. */
export type Occurrence = { number: number; at: number; local: number };

/**
 * The times of a series in their order, from the first that fits at or after `start` (a local time), whose time of day
 * they all have. It may never end. An hour that the clocks skip means the first minute after it, one that they repeat its
 * first. Those up to the number `after` are left out.
 */
export function* occurrencesOf(
  zone: string,
  start: number,
  recurrence: Recurrence,
  after = 0,
): Generator<Occurrence, void> {
  const { ends } = recurrence;
  const midnight = startOfDay(start);
  let number = 0;
  for (const day of daysOf(midnight, recurrence)) {
    if (ends.kind === "on" && dayName(day) > ends.date) return;
    if (ends.kind === "after" && number >= ends.times) return;
    number += 1;
    if (number <= after) continue;
    const local = day + (start - midnight);
    yield { number, at: toInstant(zone, local), local };
  }
}

/** The first `count` of them, or fewer. */
export function takeFirst(times: Generator<Occurrence, void>, count: number): Occurrence[] {
  const found: Occurrence[] = [];
  while (found.length < count) {
    const next = times.next();
    if (next.done) break;
    found.push(next.value);
  }
  return found;
}

/** Local midnights, without an end. */
function daysOf(start: number, recurrence: Recurrence): Generator<number> {
  switch (recurrence.every) {
    case "day":
      return stepsOf(start, recurrence.interval);
    case "week":
      return daysOfWeeks(start, recurrence);
    case "month":
      return daysOfMonths(start, recurrence);
  }
}

function* stepsOf(start: number, interval: number): Generator<number> {
  for (let day = start; ; day += interval * dayMs) yield day;
}

/** The weeks are counted from the first that has one of the days. */
function* daysOfWeeks(
  start: number,
  { interval, weekdays: names }: Extract<Recurrence, { every: "week" }>,
): Generator<number> {
  const wanted = weekdays.flatMap((name, at) => (names.includes(name) ? [at] : []));
  if (wanted.length === 0) return;
  let first = start;
  while (!wanted.includes(weekdayOf(first))) first += dayMs;
  const monday = first - weekdayOf(first) * dayMs;
  for (let week = monday; ; week += interval * 7 * dayMs) {
    for (const weekday of wanted) if (week + weekday * dayMs >= first) yield week + weekday * dayMs;
  }
}

function* daysOfMonths(
  start: number,
  { interval, monthDay }: Extract<Recurrence, { every: "month" }>,
): Generator<number> {
  const begins = new Date(start).getUTCFullYear() * 12 + new Date(start).getUTCMonth();
  const first = dayOfMonth(begins, monthDay) >= start ? begins : begins + 1;
  for (let month = first; ; month += interval) yield dayOfMonth(month, monthDay);
}

/** `month` counts from the year 0. */
function dayOfMonth(month: number, day: number): number {
  const year = Math.floor(month / 12);
  const last = new Date(Date.UTC(year, (month % 12) + 1, 0)).getUTCDate();
  return Date.UTC(year, month % 12, Math.min(day, last));
}
