import { expect, test } from "vitest";
import { bestHours, hoursOf, type Reading } from "./best-hour.ts";

const nobody = hoursOf("UTC", []);
/** The one hour of every weekday. */
function bestHour(zone: string, reading: Reading, others: readonly number[]): number | undefined {
  const [hour, ...more] = new Set(Object.values(bestHours(zone, reading, others)));
  expect(more).toEqual([]);
  return hour;
}
const days = (time: string, count: number) =>
  Array.from({ length: count }, (_, day) => Date.parse(`2026-03-${String(20 + day)}T${time}Z`));

test("the hour is that of the wall clock, whatever the clocks do meanwhile", () => {
  // Berlin changes its clocks on 29 March.
  const opened = [...days("13:10", 9), ...days("12:10", 3).map((at) => at + 9 * 86_400_000)];
  expect(bestHour("Europe/Berlin", { opened, clicked: [] }, nobody)).toBe(14);
  expect(bestHour("America/New_York", { opened, clicked: [] }, nobody)).toBe(9);
});

test("a few signs say nothing: then the others count, and without them the morning", () => {
  const opened = days("20:00", 4);
  const others = hoursOf("UTC", days("11:30", 5));
  expect(bestHour("UTC", { opened, clicked: [] }, others)).toBe(11);
  expect(bestHour("UTC", { opened, clicked: [] }, nobody)).toBe(9);
  expect(bestHour("UTC", { opened, clicked: days("20:30", 1) }, others)).toBe(20);
});

test("what somebody clicks counts beside what they open, and others decide between equal hours", () => {
  const even = [...days("08:00", 3), ...days("17:00", 3)];
  expect(bestHour("UTC", { opened: even, clicked: [] }, nobody)).toBe(8);
  expect(bestHour("UTC", { opened: even, clicked: [] }, hoursOf("UTC", days("17:00", 1)))).toBe(17);
  expect(bestHour("UTC", { opened: even, clicked: days("17:00", 2) }, nobody)).toBe(17);
});

test("what somebody does on a weekday counts a tenth for that day: it decides where the rest is close, and no further", () => {
  const weekly = (first: string, count: number) =>
    Array.from({ length: count }, (_, week) => Date.parse(first) + week * 7 * 86_400_000);
  // Mondays at eight, Saturdays at eleven.
  const even = [...weekly("2026-02-02T08:10Z", 5), ...weekly("2026-02-07T11:10Z", 5)];
  expect(bestHours("UTC", { opened: even, clicked: [] }, nobody)).toMatchObject({ mon: 8, tue: 8, sat: 11 });
  // Two opens of ten are 8 and with the weekday 18, less than the 32 of the others; four are 26 against 24.
  const mostly = (saturdays: number) => [
    ...weekly("2026-02-02T08:10Z", 10 - saturdays),
    ...weekly("2026-02-07T11:10Z", saturdays),
  ];
  expect(bestHours("UTC", { opened: mostly(2), clicked: [] }, nobody).sat).toBe(8);
  expect(bestHours("UTC", { opened: mostly(4), clicked: [] }, nobody).sat).toBe(11);
  // The weekday is the one of their own clock: Sunday evening here is Monday morning there.
  const early = [...weekly("2026-02-01T23:10Z", 5), ...weekly("2026-02-07T11:10Z", 5)];
  expect(bestHours("Asia/Tokyo", { opened: early, clicked: [] }, nobody)).toMatchObject({ mon: 8, sat: 20 });
});
