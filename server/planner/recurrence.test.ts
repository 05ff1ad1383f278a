import { expect, test } from "vitest";
import { occurrencesOf, type Recurrence, takeFirst } from "./recurrence.ts";
import { dayMs, localText, parseLocal, toLocal } from "./zone.ts";

const never = { kind: "never" } as const;

function locals(
  start: string,
  recurrence: Recurrence,
  { zone = "Europe/Berlin", count = 5, after = 0 } = {},
) {
  const times = occurrencesOf(zone, parseLocal(start), recurrence, after);
  return takeFirst(times, count).map(({ local }) => localText(local).slice(0, 16));
}
const utc = (zone: string, start: string, recurrence: Recurrence) =>
  takeFirst(occurrencesOf(zone, parseLocal(start), recurrence), 3).map(({ at }) =>
    new Date(at).toISOString().slice(0, 16),
  );

test("weeks are counted from the first that has one of the days, in the order of the week", () => {
  const recurrence: Recurrence = { every: "week", interval: 2, weekdays: ["wed", "mon"], ends: never };
  // A Tuesday.
  expect(locals("2026-11-24T09:00", recurrence)).toEqual([
    "2026-11-25T09:00",
    "2026-12-07T09:00",
    "2026-12-09T09:00",
    "2026-12-21T09:00",
    "2026-12-23T09:00",
  ]);
  // A Friday: neither of the two comes in its week any more.
  expect(locals("2026-11-27T09:00", recurrence, { count: 3 })).toEqual([
    "2026-11-30T09:00",
    "2026-12-02T09:00",
    "2026-12-14T09:00",
  ]);
});

test("the 31st is the last day of a month that has none, and the 31st again after it", () => {
  const last: Recurrence = { every: "month", interval: 1, monthDay: 31, ends: never };
  expect(locals("2028-01-31T08:00", last)).toEqual([
    "2028-01-31T08:00",
    "2028-02-29T08:00",
    "2028-03-31T08:00",
    "2028-04-30T08:00",
    "2028-05-31T08:00",
  ]);
  const quarterly: Recurrence = { every: "month", interval: 3, monthDay: 5, ends: never };
  expect(locals("2026-11-24T08:00", quarterly, { count: 2 })).toEqual([
    "2026-12-05T08:00",
    "2027-03-05T08:00",
  ]);
});

test("the wall clock stays over both changes; a skipped time is the first minute after it, a repeated one its first", () => {
  const daily: Recurrence = { every: "day", interval: 1, ends: never };
  expect(utc("Europe/Berlin", "2027-03-27T02:30", daily)).toEqual([
    "2027-03-27T01:30",
    "2027-03-28T01:00",
    "2027-03-29T00:30",
  ]);
  expect(utc("Europe/Berlin", "2027-10-30T02:30", daily)).toEqual([
    "2027-10-30T00:30",
    "2027-10-31T00:30",
    "2027-11-01T01:30",
  ]);
  // The other hemisphere, where the clocks change by half an hour.
  expect(utc("Australia/Lord_Howe", "2026-10-03T02:15", daily)).toEqual([
    "2026-10-02T15:45",
    "2026-10-03T15:30",
    "2026-10-04T15:15",
  ]);
  for (const zone of ["Pacific/Kiritimati", "America/St_Johns", "Asia/Kathmandu"]) {
    const found = takeFirst(occurrencesOf(zone, parseLocal("2026-01-01T23:45"), daily), 400);
    expect(found.every(({ at, local }) => toLocal(zone, at) === local)).toBe(true);
    expect(new Set(found.map(({ local }) => local % dayMs)).size).toBe(1);
  }
});

test("a series ends after so many times, or with a date that counts, and goes on behind a number", () => {
  const daily = { every: "day", interval: 3 } as const;
  const thrice: Recurrence = { ...daily, ends: { kind: "after", times: 3 } };
  expect(locals("2026-12-28T09:00", thrice)).toEqual([
    "2026-12-28T09:00",
    "2026-12-31T09:00",
    "2027-01-03T09:00",
  ]);
  expect(locals("2026-12-28T09:00", thrice, { after: 2 })).toEqual(["2027-01-03T09:00"]);
  expect(locals("2026-12-28T09:00", thrice, { after: 3 })).toEqual([]);
  const until: Recurrence = { ...daily, ends: { kind: "on", date: "2026-12-31" } };
  expect(locals("2026-12-28T09:00", until)).toEqual(["2026-12-28T09:00", "2026-12-31T09:00"]);
  expect(locals("2027-01-01T09:00", until)).toEqual([]);
});
