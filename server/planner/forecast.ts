import { keepFree } from "./claims.ts";
import { anybody, type Person, type PersonalHold } from "./persons.ts";
import { type Course, horizonMs, plan, type Plan, refillMs } from "./plan.ts";
import { type Beside, type Rival, rivalsBeside } from "./rivals.ts";
import { type Hold, type MailboxPace, nextDay, type Slot, take } from "./slots.ts";
import { openOn, type Stretch } from "./window.ts";
import { dayMs, startOfDay, toInstant, toLocal } from "./zone.ts";

/**
 * What `count` emails from now on will take, sent one after the other as the rules allow. `mailboxId` sends the first
 * one. `perDay` is the most that one day holds, null without limits; `days` counts days on which something is sent.
 * `finishesAt` is null when it would take longer than ten years.
 */
export type Forecast = {
  count: number;
  firstAt: Date;
  mailboxId: string;
  /** What keeps the first one from leaving now. */
  hold: Hold | PersonalHold | null;
  perDay: number | null;
  days: number;
  finishesAt: Date | null;
};

/** So many slots are planned one by one, exactly as they will be; what lies beyond is reckoned by the day. */
export const exactMax = 2_000;
/** As many people as a driver deals with at a time. */
const sliceSize = 1_000;
const daysMax = 3_653;

/** What else happens meanwhile. `followUp`: who is due when after somebody's slot, if anybody; they come before the others. */
export type Meanwhile = {
  rivals?: readonly Rival[];
  followUp?: (person: Person, slot: Slot) => Person | null;
};

type Ask = Meanwhile & {
  from: number;
  count: number;
  /** Who they are, as far as it matters: the first ones of them, in the order in which they fall due. */
  people?: readonly Person[];
};

/** Null when the rules leave no slot at all, or nothing is to be sent. The course is not changed. */
export function forecast(given: Course, { from, count, people, ...meanwhile }: Ask): Forecast | null {
  if (count < 1) return null;
  const course = structuredClone(given);
  const known = people ?? anybodies(Math.min(count, exactMax), from);
  const { slots, heldBy } = simulate(course, known, from, meanwhile);
  const first = slots[0];
  if (!first) return null;
  const last = slots.reduce((latest, slot) => (slot.at > latest.at ? slot : latest), first);
  const sendingDays = new Set(slots.map((slot) => slot.day));
  const base = {
    count,
    firstAt: new Date(first.at),
    mailboxId: first.mailboxId,
    hold: first.at > from ? (first.hold ?? heldBy) : null,
    perDay: capacityOf(course, first.at),
  };
  if (count <= known.length || base.perDay === null) {
    const finishesAt = slots.length < known.length ? null : new Date(last.at);
    return { ...base, days: sendingDays.size, finishesAt };
  }
  const rest = reckon(course, {
    after: last.at,
    sent: slots.filter((slot) => slot.day === last.day).length,
    left: count - slots.length,
  });
  return {
    ...base,
    days: sendingDays.size + rest.days,
    finishesAt: rest.finishesAt === null ? null : new Date(rest.finishesAt),
  };
}

const anybodies = (count: number, dueAt: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({ ...anybody, id: String(index), dueAt }));

/**
 * The slots that these people will be given, earliest first, by doing what the driver of their step does: it gives out
 * what the horizon holds, and looks again when that is used up or somebody falls due. `heldBy` kept the first of them.
 */
export function simulate(
  course: Course,
  people: readonly Person[],
  from: number,
  { rivals = [], followUp }: Meanwhile = {},
): { slots: Slot[]; heldBy: PersonalHold | null } {
  const end = from + daysMax * dayMs;
  const slots: Slot[] = [];
  let heldBy: PersonalHold | null = null;
  let waiting = [...people];
  let followUps: Person[] = [];
  const beside = rivalsBeside(course, rivals, from);
  let now = from;
  while (waiting.length > 0 && now < end) {
    const due = dueOf(waiting, now);
    const again = dueOf(followUps, now);
    if (due.length === 0 && again.length === 0) {
      now = Math.min(...[...waiting, ...followUps].map(({ dueAt }) => dueAt));
      continue;
    }
    const until = now + horizonMs;
    const ahead = beside.serve(now);
    const first = again.length > 0 ? plan(course, again, { from: now, until }) : null;
    const round = first?.waiting ? null : planKeeping(course, due, { now, until, followUps, ahead, beside });
    if (slots.length === 0 && round?.given.length === 0) heldBy ??= round.held[0]?.hold ?? null;
    slots.push(...(round?.given ?? []).map(({ slot }) => slot));
    followUps = without(followUps, first);
    waiting = without(waiting, round);
    for (const { person, slot } of [...(first?.given ?? []), ...(round?.given ?? [])]) {
      const next = followUp?.(person, slot);
      if (next) followUps.push(next);
    }
    const full = first?.waiting ? first : round;
    if (!full?.waiting) continue;
    if (!full.next) break;
    now = Math.max(now + 1_000, full.next.at - refillMs);
  }
  return { slots: slots.sort((a, b) => a.at - b.at), heldBy };
}

/** As many as a driver deals with at a time. */
function dueOf(people: Person[], now: number): Person[] {
  people.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
  const firstLater = people.findIndex(({ dueAt }) => dueAt > now);
  return people.slice(0, Math.min(firstLater < 0 ? people.length : firstLater, sliceSize));
}

/** Those who are left: without whoever got a slot, and with whoever is held due when that is over. */
function without(people: Person[], round: Plan | null): Person[] {
  if (!round) return people;
  const gone = new Set(round.given.map(({ person }) => person));
  const later = new Map(
    round.held.map(({ person, until, hold }) => [person, heldUntil(person, until, hold)]),
  );
  return people.flatMap((person) => (gone.has(person) ? [] : [later.get(person) ?? person]));
}

