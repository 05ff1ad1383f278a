import { expect, test } from "vitest";
import { backoffMs, parseDuration, parseDue, parseRetryAfter } from "./duration.ts";

const now = new Date("2026-11-21T00:00:00Z");

test("durations are the SDK's", () => {
  expect(parseDuration("1w2d3h4m5s")).toBe(((9 * 24 + 3) * 60 + 4) * 60_000 + 5000);
  expect(parseDuration("1500ms")).toBe(1500);
  expect(parseDuration("")).toBe(0);
  expect(parseDuration("2026-11-22T00:00:00.000Z")).toBeNull();
});

test("a wait is a duration or a date, and at most 366 days", () => {
  expect(parseDue("2h", now)).toEqual({ afterMs: 7_200_000 });
  expect(parseDue("2026-11-22T00:00:00.000Z", now)).toEqual({ at: new Date("2026-11-22T00:00:00Z") });
  expect(() => parseDue("soon", now)).toThrow(/neither a duration/);
  expect(() => parseDue("53w", now)).toThrow(/more than 366 days/);
  expect(() => parseDue("2028-01-01T00:00:00Z", now)).toThrow(/more than 366 days/);
});

test("a Retry-After is kept between a second and a day", () => {
  expect(parseRetryAfter("90")).toEqual({ afterMs: 90_000 });
  expect(parseRetryAfter("0")).toEqual({ afterMs: 1000 });
  expect(parseRetryAfter("9999999")).toEqual({ afterMs: 86_400_000 });
  expect(parseRetryAfter("2026-11-22T00:00:00Z")).toEqual({ at: new Date("2026-11-22T00:00:00Z") });
  expect(parseRetryAfter("whenever")).toBeNull();
  expect(parseRetryAfter(undefined)).toBeNull();
});

test("retries double up to five minutes, a quarter more or less", () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 0.5))).toEqual([1000, 2000, 4000, 8000]);
  expect(backoffMs(50, 0.5)).toBe(300_000);
  expect([backoffMs(2, 0), backoffMs(2, 1)]).toEqual([3000, 5000]);
});
