import { type Hold, nextSlot, type SlotRules, type SlotUsage, slotsFor } from "./slots.ts";
import { openOn, type Stretch } from "./window.ts";
import { dayMs, dayName, startOfDay, toInstant, toLocal } from "./zone.ts";

/**
 * What `count` emails from now on will take, sent one after the other as the rules allow. `perDay` is the most
 * that one day holds, null without limits; `days` counts days on which something is sent. `finishesAt` is null
 * when it would take longer than ten years.
 */
export type Forecast = {
  count: number;
  firstAt: Date;
  /** What keeps the first one from leaving now. */
  hold: Hold | null;
  perDay: number | null;
  days: number;
  finishesAt: Date | null;
};

/** So many slots are planned one by one, exactly as they will be; what lies beyond is reckoned by the day. */
const exactMax = 2_000;
const daysMax = 3_653;

/** Null when the rules leave no slot at all, or nothing is to be sent. */
export function forecast(
  rules: SlotRules,
  usage: SlotUsage,
  { from, count }: { from: number; count: number },
): Forecast | null {
  if (count < 1) return null;
  const first = nextSlot(rules, usage, from);
  if (!first) return null;
  const { slots } = slotsFor(rules, usage, {
    from,
    until: from + daysMax * dayMs,
    count: Math.min(count, exactMax),
  });
  const last = slots.at(-1) ?? first;
  const base = { count, firstAt: new Date(first.at), hold: first.hold, perDay: capacityOf(rules, first.at) };
  const sendingDays = new Set(slots.map((slot) => slot.day));
  if (count <= slots.length) return { ...base, days: sendingDays.size, finishesAt: new Date(last.at) };
  if (base.perDay === null) return { ...base, days: sendingDays.size, finishesAt: new Date(last.at) };
  const rest = reckon(rules, {
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

/** The most that a day with an open window holds, looking at the week from `at` on; null without limits. */
function capacityOf(rules: SlotRules, at: number): number | null {
  const today = startOfDay(toLocal(rules.zone, at));
  let most: number | null = null;
  for (let day = 0; day < 7; day += 1) {
    const capacity = dayCapacity(rules, openAt(rules, today + day * dayMs));
    if (capacity === Infinity) return null;
    most = Math.max(most ?? 0, capacity);
  }
  return most;
}

function openAt(rules: SlotRules, midnight: number): Stretch[] {
  if (rules.window) return openOn(rules.window, midnight);
  return [{ from: toInstant(rules.zone, midnight), to: toInstant(rules.zone, midnight + dayMs) }];
}

function dayCapacity(rules: SlotRules, open: Stretch[]): number {
  if (open.length === 0) return 0;
  const { dailyLimit, hourlyLimit, minDelayMs } = rules.mailbox;
  const gap = Math.max(rules.delayMs, minDelayMs);
  const length = open.reduce((sum, { from, to }) => sum + to - from, 0);
  return Math.min(
    rules.dailyLimit ?? Infinity,
    dailyLimit ?? Infinity,
    gap > 0 ? Math.ceil(length / gap) : Infinity,
    hourlyLimit !== null ? Math.ceil((length / 3_600_000) * hourlyLimit) : Infinity,
  );
}

function reckon(
  rules: SlotRules,
  { after, sent, left }: { after: number; sent: number; left: number },
): { days: number; finishesAt: number | null } {
  const today = startOfDay(toLocal(rules.zone, after));
  let remaining = left;
  let days = 0;
  for (let day = 0; day <= daysMax; day += 1) {
    const open = openAt(rules, today + day * dayMs);
    const capacity = Math.max(0, dayCapacity(rules, open) - (day === 0 ? sent : 0));
    if (capacity === 0) continue;
    if (day > 0) days += 1;
    if (remaining <= capacity)
      return { days, finishesAt: finishOn(rules, open, { after, taken: remaining }) };
    remaining -= capacity;
  }
  return { days, finishesAt: null };
}

function finishOn(
  rules: SlotRules,
  open: Stretch[],
  { after, taken }: { after: number; taken: number },
): number {
  const gap = Math.max(rules.delayMs, rules.mailbox.minDelayMs);
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

/** `2026-03-23` on the wall clock of the zone. */
export const dayText = (zone: string, at: Date): string => dayName(toLocal(zone, at.getTime()));
