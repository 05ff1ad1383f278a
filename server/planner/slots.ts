import { nextOpen, type Window } from "./window.ts";
import { dayMs, dayName, startOfDay, toInstant, toLocal } from "./zone.ts";

/** What a campaign and its mailbox allow. A null limit is none; `window` null is always open. */
export type SlotRules = {
  window: Window | null;
  /** Days of the daily limit are the calendar days of this zone. */
  zone: string;
  dailyLimit: number | null;
  delayMs: number;
  /** Share of the delay by which it varies up and down: 0.2 makes 120 s to 96–144 s. */
  jitter: number;
  /** Makes the variation repeatable: the campaign's id. */
  seed: string;
  mailbox: { zone: string; dailyLimit: number | null; hourlyLimit: number | null; minDelayMs: number };
};

/** What has been taken already, in slots reserved or used. */
export type SlotUsage = {
  days: ReadonlyMap<string, number>;
  lastAt: number | null;
  mailboxDays: ReadonlyMap<string, number>;
  mailboxLastAt: number | null;
  /** The mailbox's latest slots, oldest first; as many as its hourly limit asks for. */
  mailboxRecent: readonly number[];
};

export const nothingUsed: SlotUsage = {
  days: new Map(),
  lastAt: null,
  mailboxDays: new Map(),
  mailboxLastAt: null,
  mailboxRecent: [],
};

export type Hold =
  "outside_window" | "daily_limit" | "spacing" | "mailbox_daily_limit" | "mailbox_hourly_limit";

/**
 * A moment to send at (epoch ms), the days whose limits it counts against, and the first moment at which it no
 * longer may be used, because the window has shut or another day's limits apply. `hold` is what kept it from
 * being earlier.
 */
export type Slot = { at: number; day: string; mailboxDay: string; sendBefore: number; hold: Hold | null };

export const noLimits = (seed: string): SlotRules => ({
  window: null,
  zone: "UTC",
  dailyLimit: null,
  delayMs: 0,
  jitter: 0,
  seed,
  mailbox: { zone: "UTC", dailyLimit: null, hourlyLimit: null, minDelayMs: 0 },
});

const hourMs = 3_600_000;
/** Every round moves the moment on; a limit of zero or a window that never opens would go round for ever. */
const roundsMax = 5_000;

/** The first slot at or after `from`, or null when the rules leave none. */
export function nextSlot(rules: SlotRules, usage: SlotUsage, from: number): Slot | null {
  const earliest = afterSpacing(rules, usage, from);
  let { at, hold } = earliest;
  for (let round = 0; round < roundsMax; round += 1) {
    const open = rules.window ? nextOpen(rules.window, at) : { from: at, to: Infinity };
    if (!open) return null;
    if (open.from > at) {
      at = open.from;
      hold = "outside_window";
    }
    const day = dayName(toLocal(rules.zone, at));
    if (rules.dailyLimit !== null && (usage.days.get(day) ?? 0) >= rules.dailyLimit) {
      at = nextDay(rules.zone, at);
      hold = "daily_limit";
      continue;
    }
    const mailboxDay = dayName(toLocal(rules.mailbox.zone, at));
    if (
      rules.mailbox.dailyLimit !== null
      && (usage.mailboxDays.get(mailboxDay) ?? 0) >= rules.mailbox.dailyLimit
    ) {
      at = nextDay(rules.mailbox.zone, at);
      hold = "mailbox_daily_limit";
      continue;
    }
    const sendBefore = Math.min(open.to, nextDay(rules.zone, at), nextDay(rules.mailbox.zone, at));
    return { at, day, mailboxDay, sendBefore, hold };
  }
  return null;
}

function afterSpacing(rules: SlotRules, usage: SlotUsage, from: number): { at: number; hold: Hold | null } {
  const { minDelayMs, hourlyLimit } = rules.mailbox;
  let at = from;
  let hold: Hold | null = null;
  const notBefore = (moment: number, reason: Hold) => {
    if (moment <= at) return;
    at = moment;
    hold = reason;
  };
  if (usage.lastAt !== null) notBefore(usage.lastAt + gapAfter(rules, usage.lastAt), "spacing");
  if (usage.mailboxLastAt !== null) notBefore(usage.mailboxLastAt + minDelayMs, "spacing");
  if (hourlyLimit !== null) {
    // The hour slides: the new slot must lie an hour after the one that is `hourlyLimit` slots back.
    const nthBack = usage.mailboxRecent.at(-hourlyLimit);
    if (nthBack !== undefined && hourlyLimit > 0) notBefore(nthBack + hourMs, "mailbox_hourly_limit");
  }
  return { at, hold };
}

/** The distance to keep after a slot: the delay, varied by the slot itself so that it is the same whoever asks. */
export function gapAfter(rules: Pick<SlotRules, "delayMs" | "jitter" | "seed">, at: number): number {
  if (rules.delayMs === 0) return 0;
  return Math.round(rules.delayMs * (1 + rules.jitter * (2 * fraction(`${rules.seed}:${at}`) - 1)));
}

/** A number in [0, 1) that the text decides (FNV-1a, mixed so that neighbours differ). */
function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  hash ^= hash >>> 16;
  return (hash >>> 0) / 2 ** 32;
}

function nextDay(zone: string, at: number): number {
  const tomorrow = toInstant(zone, startOfDay(toLocal(zone, at)) + dayMs);
  // Where clocks go back over midnight the first midnight may lie behind us.
  return tomorrow > at ? tomorrow : toInstant(zone, startOfDay(toLocal(zone, at)) + 2 * dayMs);
}

/**
 * Up to `count` slots from `from` on, none later than `until`, and where the next one after them would lie. Each
 * slot counts against the limits for those after it.
 */
export function slotsFor(
  rules: SlotRules,
  usage: SlotUsage,
  { from, until, count }: { from: number; until: number; count: number },
): { slots: Slot[]; next: Slot | null } {
  const state = {
    days: new Map(usage.days),
    lastAt: usage.lastAt,
    mailboxDays: new Map(usage.mailboxDays),
    mailboxLastAt: usage.mailboxLastAt,
    mailboxRecent: [...usage.mailboxRecent],
  };
  const slots: Slot[] = [];
  let at = from;
  for (;;) {
    const slot = nextSlot(rules, state, at);
    if (!slot || slots.length === count || slot.at > until) return { slots, next: slot };
    slots.push(slot);
    at = slot.at;
    state.days.set(slot.day, (state.days.get(slot.day) ?? 0) + 1);
    state.mailboxDays.set(slot.mailboxDay, (state.mailboxDays.get(slot.mailboxDay) ?? 0) + 1);
    state.lastAt = Math.max(slot.at, state.lastAt ?? slot.at);
    state.mailboxLastAt = Math.max(slot.at, state.mailboxLastAt ?? slot.at);
    if (rules.mailbox.hourlyLimit !== null) state.mailboxRecent.push(slot.at);
  }
}
