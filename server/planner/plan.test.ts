import fc from "fast-check";
import { expect, test } from "vitest";
import { forecast } from "./forecast.ts";
import { anybody, noRecipientLimits, type Person } from "./persons.ts";
import { type Course, plan, type RotationStrategy } from "./plan.ts";
import { simulate } from "./simulate.ts";
import { courseWith, mailboxOf } from "./testing.ts";
import { weekdays } from "./window.ts";
import { dayMs, dayName, toLocal } from "./zone.ts";

const hourMs = 3_600_000;
const at = (text: string) => Date.parse(text);
const monday = at("2026-11-23T00:00Z");
const zones = ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati"];

const course = (mailboxes = [mailboxOf("ana")], strategy: RotationStrategy = "round_robin"): Course =>
  courseWith({ strategy, mailboxes });
const person = (index: number, some: Partial<Person> = {}): Person => ({
  ...anybody,
  id: String(index).padStart(4, "0"),
  dueAt: monday,
  ...some,
});
const people = (count: number, some: (index: number) => Partial<Person> = () => ({})) =>
  Array.from({ length: count }, (_, index) => person(index, some(index)));

test("everybody gets it within their own window, and nobody holds up the others", () => {
  const window = { start: "09:00", end: "11:00", days: weekdays, zone: "UTC" };
  const given = course();
  Object.assign(given.campaign, { delayMs: 60_000, jitter: 0.2 });
  const everybody = people(50, (index) => {
    const zone = zones[index % zones.length] ?? "UTC";
    return { zone, window: { ...window, zone } };
  });
  const first = plan(structuredClone(given), everybody, { from: at("2026-11-23T08:30Z"), until: Infinity });
  expect(new Set(first.given.map(({ person: { zone } }) => zone))).toEqual(new Set(["Europe/Berlin"]));
  expect(first.held.every(({ hold, until }) => hold === "recipient_window" && until > monday)).toBe(true);
  const { slots } = simulate(given, everybody, monday);
  expect(slots).toHaveLength(50);
  const hoursOf = (zone: string) =>
    slots.filter(({ at: slot }) => {
      const hour = new Date(toLocal(zone, slot)).getUTCHours();
      return hour >= 9 && hour < 11;
    }).length;
  expect(zones.reduce((sum, zone) => sum + hoursOf(zone), 0)).toBe(50);
});

test("whom nobody wrote to yet gets a mailbox that is fit; whoever one wrote to before goes on hearing from it", () => {
  const given = course([mailboxOf("ana", { takesNew: false }), mailboxOf("ben", { dailyLimit: 2 })]);
  const some = people(5, (index) => ({ mailboxId: index === 0 ? "ana" : null }));
  const { given: slots, waiting, next } = plan(given, some, { from: monday, until: monday + hourMs });
  expect(slots.map(({ slot }) => slot.mailboxId)).toEqual(["ana", "ben", "ben"]);
  expect(waiting).toBe(true);
  expect(next?.mailboxId).toBe("ben");
  expect(next?.hold).toBe("mailbox_daily_limit");
});

test("who has a mailbox that rests waits for it; nobody else does while another has room", () => {
  const rests = mailboxOf("ana", { restsUntil: monday + 5 * hourMs });
  const given = course([rests, mailboxOf("ben")]);
  const some = people(4, (index) => ({ mailboxId: index < 2 ? "ana" : null }));
  const { given: slots, held } = plan(given, some, { from: monday, until: monday + hourMs });
  expect(slots.map(({ slot }) => slot.mailboxId)).toEqual(["ben", "ben"]);
  expect(held.map(({ hold, until }) => [hold, until])).toEqual([
    ["own_mailbox", rests.restsUntil],
    ["own_mailbox", rests.restsUntil],
  ]);
});

test("of mailboxes with the same share, one of another domain and provider than the last goes first", () => {
  const at = (id: string, domain: string, provider = "smtp") => mailboxOf(id, { domain, provider });
  const given = course([
    at("ana", "one.test"),
    at("bea", "one.test"),
    at("cem", "two.test"),
    at("dan", "two.test", "gmail"),
  ]);
  const { given: slots } = plan(given, people(4), { from: monday, until: monday + hourMs });
  expect(slots.map(({ slot }) => slot.mailboxId)).toEqual(["ana", "dan", "cem", "bea"]);
});

