import { expect, test } from "vitest";
import { anybody, type Person } from "./persons.ts";
import { type Course, plan } from "./plan.ts";
import { fraction, gapAfter, type Slot } from "./slots.ts";
import { courseWith, mailboxOf, paceOf } from "./testing.ts";
import { kindsOfZones, offsetsOf, type Transition } from "./testing-transitions.ts";
import { waitEnd } from "./wait.ts";
import { type Window, weekdays } from "./window.ts";

/*
 * Around every change of the clocks of every zone from 2024 to 2030. By hand with more windows at each:
 * `SEEDS=50 npx vitest run server/planner/transitions`; `SEED=7` repeats what failed.
 */
const seeds = Number(process.env.SEEDS ?? 1);
const firstSeed = Number(process.env.SEED ?? Math.trunc(Math.random() * 1e6));

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const kinds = kindsOfZones(Date.UTC(2024, 0, 1), Date.UTC(2031, 0, 1));

/** What the wall clock shows near one transition, as if it ran on UTC. */
const wallOf =
  ({ at, before, after }: Transition) =>
  (instant: number) =>
    instant + (instant < at ? before : after);
const dateOf = (local: number) => new Date(local).toISOString().slice(0, 10);
const timeOf = (local: number) => new Date(local).toISOString().slice(11, 16);

const minutesOf = (time: string) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Tells of what a clock shows whether it stands inside of the window. One over midnight is of the day it began on. */
function insideOf({ start, end, days }: Window): (local: number) => boolean {
  const [opens, closes] = [minutesOf(start), minutesOf(end)];
  const counts = weekdays.map((name) => days.includes(name));
  // The first of January 1970 was a Thursday.
  const on = (local: number) => counts[(Math.floor(local / day) + 3) % 7] === true;
  return (local) => {
    const shown = Math.floor((local % day) / minute);
    if (opens < closes) return on(local) && shown >= opens && shown < closes;
    return (on(local) && shown >= opens) || (on(local - day) && shown < closes);
  };
}

type Case = { seed: number; zone: string; transition: Transition };
const number = ({ seed, zone, transition }: Case, what: string, least: number, most: number) =>
  least + Math.floor(fraction(`${seed}:${zone}:${transition.at}:${what}`) * (most - least + 1));

/** A window near the transition, as often as not across it or inside of the hour that is skipped or repeated. */
function windowOf(given: Case): Window {
  const { zone, transition } = given;
  const base = Math.round((transition.at + transition.before) / minute) + number(given, "from", -150, 120);
  const time = (minutes: number) => timeOf((((minutes % 1440) + 1440) % 1440) * minute);
  const length =
    number(given, "long", 0, 3) === 0 ? number(given, "length", 600, 1440) : number(given, "length", 5, 200);
  const days = weekdays.filter((_, n) => number(given, `day ${n}`, 0, 4) > 0);
  return { start: time(base), end: time(base + length), days: days.length > 0 ? days : weekdays, zone };
}

function courseOf(given: Case, window: Window, some: { dailyLimit: number | null; delayMs: number }): Course {
  const mailboxZone = kinds[number(given, "mailbox", 0, kinds.length - 1)]?.zone ?? "UTC";
  const zone = some.dailyLimit === 1 ? given.zone : mailboxZone;
  return courseWith({
    campaign: paceOf({ window, zone: given.zone, jitter: 0.2, ...some }),
    mailboxes: [mailboxOf("ana", { zone })],
  });
}
const people = (count: number): Person[] =>
  Array.from({ length: count }, (_, n) => ({ ...anybody, id: String(n).padStart(3, "0"), dueAt: 0 }));

function slotsOf(given: Case, course: Course, count: number): Slot[] {
  const { at } = given.transition;
  return plan(course, people(count), { from: at - 36 * hour, until: at + 36 * hour }).given.map(
    ({ slot }) => slot,
  );
}

