import { expect, test } from "vitest";
import { backlogRest } from "./backlog-rest.ts";

const full = { free: 64, jobs: 64 };

test("behind a backlog a few free hands rest eight times as long as the look took, and a quarter of them never do", () => {
  const rest = backlogRest(64);
  expect(rest.left(3, 0)).toBe(0);
  rest.looked({ ...full, startedAt: 100, now: 105 });
  expect([1, 15, 16, 64].map((free) => rest.left(free, 105))).toEqual([40, 40, 0, 0]);
  expect([rest.left(1, 144), rest.left(1, 145), rest.left(1, 200)]).toEqual([1, 0, 0]);
});

test("a look that stood for seconds makes nobody wait longer than half a second", () => {
  const rest = backlogRest(64);
  rest.looked({ ...full, startedAt: 0, now: 5_000 });
  expect(rest.left(1, 5_000)).toBe(500);
});

test("being woken with all hands full ends no rest, and a look that did not fill them begins none", () => {
  const rest = backlogRest(64);
  rest.looked({ ...full, startedAt: 0, now: 5 });
  rest.looked({ free: 0, jobs: 0, startedAt: 6, now: 6 });
  expect(rest.left(1, 6)).toBe(39);
  rest.looked({ free: 16, jobs: 2, startedAt: 50, now: 60 });
  expect(rest.left(1, 60)).toBe(0);
});