type Round = { now: number; until: number; followUps: readonly Person[]; ahead: number; beside: Beside };

/** Plans first emails, with the day's limits kept free for what comes before them later in the day. */
function planKeeping(
  course: Course,
  due: readonly Person[],
  { now, until, followUps, ahead, beside }: Round,
): Plan {
  const tomorrow = nextDay(course.campaign.zone, until);
  const own = followUps.filter(({ dueAt }) => dueAt > now && dueAt < tomorrow).length;
  keepFree(course, until, { own: true, emails: own });
  keepFree(course, until, { own: false, emails: beside.laterToday });
  // Slots that are left to others are only looked at: they are taken when their own turn comes.
  const scratch = ahead > 0 ? structuredClone(course) : course;
  const round = plan(scratch, due, { from: now, until, ahead: { own: 0, others: ahead } });
  if (scratch !== course) for (const { slot } of round.given) takeAgain(course, slot);
  keepFree(course, until, { own: false, emails: -beside.laterToday });
  keepFree(course, until, { own: true, emails: -own });
  return round;
}

function takeAgain({ campaign, mailboxes }: Course, slot: Slot): void {
  const mailbox = mailboxes.find(({ id }) => id === slot.mailboxId);
  if (mailbox) take(campaign, mailbox, slot);
}

/** Nobody is held for their best hour twice. */
const heldUntil = (person: Person, until: number, hold: string): Person => ({
  ...person,
  dueAt: until,
  bestMinute: hold === "best_hour" ? null : person.bestMinute,
});

/** The most that a day with an open window holds, looking at the week from `at` on; null without limits. */
function capacityOf(course: Course, at: number): number | null {
  const today = startOfDay(toLocal(course.campaign.zone, at));
  let most: number | null = null;
  for (let day = 0; day < 7; day += 1) {
    const capacity = dayCapacity(course, openAt(course, today + day * dayMs));
    if (capacity === Infinity) return null;
    most = Math.max(most ?? 0, capacity);
  }
  return most;
}

function openAt({ campaign: { window, zone } }: Course, midnight: number): Stretch[] {
  if (window) return openOn(window, midnight);
  return [{ from: toInstant(zone, midnight), to: toInstant(zone, midnight + dayMs) }];
}

function dayCapacity({ campaign, mailboxes }: Course, open: Stretch[]): number {
  if (open.length === 0) return 0;
  const length = open.reduce((sum, { from, to }) => sum + to - from, 0);
  const { dailyLimit, delayMs } = campaign;
  const each = mailboxes.map((mailbox) => mailboxCapacity(mailbox, length, delayMs));
  const wide = [...new Set(mailboxes.flatMap(({ caps }) => caps))].filter(({ of }) => of === "workspace");
  return Math.min(
    dailyLimit ?? Infinity,
    each.reduce((sum, capacity) => sum + capacity, 0),
    ...wide.map((cap) => capCapacity(cap, length)),
  );
}

const mailboxCapacity = ({ minDelayMs, caps }: MailboxPace, length: number, delayMs: number): number =>
  Math.min(perGap(length, Math.max(minDelayMs, delayMs)), ...caps.map((cap) => capCapacity(cap, length)));

const perGap = (length: number, gapMs: number) => (gapMs > 0 ? Math.ceil(length / gapMs) : Infinity);

const capCapacity = ({ dailyLimit, hourlyLimit }: MailboxPace["caps"][number], length: number): number =>
  Math.min(
    dailyLimit ?? Infinity,
    hourlyLimit === null ? Infinity : Math.ceil((length / 3_600_000) * hourlyLimit),
  );

function reckon(
  course: Course,
  { after, sent, left }: { after: number; sent: number; left: number },
): { days: number; finishesAt: number | null } {
  const today = startOfDay(toLocal(course.campaign.zone, after));
  let remaining = left;
  let days = 0;
  for (let day = 0; day <= daysMax; day += 1) {
    const open = openAt(course, today + day * dayMs);
    const capacity = Math.max(0, dayCapacity(course, open) - (day === 0 ? sent : 0));
    if (capacity === 0) continue;
    if (day > 0) days += 1;
    if (remaining <= capacity)
      return { days, finishesAt: finishOn(course, open, { after, taken: remaining }) };
    remaining -= capacity;
  }
  return { days, finishesAt: null };
}

function finishOn(
  { campaign, mailboxes }: Course,
  open: Stretch[],
  { after, taken }: { after: number; taken: number },
): number {
  const each = Math.min(...mailboxes.map(({ minDelayMs }) => Math.max(minDelayMs, campaign.delayMs)));
  const gap = each / Math.max(1, mailboxes.length);
  const opens = Math.max(open[0]?.from ?? after, after);
  const closes = (open.at(-1)?.to ?? opens + 1) - 1;
  return Math.min(opens + (taken - 1) * gap, Math.max(opens, closes));
}

/** `Mon 23 Mar, 09:00` on the wall clock of the zone. */
export function clockText(zone: string, at: Date): string {
  const local = toLocal(zone, at.getTime());
  const [weekday, day, month] = new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    weekday: "short",
    day: "numeric",
    month: "short",
  })
    .formatToParts(local)
    .filter((part) => part.type !== "literal")
    .map((part) => part.value);
  return `${weekday} ${day} ${month}, ${dayTime(local)}`;
}

const dayTime = (local: number) => `${new Date(local).toISOString().slice(11, 16)}`;