function neverOutside(given: Case): void {
  const window = windowOf(given);
  const delayMs = number(given, "delay", 0, 2) * number(given, "gap", 1, 90) * minute;
  const dailyLimit = number(given, "limit", 2, 9);
  const course = courseOf(given, window, { dailyLimit, delayMs });
  const wall = wallOf(given.transition);
  const isInside = insideOf(window);
  const slots = slotsOf(given, structuredClone(course), 40);
  const wrong = slots.filter(({ at, sendBefore }, n) => {
    const before = slots[n - 1]?.at ?? -Infinity;
    return !(
      isInside(wall(at))
      && isInside(wall(sendBefore - 1))
      && dateOf(wall(sendBefore - 1)) === dateOf(wall(at))
      && at - before >= gapAfter(course.campaign, { id: "ana" }, before)
    );
  });
  expect(wrong).toEqual([]);
  const days = [...Map.groupBy(slots, ({ at }) => dateOf(wall(at))).values()];
  expect(Math.max(0, ...days.map((some) => some.length))).toBeLessThanOrEqual(dailyLimit);
}

/** With one email a day, each date on which the clock shows the window at all has exactly one. */
function oneEachDay(given: Case): void {
  const window = windowOf(given);
  const wall = wallOf(given.transition);
  const { at } = given.transition;
  const slots = slotsOf(given, courseOf(given, window, { dailyLimit: 1, delayMs: 0 }), 10);
  const isInside = insideOf(window);
  const dates = new Set<number>();
  for (let instant = at - 36 * hour; instant <= at + 36 * hour; instant += minute)
    if (isInside(wall(instant))) dates.add(Math.floor(wall(instant) / day));
  expect(slots.map((slot) => dateOf(wall(slot.at)))).toEqual([...dates].sort().map((n) => dateOf(n * day)));
}

/** A time of day comes once on each date, whatever the clocks do: where they skip it, at the first moment after. */
function onceAtEachTime(given: Case): void {
  const { zone, transition } = given;
  const wall = wallOf(transition);
  const time = timeOf(transition.at + transition.before + number(given, "time", -70, 70) * minute);
  const dates: string[] = [];
  let from = transition.at - 2 * day;
  for (let n = 0; n < 4; n += 1) {
    const { at, local } = waitEnd(zone, from, { until: "time", time });
    expect(at).toBeGreaterThan(from);
    expect(local.slice(11, 16)).toBe(time);
    if (timeOf(wall(at)) !== time) expect(at).toBe(transition.at);
    dates.push(local.slice(0, 10));
    from = at;
  }
  const expected = dates.map((_, n) => dateOf(Date.parse(dates[0] ?? "") + n * day));
  expect(dates).toEqual(expected);
}

/** Days keep the time of day, hours do not. */
function daysKeepTheTime(given: Case): void {
  const { zone, transition } = given;
  const wall = wallOf(transition);
  const from =
    transition.at - number(given, "wait from", 1, 47) * hour - number(given, "minutes", 0, 59) * minute;
  const value = number(given, "wait", 1, 2);
  const end = waitEnd(zone, from, { value, unit: "days" });
  if (end.at !== transition.at) expect(wall(end.at) - wall(from)).toBe(value * day);
  expect(waitEnd(zone, from, { value, unit: "hours" }).at - from).toBe(value * hour);
}

const guarantees = { neverOutside, oneEachDay, onceAtEachTime, daysKeepTheTime };

test(`there are kinds of zones enough, and the planner's offsets are the platform's around each change (${kinds.length} kinds)`, () => {
  expect(kinds.length).toBeGreaterThan(30);
  for (const { zone, transitions } of kinds.filter((_, n) => n % 5 === 0)) {
    const offset = offsetsOf(zone);
    for (const { at, before, after } of transitions)
      expect([offset(at - 1), offset(at)]).toEqual([before, after]);
  }
});

test.each(Object.entries(guarantees))(
  "%s, at any change of the clocks of any zone from 2024 to 2030",
  (_, guarantee) => {
    for (const { zone, transitions } of kinds)
      for (const transition of transitions)
        for (let seed = firstSeed; seed < firstSeed + seeds; seed += 1) {
          try {
            guarantee({ seed, zone, transition });
          } catch (error) {
            const where = `SEED=${seed}, ${zone} at ${new Date(transition.at).toISOString()}`;
            throw new Error(`${where}: ${error instanceof Error ? error.message : String(error)}`, {
              cause: error,
            });
          }
        }
  },
  3_600_000,
);
