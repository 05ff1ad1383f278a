import { expect, test } from "vitest";
import { bestHour, hoursOf } from "./best-hour.ts";

const nobody = hoursOf("UTC", []);
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
