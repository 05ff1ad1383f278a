import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { forecast } from "./forecast.ts";
import { anybody, type Person } from "./persons.ts";
import { type Course, plan } from "./plan.ts";
import { type CampaignPace, type Cap, gapAfter, type MailboxPace, nextSlot, type Slot } from "./slots.ts";
import { capOf, courseWith, mailboxOf, paceOf } from "./testing.ts";
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

type Change = { campaign?: Partial<CampaignPace>; mailbox?: Partial<MailboxPace>; caps?: Partial<Cap>[] };
/** A campaign and one mailbox, without limits but these. The first cap is the mailbox's. */
const course = ({ campaign, mailbox, caps = [{}] }: Change = {}): Course =>
  courseWith({
    campaign: paceOf(campaign),
    mailboxes: [
      mailboxOf("ana", {
        caps: caps.map((some, index) => capOf(index === 0 ? "mailbox" : "workspace", some)) as [
          Cap,
          ...Cap[],
        ],
        ...mailbox,
      }),
    ],
  });
const onlyMailbox = ({ mailboxes: [mailbox] }: Course): MailboxPace => {
  if (!mailbox) throw new Error("There is no mailbox.");
  return mailbox;
};
const next = (given: Course, from: number) => nextSlot(given.campaign, onlyMailbox(given), from);
const dueNow = (count: number, dueAt: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({
    ...anybody,
    id: String(index).padStart(5, "0"),
    dueAt,
  }));
/** The slots that so many people get within `days`. */
const slotsOf = (given: Course, from: number, count: number, days = 40): Slot[] =>
  plan(given, dueNow(count, from), { from, until: from + days * dayMs }).given.map(({ slot }) => slot);

const courses: fc.Arbitrary<Course> = fc
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
    wideHourly: limit,
    minDelayMs: fc.integer({ min: 0, max: 600_000 }),
  })
  .map(({ start, end, days, zone, mailboxZone, dailyLimit, delayMs, minDelayMs, ...given }) =>
    course({
      campaign: { window: { start, end, days, zone }, zone, dailyLimit, delayMs, jitter: 0.2 },
      mailbox: { zone: mailboxZone, minDelayMs },
      caps: [
        { dailyLimit: given.mailboxDaily, hourlyLimit: given.hourlyLimit },
        { hourlyLimit: given.wideHourly },
      ],
    }),
  );
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

