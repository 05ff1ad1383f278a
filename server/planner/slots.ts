import { nextOpen, type Window } from "./window.ts";
import { dayMs, dayName, startOfDay, toInstant, toLocal } from "./zone.ts";

/**
 * What a campaign allows, and what it has taken already, in slots given out or used. A null limit is none; `window`
 * null is always open. The daily limit counts calendar days of `zone`; the delay is kept by each mailbox for itself.
 */
export type CampaignPace = {
  window: Window | null;
  zone: string;
  dailyLimit: number | null;
  delayMs: number;
  /** Share of the delay by which it varies up and down: 0.2 makes 120 s to 96–144 s. */
  jitter: number;
  /** Makes the variation repeatable: the campaign's id. */
  seed: string;
  days: Map<string, number>;
};

export type CapOwner = "mailbox" | "domain" | "workspace";

/**
 * What a mailbox, all those of its domain, or all of the workspace may send, and have. Mailboxes that share a cap share
 * the object. `recent`: the latest slots, oldest first, as many as the hourly limit asks for.
 */
export type Cap = {
  of: CapOwner;
  dailyLimit: number | null;
  hourlyLimit: number | null;
  days: Map<string, number>;
  recent: number[];
};

/**
 * The first cap is the mailbox's own. Days of all its caps are the calendar days of `zone`. `lastAt` is its latest slot,
 * `lastOwnAt` the latest of this campaign.
 */
export type MailboxPace = {
  id: string;
  zone: string;
  minDelayMs: number;
  lastAt: number | null;
  lastOwnAt: number | null;
  /** Share of a pool: one with 2 gets twice as much as one with 1. Of an automatic one, what its health and warm-up come to. */
  weight: number;
  /** It sends nothing before, though it will then (epoch ms); null for one that can send now. */
  restsUntil: number | null;
  /** Whether it writes to people whom no mailbox of the pool has written to yet. */
  takesNew: boolean;
  provider: string;
  domain: string;
  caps: readonly [Cap, ...Cap[]];
};

export type Hold =
  | "outside_window"
  | "blackout"
  | "daily_limit"
  | "spacing"
  | "mailbox_rests"
  | `${CapOwner}_daily_limit`
  | `${CapOwner}_hourly_limit`;

/**
 * A moment to send at (epoch ms), from which mailbox, the days whose limits it counts against, and the first moment at
 * which it no longer may be used, because the window has shut or another day's limits apply. `hold` is what kept it
 * from being earlier.
 */
export type Slot = {
  at: number;
  mailboxId: string;
  day: string;
  mailboxDay: string;
  sendBefore: number;
  hold: Hold | null;
};

export const hourMs = 3_600_000;
/** Every round moves the moment on; a limit of zero or a window that never opens would go round for ever. */
const roundsMax = 5_000;

/** The first slot of a mailbox at or after `from`, or null when the rules leave none. */
export function nextSlot(campaign: CampaignPace, mailbox: MailboxPace, from: number): Slot | null {
  let { at, hold } = afterSpacing(campaign, mailbox, from);
  for (let round = 0; round < roundsMax; round += 1) {
    const open = campaign.window ? nextOpen(campaign.window, at) : { from: at, to: Infinity };
    if (!open) return null;
    if (open.from > at) {
      hold = campaign.window ? shutBy(campaign.window, at, open.from) : hold;
      at = open.from;
    }
    const day = dayName(toLocal(campaign.zone, at));
    if (campaign.dailyLimit !== null && (campaign.days.get(day) ?? 0) >= campaign.dailyLimit) {
      at = nextDay(campaign.zone, at);
      hold = "daily_limit";
      continue;
    }
    const mailboxDay = dayName(toLocal(mailbox.zone, at));
    const full = mailbox.caps.find(
      (cap) => cap.dailyLimit !== null && (cap.days.get(mailboxDay) ?? 0) >= cap.dailyLimit,
    );
    if (full) {
      at = nextDay(mailbox.zone, at);
      hold = `${full.of}_daily_limit`;
      continue;
    }
    const sendBefore = Math.min(open.to, nextDay(campaign.zone, at), nextDay(mailbox.zone, at));
    return { at, mailboxId: mailbox.id, day, mailboxDay, sendBefore, hold };
  }
  return null;
}

