import { DateTime } from "luxon";
import type { Span } from "./schema.ts";

/** The instants between which a calendar day of a zone lies: `from` inclusive, `until` exclusive. */
export function dayBounds(day: string, zone: string): { from: Date; until: Date } {
  const start = DateTime.fromISO(day, { zone }).startOf("day");
  return { from: start.toJSDate(), until: start.plus({ days: 1 }).toJSDate() };
}

/** `now` moved by a span of wall-clock time in the zone, so that "30 days ago" crosses a clock change rightly. */
export function shifted(now: Date, span: Span, direction: -1 | 1, zone: string): Date {
  return DateTime.fromJSDate(now, { zone })
    .plus({ [span.unit]: span.amount * direction })
    .toJSDate();
}

/** An instant as the calendar day it falls on in the zone, as `YYYY-MM-DD`. */
export function dayIn(instant: Date, zone: string): string {
  return DateTime.fromJSDate(instant, { zone }).toISODate() ?? "";
}
