import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { nextFire, parseCron } from "./cron.ts";

/** The next fires after an instant, as wall-clock text with offset in the schedule's zone. */
function fires(expression: string, after: string, count: number): string[] {
  const schedule = parseCron(expression);
  const found: string[] = [];
  let at = new Date(after);
  for (let fire = 0; fire < count; fire++) {
    at = nextFire(schedule, at);
    found.push(DateTime.fromJSDate(at, { zone: schedule.zone }).toFormat("yyyy-MM-dd HH:mm ZZ"));
  }
  return found;
}

test("fields are steps, ranges, lists and names, in UTC unless a zone is named", () => {
  expect(fires("*/20 9-10 * * mon-fri", "2026-11-20T10:40:00Z", 3)).toEqual([
    "2026-11-23 09:00 +00:00",
    "2026-11-23 09:20 +00:00",
    "2026-11-23 09:40 +00:00",
  ]);
  expect(fires("TZ=Asia/Kolkata 30 6 1,15 * *", "2026-11-20T00:00:00Z", 2)).toEqual([
    "2026-12-01 06:30 +05:30",
    "2026-12-15 06:30 +05:30",
  ]);
  expect(fires("@daily", "2026-11-20T00:00:00Z", 1)).toEqual(["2026-11-21 00:00 +00:00"]);
});

test("a fire is always after the given instant", () => {
  expect(fires("0 9 * * *", "2026-11-20T09:00:00Z", 1)).toEqual(["2026-11-21 09:00 +00:00"]);
  expect(fires("0 9 * * *", "2026-11-20T08:59:59.999Z", 1)).toEqual(["2026-11-20 09:00 +00:00"]);
});

test("day and weekday together mean either", () => {
  expect(fires("0 0 13 * fri", "2026-11-01T00:00:00Z", 3)).toEqual([
    "2026-11-06 00:00 +00:00",
    "2026-11-13 00:00 +00:00",
    "2026-11-20 00:00 +00:00",
  ]);
});

test("a moment that the change to summer time skips is skipped", () => {
  expect(fires("TZ=Europe/Paris 30 2 * * *", "2026-03-28T00:00:00Z", 2)).toEqual([
    "2026-03-28 02:30 +01:00",
    "2026-03-30 02:30 +02:00",
  ]);
});

test("a moment that the change to winter time repeats fires once, an hourly schedule every hour", () => {
  expect(fires("TZ=Europe/Paris 30 2 * * *", "2026-10-24T20:00:00Z", 2)).toEqual([
    "2026-10-25 02:30 +02:00",
    "2026-10-26 02:30 +01:00",
  ]);
  expect(fires("TZ=Europe/Paris 0 * * * *", "2026-10-24T23:30:00Z", 3)).toEqual([
    "2026-10-25 02:00 +02:00",
    "2026-10-25 02:00 +01:00",
    "2026-10-25 03:00 +01:00",
  ]);
});

test("what cannot be read is named", () => {
  expect(() => parseCron("* * * *")).toThrow(/five fields/);
  expect(() => parseCron("61 * * * *")).toThrow(/minute in cron "61 \* \* \* \*": "61" is not within 0-59/);
  expect(() => parseCron("*/0 * * * *")).toThrow(/no valid step/);
  expect(() => parseCron("5-1 * * * *")).toThrow(/not a range/);
  expect(() => parseCron("TZ=Mars/Base 0 0 * * *")).toThrow(/not a time zone/);
  expect(() => nextFire(parseCron("0 0 31 2 *"), new Date(0))).toThrow(/does not fire/);
});
