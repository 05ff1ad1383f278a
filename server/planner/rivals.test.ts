import { expect, test } from "vitest";
import { forecast } from "./forecast.ts";
import { anybody, noRecipientLimits, type Person } from "./persons.ts";
import { type Course, plan } from "./plan.ts";
import type { Rival } from "./rivals.ts";
import { simulate } from "./simulate.ts";
import type { CampaignPace, Cap, MailboxPace } from "./slots.ts";
import { capOf, courseWith, mailboxOf, paceOf } from "./testing.ts";
import { dayMs } from "./zone.ts";

const hourMs = 3_600_000;
const monday = Date.parse("2026-11-23T00:00Z");

const course = (mailboxes = [mailboxOf("ana")]): Course => courseWith({ mailboxes });
const people = (count: number, some: Partial<Person> = {}): Person[] =>
  Array.from({ length: count }, (_, n) => ({
    ...anybody,
    id: String(n).padStart(4, "0"),
    dueAt: monday,
    ...some,
  }));

/** Another campaign from a mailbox, with no limits of its own but what is said. */
const rival = (due: number, its: Partial<CampaignPace> = {}, mailboxIds = ["ana"]): Rival => ({
  campaign: paceOf({ seed: "rival", ...its }),
  mailboxIds,
  due,
  later: 0,
});

test("those who come first keep their slots free", () => {
  const given = course([mailboxOf("ana", { dailyLimit: 10, minDelayMs: 60_000 })]);
  const { given: slots, next } = plan(given, people(10), {
    from: monday,
    until: monday + hourMs,
    ahead: { now: [{ own: true, emails: 7, mailboxIds: ["ana"] }], today: [] },
  });
  expect(slots.map(({ slot }) => slot.at - monday)).toEqual([7, 8, 9].map((minutes) => minutes * 60_000));
  expect(next?.at).toBe(monday + dayMs);
});

test("a campaign that sends slowly has its slots kept free and no others, also of the day's limit", () => {
  const behind = (count: number) =>
    simulate(course([mailboxOf("ana", { dailyLimit: 200, minDelayMs: 60_000 })]), people(count), monday, {
      rivals: [rival(5_000, { delayMs: 600_000 })],
    }).slots;
  expect(behind(50).at(-1)?.at).toBeLessThan(monday + 3 * hourMs);
  // The others can send 144 a day.
  const today = behind(200).filter(({ day }) => day === "2026-11-23").length;
  expect(today).toBeGreaterThan(50);
  expect(today).toBeLessThanOrEqual(200 - 144);
});

test("what several mailboxes share is kept free once for all of them", () => {
  const wide: Cap = capOf("workspace", { dailyLimit: 10 });
  const pool = ["ana", "ben", "cem", "dan"];
  const sharing = pool.map((id): MailboxPace => mailboxOf(id, { caps: [capOf("mailbox"), wide] }));
  const given = plan(course(sharing), people(20), {
    from: monday,
    until: monday + hourMs,
    ahead: { now: [], today: [{ own: false, emails: 1, mailboxIds: pool }] },
  }).given;
  expect(given).toHaveLength(9);
});

test("what a receiving domain gets a day is counted while others send beside", () => {
  const given = course();
  given.campaign.delayMs = 60_000;
  given.recipients = {
    ...noRecipientLimits(),
    domains: new Map([["big.test", { perDay: 20, perHour: null }]]),
  };
  const found = forecast(given, {
    from: monday,
    count: 100,
    people: people(100, { domain: "big.test" }),
    rivals: [rival(2_000, { delayMs: 600_000 })],
  });
  expect(found?.days).toBe(5);
});

test("what others send before a launch at a later day is behind it by then", () => {
  const given = () => course([mailboxOf("ana", { dailyLimit: 50 })]);
  const some = { from: monday + 3 * dayMs, count: 10 };
  const firstAt = (due: number) =>
    forecast(given(), { ...some, rivals: [rival(due)], since: monday })?.firstAt.getTime();
  expect(firstAt(120)).toBe(monday + 3 * dayMs);
  expect(firstAt(220)).toBe(monday + 4 * dayMs);
});

test("a forecast behind very many emails of others comes to its end soon", () => {
  const given = course([mailboxOf("ana", { dailyLimit: 50, minDelayMs: 600_000 })]);
  const rivals = Array.from({ length: 5 }, (_, n) => rival(10_000, { seed: `rival ${n}` }));
  const begun = performance.now();
  const found = forecast(given, { from: monday, count: 100, rivals });
  expect(performance.now() - begun).toBeLessThan(2_000);
  // Fifty a day, and the others' fifty thousand first.
  expect(Math.abs((found?.firstAt.getTime() ?? 0) - (monday + 1_000 * dayMs))).toBeLessThan(2 * dayMs);
});

test("a forecast changes neither the course nor those beside it, so that the next one comes to the same", () => {
  const given = course([mailboxOf("ana", { dailyLimit: 20, minDelayMs: 60_000 })]);
  const rivals = [rival(30, { dailyLimit: 10 })];
  const made = () => forecast(given, { from: monday, count: 40, people: people(40), rivals });
  expect(made()).toEqual(made());
});
