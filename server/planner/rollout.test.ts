import fc from "fast-check";
import { expect, test } from "vitest";
import { anybody, type Person } from "./persons.ts";
import { regionsOf, rolloutLocal } from "./rollout.ts";
import { simulate } from "./simulate.ts";
import { courseWith } from "./testing.ts";
import { kindsOfZones, offsetsOf } from "./testing-transitions.ts";
import { nextOpen, type Window, weekdays } from "./window.ts";
import { dayMs, localText, parseLocal, toInstant, toLocal } from "./zone.ts";

const hourMs = 3_600_000;
const at = (text: string) => Date.parse(text);
const workdays: Window = {
  start: "09:00",
  end: "18:00",
  days: ["mon", "tue", "wed", "thu", "fri"],
  zone: "Europe/Berlin",
};
const world = ["Asia/Tokyo", "Europe/Berlin", "America/New_York"];
const begins = (window: Window, zones: string[], start: string, chosen: boolean, now = start) => {
  const local = rolloutLocal(window, zones, { from: at(start), now: at(now), chosen });
  return local === null ? null : localText(local).slice(0, 16);
};

test("everybody begins on the first day that has not begun anywhere, at the time that was chosen or the window opens", () => {
  // Tuesday, 10:00 in Berlin: in Tokyo that is past.
  expect(begins(workdays, world, "2026-11-24T09:00Z", true)).toBe("2026-11-25T10:00");
  expect(begins(workdays, world, "2026-11-24T09:00Z", false)).toBe("2026-11-25T09:00");
  expect(begins(workdays, ["Europe/Berlin", "America/New_York"], "2026-11-24T09:00Z", true)).toBe(
    "2026-11-24T10:00",
  );
  // The Monday that begins on a Sunday evening in Berlin; a Friday evening is followed by a Monday.
  expect(begins(workdays, world, "2026-11-22T22:00Z", false)).toBe("2026-11-23T09:00");
  expect(begins(workdays, world, "2026-11-27T20:00Z", true)).toBe("2026-11-30T09:00");
  const closed = [{ from: "2026-11-25", to: "2026-11-27" }];
  expect(begins({ ...workdays, closed }, world, "2026-11-24T09:00Z", true)).toBe("2026-11-30T10:00");
  expect(
    begins(
      { ...workdays, closed: [{ from: "2026-01-01", to: "2099-01-01" }] },
      world,
      "2026-11-24T09:00Z",
      true,
    ),
  ).toBeNull();
});

test("a start that was missed is made up for at its time of day, on a day that has not begun anywhere", () => {
  const zones = ["Europe/Berlin", "Europe/Lisbon"];
  const start = "2026-11-23T08:00Z";
  expect(begins(workdays, zones, start, true, "2026-11-23T08:00:20Z")).toBe("2026-11-23T09:00");
  expect(begins(workdays, zones, start, true, "2026-11-23T10:30Z")).toBe("2026-11-24T09:00");
});

test("regions come in the order of their clocks, and zones that show the same are one", () => {
  const zones = ["America/New_York", "Europe/Paris", "Asia/Kolkata", "Europe/Berlin", "Pacific/Kiritimati"];
  expect(regionsOf(zones, parseLocal("2026-11-25T09:00:00"))).toEqual([
    ["Pacific/Kiritimati"],
    ["Asia/Kolkata"],
    ["Europe/Berlin", "Europe/Paris"],
    ["America/New_York"],
  ]);
});

const kinds = kindsOfZones(at("2026-01-01T00:00Z"), at("2027-01-01T00:00Z"));
const everyZone = [
  ...kinds.map(({ zone }) => zone),
  "UTC",
  "Asia/Kolkata",
  "Pacific/Kiritimati",
  "Etc/GMT+12",
];
/** Mostly about a change of the clocks, since nothing happens at other times. */
const moment = fc.oneof(
  fc
    .tuple(
      fc.constantFrom(...kinds.flatMap(({ transitions }) => transitions)),
      fc.integer({ min: -48, max: 24 }),
    )
    .map(([change, hours]) => change.at + hours * hourMs),
  fc.integer({ min: at("2026-01-01T00:00Z"), max: at("2026-12-01T00:00Z") }),
);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom("00", "30"))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${minute}`);
const window = fc.record({
  start: time,
  end: time,
  days: fc.subarray([...weekdays], { minLength: 1 }),
  zone: fc.constantFrom(...everyZone),
});

test("in any zones, at any change of the clocks, each gets it when their clock shows that time, and nobody before the start", () => {
  fc.assert(
    fc.property(
      window,
      fc.uniqueArray(fc.constantFrom(...everyZone), { minLength: 1, maxLength: 6 }),
      moment,
      fc.boolean(),
      (shape, zones, from, chosen) => {
        const local = rolloutLocal(shape, zones, { from, now: from, chosen });
        if (local === null) throw new Error("A window that opens at all opens within a year.");
        // Nobody would have begun earlier: the days before are closed, or had begun somewhere.
        for (let day = local - dayMs; day >= toLocal(shape.zone, from) - dayMs; day -= dayMs) {
          if (toLocal(shape.zone, from) - day > dayMs) break;
          const there = toInstant(shape.zone, day);
          const open = nextOpen(shape, there);
          const passed = zones.some((zone) => toInstant(zone, day) < from);
          const earlierDay = Math.floor(day / dayMs) < Math.floor(toLocal(shape.zone, from) / dayMs);
          expect(passed || earlierDay || open === null || open.from > there).toBe(true);
        }
        const people = zones.map((zone, index): Person => ({
          ...anybody,
          id: String(index),
          dueAt: from,
          zone,
          window: { ...shape, zone },
          notBefore: toInstant(zone, local),
        }));
        const { watched } = simulate(courseWith(), people, from, {
          watch: new Set(people.map(({ id }) => id)),
        });
        const slots = people.map(({ id, zone }) => ({ zone, at: watched.get(id)?.[0]?.at ?? 0 }));
        for (const { zone, at: slot } of slots) {
          expect(slot).toBeGreaterThanOrEqual(from);
          const shown = slot + offsetsOf(zone)(slot);
          // The time that the clocks skip is the first one after it; a window within the hour they skip is another day's.
          const skipped = toLocal(zone, toInstant(zone, local)) !== local;
          if (skipped) expect(shown).toBeGreaterThan(local);
          else expect(localText(shown)).toBe(localText(local));
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("who comes later waits for the turn of where they are, and after it for the window there", () => {
  const local = parseLocal("2026-11-25T09:00:00");
  const due = (zone: string, dueAt: string) => {
    const person = { ...anybody, id: "late", dueAt: at(dueAt), zone, window: { ...workdays, zone } };
    const { slots, heldBy } = simulate(
      courseWith(),
      [{ ...person, notBefore: toInstant(zone, local) }],
      at(dueAt),
    );
    return [new Date(slots[0]?.at ?? 0).toISOString().slice(0, 16), heldBy];
  };
  expect(due("America/New_York", "2026-11-25T08:00Z")).toEqual(["2026-11-25T14:00", "rollout"]);
  expect(due("Asia/Tokyo", "2026-11-25T08:00Z")).toEqual(["2026-11-25T08:00", null]);
  expect(due("Asia/Tokyo", "2026-11-25T12:00Z")).toEqual(["2026-11-26T00:00", "recipient_window"]);
});
