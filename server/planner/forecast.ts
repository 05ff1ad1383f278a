import { anybody, type Person, type PersonalHold } from "./persons.ts";
import type { Course } from "./plan.ts";
import { daysMax, type Meanwhile, simulate } from "./simulate.ts";
import type { Hold, MailboxPace, Slot } from "./slots.ts";
import { nextOpen, openOn, type Stretch } from "./window.ts";
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
  /** The first one leaves now. */
  atOnce: boolean;
  /** What keeps the first one from leaving as soon as it is due. */
  hold: Hold | PersonalHold | null;
  perDay: number | null;
  days: number;
  finishesAt: Date | null;
};

/** So many slots are planned one by one, exactly as they will be; what lies beyond is reckoned by the day. */
export const exactMax = 2_000;

type Ask = Meanwhile & {
  from: number;
  count: number;
  /** Who they are, as far as it matters: the first ones of them, in the order in which they fall due. */
  people?: readonly Person[];
  /** Where they are not all of them: when the last of the others is due. */
  lastDueAt?: number;
};

/** With the emails of everybody who is watched, earliest first, by the person's id. */
export type Foreseen = Forecast & { watched: Map<string, Slot[]> };

/** Null when the rules leave no slot at all, or nothing is to be sent. Neither the course nor the rivals are changed. */
export function forecast(
  given: Course,
  { from, count, people, lastDueAt = from, rivals, ...meanwhile }: Ask,
): Foreseen | null {
  if (count < 1) return null;
  const course = structuredClone(given);
  const known = people ?? anybodies(Math.min(count, exactMax), from);
  const { slots, heldBy, watched } = simulate(course, known, from, {
    ...meanwhile,
    rivals: structuredClone(rivals),
  });
  const first = slots[0];
  if (!first) return null;
  const last = slots.reduce((latest, slot) => (slot.at > latest.at ? slot : latest), first);
  const sendingDays = new Set(slots.map((slot) => slot.day));
  const base = {
    count,
    firstAt: new Date(first.at),
    mailboxId: first.mailboxId,
    watched,
    atOnce: first.at <= from,
    hold: first.at > from ? (first.hold ?? heldBy) : null,
    perDay: capacityOf(course, first.at),
  };
  if (count <= known.length) {
    const finishesAt = slots.length < known.length ? null : new Date(last.at);
    return { ...base, days: sendingDays.size, finishesAt };
  }
  const left = count - slots.length;
  const sent = slots.filter((slot) => slot.day === last.day).length;
  const rest =
    base.perDay === null
      ? { days: 0, finishesAt: slots.length < known.length ? null : last.at }
      : reckon(course, { after: last.at, sent, left });
  const days = sendingDays.size + rest.days;
  if (rest.finishesAt === null) return { ...base, days, finishesAt: null };
  const latest = opensAt(course, lastDueAt);
  if (latest <= rest.finishesAt) return { ...base, days, finishesAt: new Date(rest.finishesAt) };
  return { ...base, days: days + 1, finishesAt: new Date(latest) };
}

const opensAt = ({ campaign: { window } }: Course, at: number): number =>
  Math.max(at, (window && nextOpen(window, at)?.from) ?? at);

const anybodies = (count: number, dueAt: number): Person[] =>
  Array.from({ length: count }, (_, index) => ({ ...anybody, id: String(index), dueAt }));

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
