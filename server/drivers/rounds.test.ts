import { expect, test } from "vitest";
import { roundOf } from "./rounds.ts";

const since = new Date("2027-03-01T10:00:20.500Z");
const after = (minutes: number) => roundOf(since, new Date(since.getTime() + minutes * 60_000));

test("what is late for ten hours is called for again some twenty times, most of them in the beginning", () => {
  const rounds = Array.from({ length: 600 }, (_, minute) => after(minute));
  expect([...new Set(rounds.slice(0, 64))].map((round) => Number(round.split("+")[1]))).toEqual([
    0, 1, 2, 3, 4, 8, 16, 32,
  ]);
  expect(new Set(rounds).size).toBe(17);
  expect(new Set(rounds.slice(128)).size).toBe(8);
});

test("lateness that began at another moment is told apart, and a clock that went back counts as no lateness", () => {
  const later = new Date(since.getTime() + 1);
  expect(roundOf(later, later)).not.toBe(roundOf(since, since));
  expect(after(-5)).toBe(after(0));
});
