import fc from "fast-check";
import { expect, test } from "vitest";
import { spread } from "./samples.ts";

const zones = ["Pacific/Kiritimati", "Asia/Kolkata", "Europe/Berlin", "UTC", "America/New_York"];
const at = Date.parse("2026-11-23T00:00Z");

test("samples are of every zone there is, from east to west, with the first and the last of each", () => {
  const people = Array.from({ length: 40 }, (_, id) => ({
    id,
    zone: id < 37 ? "Europe/Berlin" : "Asia/Kolkata",
  }));
  expect(spread(people, 5, at).map(({ id }) => id)).toEqual([37, 38, 39, 0, 36]);
  const everywhere = people.map(({ id }) => ({ id, zone: zones[id % zones.length] ?? "UTC" }));
  expect(spread(everywhere, 3, at).map(({ zone }) => zone)).toEqual([zones[0], zones[2], zones[4]]);
});

test("samples are as many as wanted, or everybody, and nobody twice", () => {
  const people = fc.array(fc.constantFrom(...zones), { maxLength: 60 });
  fc.assert(
    fc.property(people, fc.integer({ min: 0, max: 15 }), (some, count) => {
      const found = spread(
        some.map((zone, id) => ({ id, zone })),
        count,
        at,
      );
      expect(found).toHaveLength(Math.min(count, some.length));
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
      expect(new Set(found.map(({ zone }) => zone)).size).toBe(Math.min(count, new Set(some).size));
    }),
  );
});
