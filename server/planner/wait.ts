import { dayMs, localText, parseLocal, startOfDay, toInstant, toLocal } from "./zone.ts";

const weekdays = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
type Weekday = (typeof weekdays)[number];

export type Wait =
  | { value: number; unit: "minutes" | "hours" | "days" | "business_days" | "weeks" }
  /** The next time that the clock shows `09:00`. */
  | { until: "time"; time: string }
  | { until: "weekday"; weekdays: readonly Weekday[]; time: string }
  /** `2026-11-24T09:00`; who comes later does not wait. */
  | { until: "date"; at: string };

/** When a wait ends: the instant, and what the wall clock of the zone shows then, which is what was meant. */
export type Due = { at: number; local: string };

/**
 * The end of a wait that begins at `from`. Minutes and hours pass evenly; longer ones keep the time of day, whatever
 * the clocks do in between. A time of day that is reached this very moment is the next day's.
 */
export function waitEnd(zone: string, from: number, wait: Wait): Due {
  if ("until" in wait) {
    const local = wait.until === "date" ? parseLocal(`${wait.at}:00`) : nextTime(zone, from, wait);
    const at = Math.max(from, toInstant(zone, local));
    return { at, local: at === from ? localText(toLocal(zone, from)) : localText(local) };
  }
  const { value, unit } = wait;
  if (unit === "minutes" || unit === "hours") {
    const at = from + value * (unit === "hours" ? 3_600_000 : 60_000);
    return { at, local: localText(toLocal(zone, at)) };
  }
  const start = toLocal(zone, from);
  const days = unit === "business_days" ? businessDays(start, value) : value * (unit === "weeks" ? 7 : 1);
  const local = start + days * dayMs;
  return { at: toInstant(zone, local), local: localText(local) };
}

/** 0 is Monday. */
export const weekdayOf = (local: number) => (new Date(local).getUTCDay() + 6) % 7;

/** How many days it is to the so-manieth Monday to Friday after the day of `local`. */
function businessDays(local: number, count: number): number {
  const weekday = Math.min(weekdayOf(local), 4);
  // From a weekend one counts as from the Friday before it.
  const lead = weekday - weekdayOf(local);
  return lead + count + 2 * Math.floor((weekday + count) / 5);
}

/** The local time at which the clock next shows the time, on a day that counts; always after `from`. */
function nextTime(zone: string, from: number, wait: Extract<Wait, { time: string }>): number {
  const [hours = 0, minutes = 0] = wait.time.split(":").map(Number);
  const midnight = startOfDay(toLocal(zone, from));
  for (let day = 0; ; day += 1) {
    const local = midnight + day * dayMs + (hours * 60 + minutes) * 60_000;
    const counts =
      wait.until === "time" || wait.weekdays.some((name) => weekdays.indexOf(name) === weekdayOf(local));
    // A week holds every weekday, and the day after it a time that is still to come.
    if ((counts && toInstant(zone, local) > from) || day > 8) return local;
  }
}
