import fc from "fast-check";
import { DateTime } from "luxon";
import { expect, test } from "vitest";
import { waitEnd } from "./wait.ts";

const zones = [
  "Europe/Berlin",
  "America/St_Johns",
  "Australia/Lord_Howe",
  "Asia/Kathmandu",
  "Pacific/Apia",
  "UTC",
];
const zone = fc.constantFrom(...zones);
const instant = fc.integer({ min: Date.parse("2024-01-01T00:00Z"), max: Date.parse("2029-12-31T00:00Z") });
const at = (text: string) => Date.parse(text);
const shown = (name: string, ms: number) => DateTime.fromMillis(ms, { zone: name });

test("days keep the time of day over a change of the clocks, hours do not", () => {
  const from = at("2026-03-28T08:00Z");
  expect(waitEnd("Europe/Berlin", from, { value: 1, unit: "days" })).toEqual({
    at: at("2026-03-29T07:00Z"),
    local: "2026-03-29T09:00:00.000",
  });
  expect(waitEnd("Europe/Berlin", from, { value: 24, unit: "hours" }).at).toBe(at("2026-03-29T08:00Z"));
});

test.each([
  ["a day inside the week", "2026-11-24T10:00", 2, "2026-11-26T10:00"],
  ["over a weekend", "2026-11-27T10:00", 1, "2026-11-30T10:00"],
  ["from a Saturday", "2026-11-28T10:00", 1, "2026-11-30T10:00"],
  ["from a Sunday, a week on", "2026-11-29T10:00", 5, "2026-12-04T10:00"],
  ["two weeks", "2026-11-25T10:00", 10, "2026-12-09T10:00"],
])("business days: %s", (_what, from, value, end) => {
  expect(waitEnd("UTC", at(`${from}Z`), { value, unit: "business_days" }).at).toBe(at(`${end}Z`));
});

test("business days are counted as one counts them by hand", () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 40 }), (from, value) => {
      let day = shown("UTC", from);
      for (let left = value; left > 0;) {
        day = day.plus({ days: 1 });
        if (day.weekday <= 5) left -= 1;
      }
      expect(waitEnd("UTC", from, { value, unit: "business_days" }).at).toBe(day.toMillis());
    }),
  );
});

const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;

test("a time of day ends at the first later moment at which the clock shows it, on a day that counts", () => {
  fc.assert(
    fc.property(
      zone,
      instant,
      time,
      fc.subarray([...names], { minLength: 1 }),
      (name, from, clock, weekdays) => {
        const { at: end, local } = waitEnd(name, from, { until: "weekday", weekdays, time: clock });
        expect(end).toBeGreaterThan(from);
        expect(local.slice(11, 16)).toBe(clock);
        expect(weekdays).toContain(names[DateTime.fromISO(local, { zone: "UTC" }).weekday - 1]);
        // Nothing earlier fits: walk the days between by the wall clock of another library.
        for (let day = shown(name, from).startOf("day"); day.toMillis() < end; day = day.plus({ days: 1 })) {
          const [hour = 0, minute = 0] = clock.split(":").map(Number);
          const fits = day.set({ hour, minute });
          const showsIt =
            fits.toFormat("HH:mm") === clock && weekdays.includes(names[fits.weekday - 1] ?? "mon");
          if (showsIt && fits.toMillis() > from) expect(fits.toMillis()).toBeGreaterThanOrEqual(end);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test("a time reached this very moment is the next day's, one that the clocks skip is the first minute after", () => {
  const nine = at("2026-11-24T08:00Z");
  const until = (from: number, clock: string) =>
    waitEnd("Europe/Berlin", from, { until: "time", time: clock }).at;
  expect(until(nine, "09:00")).toBe(at("2026-11-25T08:00Z"));
  expect(until(nine - 1, "09:00")).toBe(nine);
  expect(until(at("2026-03-28T12:00Z"), "02:30")).toBe(at("2026-03-29T01:00Z"));
});

test("a date is the same for everybody before it, and no wait for who comes later", () => {
  const wait = { until: "date", at: "2026-12-24T09:00" } as const;
  expect(waitEnd("America/New_York", at("2026-12-01T00:00Z"), wait)).toEqual({
    at: at("2026-12-24T14:00Z"),
    local: "2026-12-24T09:00:00.000",
  });
  const late = at("2026-12-25T00:00Z");
  expect(waitEnd("America/New_York", late, wait)).toEqual({ at: late, local: "2026-12-24T19:00:00.000" });
});
