import { expect, test } from "vitest";
import type { Done } from "./kills.ts";
import { shortOf } from "./report.ts";

const dealt = (count: number) => {
  const kill: Done = {
    kill: { part: "web", also: null, which: 0, moment: { afterMs: 1 } },
    ...{ stood: true, inHand: new Map(), backMs: 1 },
  };
  return [{ kills: Array.from({ length: count }, () => kill) }];
};

test("fewer kills than were asked for are no success, unless somebody chose the time; none at all never are", () => {
  expect(shortOf(dealt(5), { kills: 5, minutes: null })).toBeNull();
  expect(shortOf([...dealt(3), ...dealt(2)], { kills: 5, minutes: null })).toBeNull();
  expect(shortOf(dealt(4), { kills: 5, minutes: null })).toMatch(/^4 of 5 kills/);
  expect(shortOf(dealt(4), { kills: 5, minutes: 1 })).toBeNull();
  expect(shortOf(dealt(0), { kills: 5, minutes: 1 })).toMatch(/^Nothing was killed/);
  expect(shortOf([], { kills: 5, minutes: null })).toMatch(/^Nothing was killed/);
});
