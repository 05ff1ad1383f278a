import { DateTime } from "luxon";

/*
 * Days, windows and waits, reckoned plainly, with another library's idea of time than the product's. Moments are epoch
 * ms; where a clock matters its zone is told.
 */

export const dayMs = 86_400_000;

export type Wait =
  { hours: number } | { days: number } | { businessDays: number } | { weekday: number; hour: number };

/** Whole days, both included, on which emails wait for the next other one, or are not sent later either. */
export type ClosedDays = { from: string; to: string; instead: "later" | "never" };

export const dayOf = (zone: string, at: number): string =>
  DateTime.fromMillis(at, { zone }).toISODate() ?? "";
export const endOfDay = (zone: string, at: number): number =>
  DateTime.fromMillis(at, { zone }).endOf("day").toMillis();

const isAmong = (day: string, closed: readonly ClosedDays[]) =>
  closed.some(({ from, to }) => from <= day && day <= to);

/** Monday to Friday, six to eight in the evening, on days that are not closed. */
export function isOpen(zone: string, at: number, closed: readonly ClosedDays[]): boolean {
  const local = DateTime.fromMillis(at, { zone });
  const isWindow = local.weekday <= 5 && local.hour >= 6 && local.hour < 20;
  return isWindow && !isAmong(local.toISODate() ?? "", closed);
}

/**
 * When the turn of an email comes that somebody reached at `from`, if that is on a day on which it is not sent at all; else
 * null. Days on which emails wait put a turn off as a night does.
 */
export function lostTurn(zone: string, from: number, closed: readonly ClosedDays[]): number | null {
  const never = closed.filter(({ instead }) => instead === "never");
  if (never.length === 0) return null;
  const waiting = closed.filter(({ instead }) => instead === "later");
  let turn = from;
  while (!isOpen(zone, turn, waiting)) {
    const at = DateTime.fromMillis(turn, { zone });
    const morning = at.startOf("day").set({ hour: 6 });
    turn = (at < morning ? morning : morning.plus({ days: 1 })).toMillis();
  }
  return isAmong(dayOf(zone, turn), never) ? turn : null;
}

export function endOf(zone: string, from: number, wait: Wait): number {
  const start = DateTime.fromMillis(from, { zone });
  if ("hours" in wait) return from + wait.hours * 3_600_000;
  if ("days" in wait) return start.plus({ days: wait.days }).toMillis();
  if ("weekday" in wait) {
    let day = start.startOf("day").set({ hour: wait.hour });
    while (day.weekday !== wait.weekday || day <= start) day = day.plus({ days: 1 });
    return day.toMillis();
  }
  let day = start;
  for (let left = wait.businessDays; left > 0; left -= day.weekday <= 5 ? 1 : 0) day = day.plus({ days: 1 });
  return day.toMillis();
}