/** Whether the hours of the window keep it shut, or the days on which nothing is sent. */
function shutBy(window: Window, at: number, opensAt: number): Hold {
  if (!window.closed?.length) return "outside_window";
  const otherwise = nextOpen({ ...window, closed: [] }, at);
  return otherwise && otherwise.from < opensAt ? "blackout" : "outside_window";
}

function afterSpacing(
  campaign: CampaignPace,
  mailbox: MailboxPace,
  from: number,
): { at: number; hold: Hold | null } {
  let at = from;
  let hold: Hold | null = null;
  const notBefore = (moment: number, reason: Hold) => {
    if (moment <= at) return;
    at = moment;
    hold = reason;
  };
  const own = mailbox.lastOwnAt;
  if (own !== null) notBefore(own + gapAfter(campaign, mailbox, own), "spacing");
  if (mailbox.restsUntil !== null) notBefore(mailbox.restsUntil, "mailbox_rests");
  if (mailbox.lastAt !== null) notBefore(mailbox.lastAt + mailbox.minDelayMs, "spacing");
  for (const { of, hourlyLimit, recent } of mailbox.caps) {
    if (hourlyLimit === null || hourlyLimit < 1) continue;
    // The hour slides: the new slot must lie an hour after the one that is `hourlyLimit` slots back.
    const nthBack = recent.at(-hourlyLimit);
    if (nthBack !== undefined) notBefore(nthBack + hourMs, `${of}_hourly_limit`);
  }
  return { at, hold };
}

/**
 * The distance to keep after a slot: the delay, varied by the slot itself so that it is the same whoever asks, and by
 * the mailbox, so that those of a pool do not march in step.
 */
export function gapAfter(
  { delayMs, jitter, seed }: Pick<CampaignPace, "delayMs" | "jitter" | "seed">,
  { id }: Pick<MailboxPace, "id">,
  at: number,
): number {
  if (delayMs === 0) return 0;
  return Math.round(delayMs * (1 + jitter * (2 * fraction(`${seed}:${id}:${at}`) - 1)));
}

/** A number in [0, 1) that the text decides (FNV-1a, mixed so that neighbours differ). */
export function fraction(text: string): number {
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

/** The first moment of the day after the one that holds `at`. */
export function nextDay(zone: string, at: number): number {
  const tomorrow = toInstant(zone, startOfDay(toLocal(zone, at)) + dayMs);
  // Where clocks go back over midnight the first midnight may lie behind us.
  return tomorrow > at ? tomorrow : toInstant(zone, startOfDay(toLocal(zone, at)) + 2 * dayMs);
}

/** Counts a slot against the limits for those after it. */
export function take(campaign: CampaignPace, mailbox: MailboxPace, slot: Slot): void {
  count(campaign.days, slot.day);
  mailbox.lastOwnAt = Math.max(slot.at, mailbox.lastOwnAt ?? slot.at);
  takeShared(mailbox, slot);
}

/** Counts a slot of another campaign from the same mailbox. */
export function takeShared(mailbox: MailboxPace, slot: Slot): void {
  mailbox.lastAt = Math.max(slot.at, mailbox.lastAt ?? slot.at);
  for (const cap of mailbox.caps) {
    count(cap.days, slot.mailboxDay);
    if (cap.hourlyLimit !== null) insertSorted(cap.recent, slot.at);
  }
}

export function count<Key>(counts: Map<Key, number>, key: Key, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

export function insertSorted(times: number[], at: number): void {
  let place = times.length;
  while (place > 0 && (times[place - 1] ?? 0) > at) place -= 1;
  times.splice(place, 0, at);
}
