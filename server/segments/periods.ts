import { DateTime } from "luxon";
import type { Condition, Span } from "./schema.ts";

/** The moment a rule is asked, and the zone whose days count. */
export type Zoned = { now: Date; zone: string };

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

/**
 * An instant as Postgres reads it. The day behind 9999-12-31 has five digits of the year, which it takes without a sign;
 * the one before 0001-01-01 is of the year 1 BC, which ISO calls 0.
 */
export function instantText(instant: Date): string {
  const year = instant.getUTCFullYear();
  const rest = instant.toISOString().slice(-"-MM-DDTHH:MM:SS.sssZ".length);
  const digits = (count: number) => String(count).padStart(4, "0");
  return year > 0 ? `${digits(year)}${rest}` : `${digits(1 - year)}${rest} BC`;
}

/** An instant as the calendar day it falls on in the zone, as `YYYY-MM-DD`; as text, days of other years lie beyond these. */
export function dayIn(instant: Date, zone: string): string {
  const day = DateTime.fromJSDate(instant, { zone });
  if (day.year > 9999) return "9999-99-99";
  return day.year < 0 ? "0000-00-00" : (day.toISODate() ?? "");
}

export type Bounds = { from?: Date; until?: Date };

/** The instants a date rule allows, `from` inclusive and `until` exclusive. */
export function dateBounds({ operator, value, field }: Condition, { now, zone }: Zoned): Bounds {
  const span = value as Span;
  const day = typeof value === "string" ? value : "";
  const [low = "", high = ""] = Array.isArray(value) ? value.map(String) : [];
  switch (operator) {
    case "on":
      return dayBounds(day, zone);
    case "before":
      return { until: dayBounds(day, zone).from };
    case "after":
      return { from: dayBounds(day, zone).until };
    case "between":
      return { from: dayBounds(low, zone).from, until: dayBounds(high, zone).until };
    case "within_last":
      return { from: shifted(now, span, -1, zone), until: new Date(now.getTime() + 1) };
    case "more_than_ago":
      return { until: shifted(now, span, -1, zone) };
    case "within_next":
      return { from: now, until: shifted(now, span, 1, zone) };
    default:
      throw new Error(`No operator ${operator} for ${field} in a tree that was validated.`);
  }
}

/** Days that are celebrated in a year, as `MM-DD`; those of earlier years come round. */
export type Round = { year: number; monthDays: string[] };

/** The days that an anniversary rule covers, per year; null for rules about anything else. */
export function anniversaries({ operator, value }: Condition, { now, zone }: Zoned): Round[] | null {
  const today = DateTime.fromJSDate(now, { zone }).startOf("day");
  const covered = (from: DateTime, count: number) =>
    roundsOf(Array.from({ length: count }, (_, ahead) => from.plus({ days: ahead })));
  switch (operator) {
    case "anniversary_today":
      return covered(today, 1);
    case "anniversary_this_month":
      return covered(today.startOf("month"), today.daysInMonth ?? 31);
    case "anniversary_within_next":
      return covered(today, (value as Span).amount);
    default:
      return null;
  }
}

function roundsOf(days: DateTime[]): Round[] {
  return [...Map.groupBy(days, (day) => day.year)].map(([year, within]) => ({
    year,
    monthDays: within.flatMap((day) =>
      // Without a 29 February, who was born on one has the 28th.
      day.month === 2 && day.day === 28 && !day.isInLeapYear ? ["02-28", "02-29"] : [day.toFormat("MM-dd")],
    ),
  }));
}
