import { expect, test } from "vitest";
import { afterAnswers, hasLapsed, isSuspected, standingIn, wayOff } from "./listings.ts";

const at = (day: number) => new Date(Date.UTC(2027, 2, day, 12));
const hours = (count: number) => new Date(at(1).getTime() + count * 3_600_000);

test("that a listing is over is told of for two weeks, and a list that is asked no more is forgotten", () => {
  const listed = afterAnswers([], [{ list: "A", state: "listed", words: "off" }], at(1));
  const counting = afterAnswers(listed, [{ list: "A", state: "listed", words: "off" }], hours(0.2));
  const over = afterAnswers(counting, [{ list: "A", state: "clear" }], at(3));
  expect(over).toMatchObject([{ seenAt: null, countsSince: null, endedAt: at(3).toISOString() }]);
  const clear = { list: "A", state: "clear" as const };
  expect(afterAnswers(over, [clear], at(16))).toMatchObject([{ endedAt: at(3).toISOString() }]);
  expect(afterAnswers(over, [clear], at(18))).toMatchObject([{ endedAt: null }]);
  expect(afterAnswers(counting, [], at(3))).toEqual([]);
  expect(afterAnswers(counting, [{ list: "B", state: "clear" }], at(3))).toMatchObject([
    { list: "B", countsSince: null },
  ]);
});

const listed = { list: "A", state: "listed" as const, words: "off" };
const silent = { list: "A", state: "unknown" as const, note: "It did not answer." };

test("a listing that nobody has seen for a day lapses, and counts again only when it is seen twice", () => {
  const counting = afterAnswers(afterAnswers([], [listed], hours(0)), [listed], hours(0.2));
  const seenLater = afterAnswers(counting, [listed], hours(30));
  expect(standingIn(seenLater), "however long nobody asked").toHaveLength(1);
  const still = afterAnswers(seenLater, [silent], hours(53));
  expect(standingIn(still)).toHaveLength(1);
  const lapsed = afterAnswers(still, [silent], hours(54));
  expect([standingIn(lapsed), lapsed.map(hasLapsed), lapsed.map(isSuspected)]).toEqual([[], [true], [false]]);
  expect(afterAnswers(lapsed, [silent], hours(60)).map(hasLapsed)).toEqual([true]);
  expect(afterAnswers(lapsed, [silent], hours(54 + 15 * 24)).map(hasLapsed)).toEqual([false]);
  expect(afterAnswers(lapsed, [{ list: "A", state: "clear" }], hours(60))).toMatchObject([
    { lapsedAt: null, endedAt: hours(60).toISOString() },
  ]);
  const again = afterAnswers(lapsed, [listed], hours(60));
  expect([standingIn(again), again.map(isSuspected), again.map(hasLapsed)]).toEqual([[], [true], [false]]);
  expect(standingIn(afterAnswers(again, [listed], hours(60.2)))).toHaveLength(1);
});

test("a first sight that nobody confirms within an hour is forgotten: the next one begins anew", () => {
  const seen = afterAnswers([], [listed], hours(0));
  expect(afterAnswers(seen, [silent], hours(0.9)).map(isSuspected)).toEqual([true]);
  expect(afterAnswers(seen, [silent], hours(1.1)).map(isSuspected)).toEqual([false]);
  const anew = afterAnswers(seen, [listed], hours(3));
  expect([standingIn(anew), anew.map(isSuspected)]).toEqual([[], [true]]);
  expect(standingIn(afterAnswers(anew, [listed], hours(3.2)))).toHaveLength(1);
});

test("the way off a list is told in its own words, and where it has none it is its operators", () => {
  const lists = [
    { list: "A", words: "see “here”" },
    { list: "B", words: null },
  ];
  expect(wayOff(lists)).toBe("A says of it: “see 'here'”. Ask the operators of B to take it off.");
});
