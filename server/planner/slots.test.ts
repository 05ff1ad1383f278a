import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forecast } from "./forecast.ts";
import { gapAfter, nextSlot, noLimits, nothingUsed, type SlotRules, slotsFor } from "./slots.ts";
import { openOn, weekdayOf, weekdays } from "./window.ts";
import { dayMs, dayName, instantsOf, parseLocal, startOfDay, toInstant, toLocal } from "./zone.ts";

const zones = [
  "UTC",
  "Europe/Berlin",
  "America/New_York",
  "Asia/Kolkata",
  "Australia/Lord_Howe",
  "Pacific/Kiritimati",
];
const at = (text: string) => Date.parse(text);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([hours, minutes]) => `${String(hours).padStart(2, "0")}:${String(minutes).padStart(2, "0")}`);
const limit = fc.option(fc.integer({ min: 1, max: 12 }), { nil: null });
const rules: fc.Arbitrary<SlotRules> = fc
  .record({
    zone: fc.constantFrom(...zones),
    mailboxZone: fc.constantFrom(...zones),
    start: time,
    end: time,
    days: fc.subarray([...weekdays], { minLength: 1 }),
    dailyLimit: limit,
    delayMs: fc.integer({ min: 0, max: 7_200_000 }),
    mailboxDaily: limit,
    hourlyLimit: limit,
    minDelayMs: fc.integer({ min: 0, max: 600_000 }),
  })
  .map((given) => ({
    window: { start: given.start, end: given.end, days: given.days, zone: given.zone },
    zone: given.zone,
    dailyLimit: given.dailyLimit,
    delayMs: given.delayMs,
    jitter: 0.2,
    seed: "campaign",
    mailbox: {
      zone: given.mailboxZone,
      dailyLimit: given.mailboxDaily,
      hourlyLimit: given.hourlyLimit,
      minDelayMs: given.minDelayMs,
    },
  }));
// Around the changes of the clocks in spring and autumn 2026, on both halves of the globe.
const moment = fc
  .constantFrom(
    at("2026-03-07T00:00Z"),
    at("2026-03-28T00:00Z"),
    at("2026-04-04T00:00Z"),
    at("2026-10-24T00:00Z"),
  )
  .chain((base) => fc.integer({ min: 0, max: 3 * dayMs }).map((extra) => base + extra));

const counted = (keys: string[]) => {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts.values()];
};

function insideWindow({ window }: SlotRules, instant: number): boolean {
  if (!window) return true;
  const local = toLocal(window.zone, instant);
  const minutes = new Date(local).toISOString().slice(11, 16);
  const day = (ago: number) => window.days.includes(weekdayOf(local - ago * dayMs));
  if (window.start < window.end) return day(0) && minutes >= window.start && minutes < window.end;
  return (day(0) && minutes >= window.start) || (day(1) && minutes < window.end);
}

describe("slots", () => {
  test("never lie outside the window, over a cap, or too close together", () => {
    fc.assert(
      fc.property(rules, moment, (given, from) => {
        const { slots } = slotsFor(given, nothingUsed, { from, until: from + 40 * dayMs, count: 40 });
        for (const [index, slot] of slots.entries()) {
          expect(insideWindow(given, slot.at)).toBe(true);
          expect(insideWindow(given, slot.sendBefore - 1)).toBe(true);
          expect(slot.at).toBeLessThan(slot.sendBefore);
          expect(slot.day).toBe(dayName(toLocal(given.zone, slot.sendBefore - 1)));
          const before = slots[index - 1];
          if (before) {
            expect(slot.at - before.at).toBeGreaterThanOrEqual(
              Math.max(gapAfter(given, before.at), given.mailbox.minDelayMs),
            );
          }
          const nthBack =
            given.mailbox.hourlyLimit === null ? undefined : slots[index - given.mailbox.hourlyLimit];
          if (nthBack) expect(slot.at - nthBack.at).toBeGreaterThanOrEqual(3_600_000);
        }
        expect(Math.max(0, ...counted(slots.map((slot) => slot.day)))).toBeLessThanOrEqual(
          given.dailyLimit ?? Infinity,
        );
        expect(Math.max(0, ...counted(slots.map((slot) => slot.mailboxDay)))).toBeLessThanOrEqual(
          given.mailbox.dailyLimit ?? Infinity,
        );
      }),
      { numRuns: 400 },
    );
  });

  test("asked one by one or all at once, or in two halves, come out the same", () => {
    fc.assert(
      fc.property(rules, moment, fc.integer({ min: 1, max: 15 }), (given, from, half) => {
        const until = from + 40 * dayMs;
        const all = slotsFor({ ...given, mailbox: noLimits("").mailbox }, nothingUsed, {
          from,
          until,
          count: 20,
        }).slots;
        const first = all.slice(0, half);
        const days = new Map<string, number>();
        for (const slot of first) days.set(slot.day, (days.get(slot.day) ?? 0) + 1);
        const last = first.at(-1);
        if (!last) return;
        const usage = { ...nothingUsed, days, lastAt: last.at, mailboxLastAt: last.at };
        const rest = slotsFor({ ...given, mailbox: noLimits("").mailbox }, usage, {
          from: last.at,
          until,
          count: 20 - half,
        });
        expect(rest.slots.map((slot) => slot.at)).toEqual(all.slice(half).map((slot) => slot.at));
      }),
      { numRuns: 100 },
    );
  });

  test("a window over midnight belongs to the day it opens on", () => {
    const window = { start: "22:00", end: "02:00", days: ["fri"] as const, zone: "Europe/Berlin" };
    const given = { ...noLimits("x"), window, zone: window.zone };
    // Saturday 01:59 still belongs to Friday's window, 02:00 does not.
    expect(nextSlot(given, nothingUsed, at("2026-01-03T00:59Z"))?.at).toBe(at("2026-01-03T00:59Z"));
    expect(nextSlot(given, nothingUsed, at("2026-01-03T01:00Z"))?.at).toBe(at("2026-01-09T21:00Z"));
  });

  test("the hour that is repeated in autumn is used once, and one that is skipped in spring not at all", () => {
    const inside = { start: "02:15", end: "02:45", days: weekdays, zone: "Europe/Berlin" };
    const autumn = openOn(inside, at("2026-10-25T00:00Z"));
    expect(autumn).toEqual([{ from: at("2026-10-25T00:15Z"), to: at("2026-10-25T00:45Z") }]);
    expect(openOn(inside, at("2026-03-29T00:00Z"))).toEqual([]);
    // 02:30 to 04:00 is shut again while the clock shows 02:00 to 02:30 for the second time.
    expect(openOn({ ...inside, start: "02:30", end: "04:00" }, at("2026-10-25T00:00Z"))).toEqual([
      { from: at("2026-10-25T00:30Z"), to: at("2026-10-25T01:00Z") },
      { from: at("2026-10-25T01:30Z"), to: at("2026-10-25T03:00Z") },
    ]);
    // New York, Sunday 8 March: 02:15 to 03:30 opens when the clock jumps to 03:00.
    expect(
      openOn({ ...inside, start: "02:15", end: "03:30", zone: "America/New_York" }, at("2026-03-08T00:00Z")),
    ).toEqual([{ from: at("2026-03-08T07:00Z"), to: at("2026-03-08T07:30Z") }]);
  });

  test("an exhausted day gives way to the next one that the window is open on", () => {
    const window = {
      start: "09:00",
      end: "18:00",
      days: ["mon", "tue", "wed", "thu", "fri"] as const,
      zone: "Europe/Berlin",
    };
    const given = { ...noLimits("x"), window, zone: window.zone, dailyLimit: 50 };
    const usage = { ...nothingUsed, days: new Map([["2026-03-27", 50]]) };
    const slot = nextSlot(given, usage, at("2026-03-27T10:00Z"));
    expect(slot?.at).toBe(at("2026-03-30T07:00Z"));
    expect(nextSlot({ ...given, dailyLimit: 0 }, nothingUsed, at("2026-03-27T10:00Z"))).toBeNull();
  });
});