function insideWindow({ window }: CampaignPace, instant: number): boolean {
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
      fc.property(courses, moment, (given, from) => {
        const slots = slotsOf(structuredClone(given), from, 40);
        const { campaign } = given;
        const mailbox = onlyMailbox(given);
        for (const [index, slot] of slots.entries()) {
          expect(insideWindow(campaign, slot.at)).toBe(true);
          expect(insideWindow(campaign, slot.sendBefore - 1)).toBe(true);
          expect(slot.at).toBeLessThan(slot.sendBefore);
          expect(slot.day).toBe(dayName(toLocal(campaign.zone, slot.sendBefore - 1)));
          const before = slots[index - 1];
          if (before) {
            expect(slot.at - before.at).toBeGreaterThanOrEqual(
              Math.max(gapAfter(campaign, mailbox, before.at), mailbox.minDelayMs),
            );
          }
          for (const { hourlyLimit } of mailbox.caps) {
            const nthBack = hourlyLimit === null ? undefined : slots[index - hourlyLimit];
            if (nthBack) expect(slot.at - nthBack.at).toBeGreaterThanOrEqual(3_600_000);
          }
        }
        expect(Math.max(0, ...counted(slots.map((slot) => slot.day)))).toBeLessThanOrEqual(
          campaign.dailyLimit ?? Infinity,
        );
        expect(Math.max(0, ...counted(slots.map((slot) => slot.mailboxDay)))).toBeLessThanOrEqual(
          mailbox.caps[0].dailyLimit ?? Infinity,
        );
      }),
      { numRuns: 250 },
    );
  });

  test("asked one by one or all at once, or in two halves, come out the same", () => {
    fc.assert(
      fc.property(courses, moment, fc.integer({ min: 1, max: 15 }), (given, from, half) => {
        const all = slotsOf(structuredClone(given), from, 20);
        const first = slotsOf(given, from, half);
        const last = first.at(-1);
        if (!last) return;
        const rest = slotsOf(given, last.at, 20 - half);
        expect([...first, ...rest].map((slot) => slot.at).slice(0, all.length)).toEqual(
          all.map((slot) => slot.at),
        );
      }),
      { numRuns: 100 },
    );
  });

  test("nothing lies on a closed day, wherever the window began and however long the days are closed", () => {
    const closed = fc
      .tuple(fc.integer({ min: -2, max: 40 }), fc.integer({ min: 0, max: 30 }))
      .map(([after, length]) => ({ after, length }));
    fc.assert(
      fc.property(courses, moment, closed, (given, from, { after, length }) => {
        const { campaign } = given;
        const day = (days: number) => dayName(toLocal(campaign.zone, from + days * dayMs));
        const range = { from: day(after), to: day(after + length) };
        if (campaign.window) campaign.window = { ...campaign.window, closed: [range] };
        for (const { at: slotAt } of slotsOf(given, from, 30, 90)) {
          const name = dayName(toLocal(campaign.zone, slotAt));
          expect(name < range.from || name > range.to).toBe(true);
        }
      }),
      { numRuns: 200 },
    );
    const friday = { start: "22:00", end: "02:00", days: weekdays, zone: "UTC" };
    const window = { ...friday, closed: [{ from: "2026-01-03", to: "2026-01-04" }] };
    // Friday night ends with Friday, and goes on on Monday.
    expect(next(course({ campaign: { window } }), at("2026-01-03T00:00Z"))).toMatchObject({
      at: at("2026-01-05T22:00Z"),
      hold: "blackout",
    });
  });

  test("a window over midnight belongs to the day it opens on", () => {
    const window = { start: "22:00", end: "02:00", days: ["fri"] as const, zone: "Europe/Berlin" };
    const given = course({ campaign: { window, zone: window.zone } });
    // Saturday 01:59 still belongs to Friday's window, 02:00 does not.
    expect(next(given, at("2026-01-03T00:59Z"))?.at).toBe(at("2026-01-03T00:59Z"));
    expect(next(given, at("2026-01-03T01:00Z"))?.at).toBe(at("2026-01-09T21:00Z"));
  });

  test("the hour that is repeated in autumn is used once, and one that is skipped in spring not at all", () => {
    const inside = { start: "02:15", end: "02:45", days: weekdays, zone: "Europe/Berlin" };
    const autumn = openOn(inside, at("2026-10-25T00:00Z"));
    expect(autumn).toEqual([{ from: at("2026-10-25T00:15Z"), to: at("2026-10-25T00:45Z") }]);
    expect(openOn(inside, at("2026-03-29T00:00Z"))).toEqual([]);
    // New York, Sunday 1 November: 01:15 comes first on summer time.
    expect(
      openOn({ ...inside, start: "01:15", end: "01:45", zone: "America/New_York" }, at("2026-11-01T00:00Z")),
    ).toEqual([{ from: at("2026-11-01T05:15Z"), to: at("2026-11-01T05:45Z") }]);
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
    const days = new Map([["2026-03-27", 50]]);
    const given = course({ campaign: { window, zone: window.zone, dailyLimit: 50, days } });
    expect(next(given, at("2026-03-27T10:00Z"))).toMatchObject({ at: at("2026-03-30T07:00Z") });
    expect(next(course({ campaign: { dailyLimit: 0 } }), at("2026-03-27T10:00Z"))).toBeNull();
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
  const fifty = () =>
    course({ campaign: { window, zone: window.zone, dailyLimit: 50, delayMs: 120_000, jitter: 0.2 } });

  test("says when the first leaves, how many a day, and when the last one does", () => {
    const found = forecast(fifty(), { from: at("2026-03-21T12:00Z"), count: 500 });
    expect(found).toMatchObject({
      firstAt: new Date("2026-03-23T08:00Z"),
      mailboxId: "ana",
      hold: "outside_window",
      perDay: 50,
      days: 10,
    });
    expect(dayName(toLocal(window.zone, found?.finishesAt?.getTime() ?? 0))).toBe("2026-04-03");
  });

  test("reckons what it does not plan one by one to within a day of planning it", () => {
    const planned = slotsOf(fifty(), at("2026-03-21T12:00Z"), 2_600, 400);
    const found = forecast(fifty(), { from: at("2026-03-21T12:00Z"), count: 2_600 });
    expect(found?.days).toBe(new Set(planned.map((slot) => slot.day)).size);
    expect(startOfDay(found?.finishesAt?.getTime() ?? 0)).toBe(startOfDay(planned.at(-1)?.at ?? 0));
  });

  test("without limits everything leaves at once", () => {
    const found = forecast(course(), { from: 1_000, count: 1_000_000 });
    expect(found).toMatchObject({ firstAt: new Date(1_000), perDay: null, finishesAt: new Date(1_000) });
  });
});
