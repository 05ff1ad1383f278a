import { expect, test } from "vitest";
import { paceOf } from "./pace.tsx";

const start = { done: 1000, at: 5000 };

test.each([
  [{ done: 21_000, at: 7000 }, 50_000, { rate: 10_000, left: "3 s" }],
  [{ done: 2000, at: 6000 }, 101_000, { rate: 1000, left: "2 min" }],
  [{ done: 2000, at: 6000 }, 10_001_000, { rate: 1000, left: "3 h" }],
  [{ done: 51_000, at: 7000 }, 50_000, { rate: 25_000, left: "0 s" }],
  // Nobody can tell: nothing was done yet, no time has passed, or the whole is unknown.
  [{ done: 1000, at: 9000 }, 50_000, { rate: 0, left: null }],
  [start, 50_000, { rate: 0, left: null }],
  [{ done: 2000, at: 6000 }, null, { rate: 1000, left: null }],
  // A run that began anew counts from the start again.
  [{ done: 0, at: 6000 }, 50_000, { rate: 0, left: null }],
])("from 1,000 at 5 s to %j of %j the pace is %j", (now, total, pace) => {
  expect(paceOf(start, now, total)).toEqual(pace);
});