describe("local times", () => {
  test("a time in the gap is the first minute after it, and a repeated one its first occurrence", () => {
    expect(toInstant("Europe/Berlin", parseLocal("2026-03-29T02:30:00"))).toBe(at("2026-03-29T01:00Z"));
    expect(toInstant("Europe/Berlin", parseLocal("2026-10-25T02:30:00"))).toBe(at("2026-10-25T00:30Z"));
    expect(instantsOf("Europe/Berlin", parseLocal("2026-10-25T02:30:00"))).toHaveLength(2);
  });

  test("agree with the wall clock at any instant of any zone", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.integer({ min: at("2024-01-01T00:00Z"), max: at("2031-01-01T00:00Z") }),
        (zone, instant) => {
          const shown = new Intl.DateTimeFormat("sv-SE", {
            timeZone: zone,
            dateStyle: "short",
            timeStyle: "medium",
          }).format(instant);
          expect(new Date(toLocal(zone, instant)).toISOString().slice(0, 19).replace("T", " ")).toBe(shown);
        },
      ),
    );
  });
});

describe("the forecast", () => {
  const window = {
    start: "09:00",
    end: "18:00",
    days: ["mon", "tue", "wed", "thu", "fri"] as const,
    zone: "Europe/Berlin",
  };
  const fifty: SlotRules = {
    ...noLimits("x"),
    window,
    zone: window.zone,
    dailyLimit: 50,
    delayMs: 120_000,
    jitter: 0.2,
  };

  test("says when the first leaves, how many a day, and when the last one does", () => {
    const found = forecast(fifty, nothingUsed, { from: at("2026-03-21T12:00Z"), count: 500 });
    expect(found).toMatchObject({
      firstAt: new Date("2026-03-23T08:00Z"),
      hold: "outside_window",
      perDay: 50,
      days: 10,
    });
    expect(dayName(toLocal(window.zone, found?.finishesAt?.getTime() ?? 0))).toBe("2026-04-03");
  });

  test("reckons what it does not plan one by one to within a day of planning it", () => {
    const planned = slotsFor(fifty, nothingUsed, {
      from: at("2026-03-21T12:00Z"),
      until: Infinity,
      count: 2_600,
    }).slots;
    const found = forecast(fifty, nothingUsed, { from: at("2026-03-21T12:00Z"), count: 2_600 });
    expect(found?.days).toBe(new Set(planned.map((slot) => slot.day)).size);
    expect(startOfDay(found?.finishesAt?.getTime() ?? 0)).toBe(startOfDay(planned.at(-1)?.at ?? 0));
  });

  test("without limits everything leaves at once", () => {
    const found = forecast(noLimits("x"), nothingUsed, { from: 1_000, count: 1_000_000 });
    expect(found).toMatchObject({ firstAt: new Date(1_000), perDay: null, finishesAt: new Date(1_000) });
  });
});