test("an address gets no more than so many in any 24 hours, and never two too close together", () => {
  fc.assert(
    fc.property(
      fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
      fc.option(fc.integer({ min: 1, max: 40 }), { nil: null }),
      fc.array(fc.integer({ min: -48, max: 48 }), { maxLength: 3 }),
      (perDay, hoursApart, before) => {
        const apartMs = hoursApart === null ? null : hoursApart * hourMs;
        const taken: number[] = [];
        for (let round = 0; round < 8; round += 1) {
          const given = course();
          given.recipients = { ...noRecipientLimits(), perDay, apartMs };
          const earlier = [...before.map((hours) => monday + hours * hourMs), ...taken].sort((a, b) => a - b);
          const [slot] = simulate(given, [person(0, { earlier })], monday).slots;
          if (!slot) throw new Error("Everybody is reached in the end.");
          for (const other of earlier) expect(Math.abs(other - slot.at)).toBeGreaterThanOrEqual(apartMs ?? 0);
          const around = earlier.filter((other) => Math.abs(other - slot.at) < dayMs).length;
          expect(around).toBeLessThan(perDay ?? Infinity);
          taken.push(slot.at);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test("a receiving domain gets its share a day, on the clock of the workspace, and the others go on", () => {
  const given = course();
  given.recipients = {
    ...noRecipientLimits(),
    zone: "America/New_York",
    domains: new Map([["acme.test", { perDay: 3, perHour: null }]]),
  };
  const everybody = people(20, (index) => ({ domain: index < 10 ? "acme.test" : null }));
  const first = plan(given, everybody, { from: monday, until: monday + hourMs });
  expect(first.given).toHaveLength(13);
  expect(first.held.map(({ hold }) => hold)).toEqual(
    Array.from({ length: 7 }, () => "recipient_domain_limit"),
  );
  // The day of New York that ends five hours after this one began.
  expect(first.held[0]?.until).toBe(at("2026-11-23T05:00Z"));
  expect(first.given.map(({ recipientDay }) => recipientDay).filter(Boolean)).toEqual(
    Array.from({ length: 3 }, () => "2026-11-22"),
  );
});

test("a receiving domain gets no more than its share in any hour, as soon as it can, and the others go on", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 20 }),
      fc.array(fc.integer({ min: -59, max: -1 }), { maxLength: 6 }),
      (perHour, delayMinutes, minutes) => {
        const given = course([mailboxOf("ana", { minDelayMs: delayMinutes * 60_000 }), mailboxOf("ben")]);
        const before = minutes
          .toSorted((a, b) => a - b)
          .slice(-perHour)
          .map((minute) => monday + minute * 60_000);
        given.recipients = {
          ...noRecipientLimits(),
          domains: new Map([["acme.test", { perDay: null, perHour }]]),
          recent: new Map([["acme.test", [...before]]]),
        };
        const everybody = people(20, (index) => ({ domain: index % 4 === 3 ? null : "acme.test" }));
        const first = plan(structuredClone(given), everybody, { from: monday, until: monday + 60_000 });
        expect(first.given.filter(({ person: { domain } }) => domain === null).length).toBe(5);
        const theirs = everybody.filter(({ domain }) => domain !== null);
        const { slots } = simulate(given, theirs, monday);
        const times = [...before, ...slots.map(({ at: slot }) => slot)];
        expect(slots).toHaveLength(theirs.length);
        for (const [index, time] of times.entries()) {
          const nthBack = times[index - perHour];
          if (nthBack !== undefined) expect(time - nthBack).toBeGreaterThanOrEqual(hourMs);
        }
        // So many hours full of them, and no more.
        const last = (slots.at(-1)?.at ?? 0) - monday;
        expect(last).toBeLessThanOrEqual(Math.ceil((theirs.length + before.length) / perHour) * hourMs);
      },
    ),
    { numRuns: 60 },
  );
});

test("mailboxes of a pool send beside each other, each with the delay for itself and not in step", () => {
  const given = course([mailboxOf("ana"), mailboxOf("ben")]);
  Object.assign(given.campaign, { delayMs: 600_000, jitter: 0.2 });
  const found = forecast(given, { from: monday, count: 40 });
  const { slots } = simulate(given, people(40), monday);
  const byMailbox = [...Map.groupBy(slots, ({ mailboxId }) => mailboxId).values()];
  expect(byMailbox.map((some) => some.length)).toEqual([20, 20]);
  const gaps = byMailbox.map((some) =>
    some.slice(1).map(({ at: slot }, index) => slot - (some[index]?.at ?? 0)),
  );
  expect(Math.min(...gaps.flat())).toBeGreaterThanOrEqual(480_000);
  expect(Math.max(...gaps.flat())).toBeLessThanOrEqual(720_000);
  expect(byMailbox.map(([first]) => first?.at)).toEqual([monday, monday]);
  expect(gaps[0]).not.toEqual(gaps[1]);
  expect(found?.finishesAt?.getTime()).toBe(slots.at(-1)?.at);
  expect(found?.perDay).toBe(288);
});

test("a pool shares what it can, and whoever was written to before hears from the same mailbox", () => {
  const given = course([mailboxOf("ana"), mailboxOf("ben"), mailboxOf("cem", { dailyLimit: 2 })]);
  const fresh = plan(given, people(10), { from: monday, until: monday + hourMs }).given;
  const counts = Map.groupBy(fresh, ({ slot }) => slot.mailboxId);
  expect([...counts].map(([id, some]) => [id, some.length]).sort()).toEqual([
    ["ana", 4],
    ["ben", 4],
    ["cem", 2],
  ]);
  const pinned = people(6, (index) => ({ mailboxId: index < 3 ? "ben" : "cem" }));
  const { given: again, held, waiting } = plan(given, pinned, { from: monday, until: monday + hourMs });
  expect(again.map(({ slot }) => slot.mailboxId)).toEqual(["ben", "ben", "ben"]);
  expect(held.map(({ until, hold }) => [until, hold])).toEqual(
    Array.from({ length: 3 }, () => [monday + dayMs, "own_mailbox"]),
  );
  expect(waiting).toBe(false);
});

test("weights divide a pool, and a random one goes by the person and comes out the same again", () => {
  const share = (strategy: RotationStrategy) => {
    const given = course([mailboxOf("ana", { weight: 3 }), mailboxOf("ben")], strategy);
    const slots = plan(given, people(400), { from: monday, until: monday + hourMs }).given;
    return slots.filter(({ slot }) => slot.mailboxId === "ana").length;
  };
  expect(share("weighted")).toBe(300);
  expect(share("random")).toBe(share("random"));
  expect(Math.abs(share("random") - 200)).toBeLessThan(60);
});

test("an automatic share goes by how a mailbox stands and by what it has left of its day, exactly", () => {
  // 0.6 + 0.3 in full, and half of both: at the end of 300 both have sent nearly as their weights stand by then.
  const ana = mailboxOf("ana", { weight: 0.9, dailyLimit: 400 });
  const ben = mailboxOf("ben", { weight: 0.45, dailyLimit: 400 });
  const given = course([ana, ben], "automatic");
  const slots = plan(given, people(300), { from: monday, until: monday + hourMs }).given;
  const sentBy = (id: string) => slots.filter(({ slot }) => slot.mailboxId === id).length;
  const [much, little] = [sentBy("ana"), sentBy("ben")];
  const weight = (base: number, sent: number) => base + 0.1 * (1 - sent / 400);
  expect(much + little).toBe(300);
  // Whoever has less for their weight goes next: neither could have one more and stay behind the other.
  expect((much - 1) / weight(0.9, much - 1)).toBeLessThanOrEqual(little / weight(0.45, little));
  expect((little - 1) / weight(0.45, little - 1)).toBeLessThanOrEqual(much / weight(0.9, much));
  expect([much, little]).toEqual([193, 107]);
});

test("a pool that goes on gives new people to mailboxes that do not stand well, once no other can send that day", () => {
  const worn = mailboxOf("ana", { takesNew: false, dailyLimit: 3 });
  const of = (continues: boolean, fit = mailboxOf("ben", { dailyLimit: 2 })) => {
    const given = { ...course(structuredClone([worn, fit])), continues };
    const { given: slots, waiting } = plan(given, people(9), { from: monday, until: monday + hourMs });
    return [slots.map(({ slot }) => slot.mailboxId).join(" "), waiting];
  };
  expect(of(false)).toEqual(["ben ben", true]);
  // Its own limits hold all the same.
  expect(of(true)).toEqual(["ben ben ana ana ana", true]);
  expect(of(true, mailboxOf("ben", { restsUntil: monday + dayMs }))).toEqual(["ana ana ana", true]);
  // One that is back today is waited for.
  expect(of(true, mailboxOf("ben", { restsUntil: monday + 2 * hourMs }))).toEqual(["", true]);
  const given = { ...course([structuredClone(worn), mailboxOf("ben")]), continues: true };
  given.campaign.window = { start: "00:00", end: "01:00", days: ["mon", "tue"], zone: "UTC" };
  given.mailboxes.forEach((mailbox) => Object.assign(mailbox, { minDelayMs: 40 * 60_000 }));
  // Too late for the window is not used up.
  const evening = plan(given, people(3), { from: monday, until: monday + hourMs });
  expect(evening.given.map(({ slot }) => slot.mailboxId)).toEqual(["ben", "ben"]);
});

test("people are written to a little before they tend to read, once they are waited for", () => {
  const given = course();
  given.campaign.window = { start: "08:00", end: "18:00", days: ["mon", "tue"], zone: "Europe/Berlin" };
  const reads = (hour: number, zone = "Europe/Berlin", tue = hour) => ({
    bestHours: { mon: hour, tue, wed: hour, thu: hour, fri: hour, sat: hour, sun: hour },
    zone,
  });
  const hourOf = (some: Partial<Person>, from = at("2026-11-23T09:00Z")) => {
    const found = forecast(given, { from, count: 1, people: [person(0, { dueAt: from, ...some })] });
    return found?.firstAt.toISOString().slice(0, 16);
  };
  expect(hourOf(reads(14))).toBe("2026-11-23T12:45");
  // Their hour is now.
  expect(hourOf(reads(10))).toBe("2026-11-23T09:00");
  // Past for today.
  expect(hourOf(reads(9))).toBe("2026-11-24T07:45");
  expect(hourOf(reads(9, "America/New_York"))).toBe("2026-11-23T13:45");
  // Tomorrow is a Tuesday, on which they read later.
  expect(hourOf(reads(9, "Europe/Berlin", 16))).toBe("2026-11-24T14:45");
  // Before midnight of the day before.
  expect(hourOf({ ...reads(3, "Asia/Tokyo", 0) })).toBe("2026-11-23T14:45");
  // Never within the window: as soon as it is open.
  expect(hourOf(reads(3))).toBe("2026-11-23T09:00");
});

test("the forecast is what giving out slots bit by bit comes to", () => {
  const given = course([
    mailboxOf("ana", { dailyLimit: 40, minDelayMs: 120_000 }),
    mailboxOf("ben", { dailyLimit: 25 }),
  ]);
  given.campaign.window = {
    start: "09:00",
    end: "17:00",
    days: ["mon", "tue", "wed"],
    zone: "Europe/Berlin",
  };
  Object.assign(given.campaign, { delayMs: 90_000, jitter: 0.2, zone: "Europe/Berlin" });
  const found = forecast(given, { from: monday, count: 200 });
  const all = plan(structuredClone(given), people(200), { from: monday, until: monday + 60 * dayMs }).given;
  expect(found?.firstAt.getTime()).toBe(all[0]?.slot.at);
  expect(found?.finishesAt?.getTime()).toBe(Math.max(...all.map(({ slot }) => slot.at)));
  expect(found?.days).toBe(new Set(all.map(({ slot }) => dayName(toLocal("Europe/Berlin", slot.at)))).size);
  expect(found?.perDay).toBe(65);
});
