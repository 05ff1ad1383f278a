import { expect, test } from "vitest";
import { afterAnswers, wayOff } from "./listings.ts";

const at = (day: number) => new Date(Date.UTC(2027, 2, day, 12));

test("that a listing is over is told of for two weeks, and a list that is asked no more is forgotten", () => {
  const listed = afterAnswers([], [{ list: "A", state: "listed", words: "off" }], at(1));
  const counting = afterAnswers(listed, [{ list: "A", state: "listed", words: "off" }], at(2));
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

test("the way off a list is told in its own words, and where it has none it is its operators", () => {
  const lists = [
    { list: "A", words: "see “here”" },
    { list: "B", words: null },
  ];
  expect(wayOff(lists)).toBe("A says of it: “see 'here'”. Ask the operators of B to take it off.");
});
