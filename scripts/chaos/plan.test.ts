import { expect, test } from "vitest";
import { fateOf, lineNames, lines, parts, planRound } from "./plan.ts";

test("the same seed decides the same, another one otherwise", () => {
  expect(planRound(7, 30)).toEqual(planRound(7, 30));
  expect(planRound(7, 30)).not.toEqual(planRound(8, 30));
  expect(fateOf(7, "ana@example.test", 2)).toEqual(fateOf(7, "ana@example.test", 2));
});

test("every part is killed and every line comes up, and at a line only whom it makes sense to kill there", () => {
  const kills = Array.from({ length: 40 }, (_, seed) => planRound(seed, 12).kills).flat();
  expect(new Set(kills.map(({ part }) => part))).toEqual(new Set(parts));
  const atLines = kills.flatMap(({ part, moment }) => ("line" in moment ? [{ part, ...moment }] : []));
  expect(new Set(atLines.map(({ line }) => line))).toEqual(new Set(lineNames));
  for (const { part, line, change } of atLines) {
    expect(lines[line].parts).toContain(part);
    expect(change).toBeGreaterThan(0);
    expect(change).toBeLessThanOrEqual(lines[line].most);
  }
});

test("most messages are taken, and every other fate happens to some", () => {
  const fates = Array.from({ length: 20_000 }, (_, n) => fateOf(1, `p${n}@example.test`, 1).fate);
  expect(fates.filter((fate) => fate === "take").length).toBeGreaterThan(18_500);
  expect(new Set(fates).size).toBe(7);
});

test("now and then two different parts are killed at once, and some rounds have two of a kind", () => {
  const rounds = Array.from({ length: 40 }, (_, seed) => planRound(seed, 12));
  const both = rounds.flatMap(({ kills }) => kills.filter(({ also }) => also !== null));
  expect(both.length).toBeGreaterThan(20);
  expect(both.length).toBeLessThan(120);
  for (const { part, also } of both) expect(also).not.toBe(part);
  const twice = rounds.filter((round) => round.twice).length;
  expect(twice).toBeGreaterThan(5);
  expect(twice).toBeLessThan(30);
  expect(planRound(1, 12, "small").twice).toBe(false);
});
