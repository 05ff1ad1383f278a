import { count, hourMs, insertSorted, nextDay } from "./slots.ts";
import type { WeekHours } from "./best-hour.ts";
import { nextOpen, weekdayOf, type Window } from "./window.ts";
import { dayMs, dayName, startOfDay, toInstant, toLocal } from "./zone.ts";

/**
 * Somebody who is due for an email. What is null does not bind them: `window` is open on their own clock, `mailboxId`
 * wrote to them before, `domain` has a limit, `bestHours` are those at which they tend to read, by the clock
 * of `zone`. A coordinated roll-out comes to them at `notBefore`. `earlier`: every email to their address, sent or with
 * a slot, oldest first (epoch ms); `claims`: when campaigns of a higher priority are to write to them.
 */
export type Person = {
  id: string;
  contactId: string | null;
  dueAt: number;
  mailboxId: string | null;
  window: Window | null;
  zone: string;
  notBefore: number | null;
  domain: string | null;
  earlier: readonly number[];
  claims: readonly number[];
  bestHours: WeekHours | null;
};

/** What one receiving domain gets; null: no limit. */
export type DomainLimit = { perDay: number | null; perHour: number | null };

/** Limits for what one address and what one receiving domain get; days of the latter are those of `zone`. */
export type RecipientLimits = {
  perDay: number | null;
  apartMs: number | null;
  zone: string;
  domains: Map<string, DomainLimit>;
  /** By domain and day, as `domainDay` names it. */
  used: Map<string, number>;
  /** By domain with a limit an hour: its latest slots, oldest first, as many as that asks for. */
  recent: Map<string, number[]>;
  /** The same with the turns of those who have to wait for one, so that they do not all come back at once. */
  turns: Map<string, number[]>;
};

/**
 * `skip_day`: their turn comes on a day on which emails are passed over, and they wait for that. `own_mailbox`: the one
 * that wrote to them before has no room, while others of the pool have.
 */
export type PersonalHold =
  | "skip_day"
  | "rollout"
  | "recipient_window"
  | "recipient_domain_limit"
  | "recipient_domain_hourly_limit"
  | "frequency_cap"
  | "higher_priority"
  | "best_hour"
  | "own_mailbox";

/** The first moment that suits somebody, what kept it from being earlier, and when it no longer does. */
export type Fit = { at: number; hold: PersonalHold | null; closes: number };

export const anybody: Omit<Person, "id" | "dueAt"> = {
  contactId: null,
  mailboxId: null,
  window: null,
  zone: "UTC",
  notBefore: null,
  domain: null,
  earlier: [],
  claims: [],
  bestHours: null,
};

export const noRecipientLimits = (): RecipientLimits => ({
  perDay: null,
  apartMs: null,
  zone: "UTC",
  domains: new Map(),
  used: new Map(),
  recent: new Map(),
  turns: new Map(),
});

export const domainDay = (domain: string, day: string) => `${domain} ${day}`;

/** An email is there so long before the hour at which somebody tends to read. */
const leadMs = 15 * 60_000;
/** It leaves within this after that time, or whenever there is room later. */
const bestHourMs = 3_600_000;
/** Limits may push each other on, but not for ever. */
const roundsMax = 1_000;

/** The first moment from `from` on that suits somebody; null when none does. */
export function fitFor(person: Person, limits: RecipientLimits, from: number): Fit | null {
  let at = Math.max(from, person.notBefore ?? from);
  let hold: PersonalHold | null = at > from ? "rollout" : null;
  for (let round = 0; round < roundsMax; round += 1) {
    const open = person.window ? nextOpen(person.window, at) : { from: at, to: Infinity };
    if (!open) return null;
    if (open.from > at) {
      at = open.from;
      hold = "recipient_window";
    }
    const often = tooOften(person, limits, at);
    if (often) {
      ({ at, hold } = often);
      continue;
    }
    if (person.domain !== null && isFull(person.domain, limits, at)) {
      at = nextDay(limits.zone, at);
      hold = "recipient_domain_limit";
      continue;
    }
    const free = person.domain === null ? at : hourFree(person.domain, limits);
    if (free > at) {
      at = free;
      hold = "recipient_domain_hourly_limit";
      continue;
    }
    const closes = person.domain === null ? open.to : Math.min(open.to, nextDay(limits.zone, at));
    return { at, hold, closes };
  }
  return null;
}

/** What somebody has had, and what a campaign of a higher priority has for them, keeps others away for so long. */
function tooOften(
  { earlier, claims }: Person,
  limits: RecipientLimits,
  at: number,
): { at: number; hold: PersonalHold } | null {
  const had = notTooOften(earlier, limits, at);
  if (had > at) return { at: had, hold: "frequency_cap" };
  if (claims.length === 0) return null;
  const claimed = notTooOften(
    [...earlier, ...claims].sort((a, b) => a - b),
    limits,
    at,
  );
  return claimed > at ? { at: claimed, hold: "higher_priority" } : null;
}

function isFull(domain: string, { domains, used, zone }: RecipientLimits, at: number): boolean {
  const limit = domains.get(domain)?.perDay ?? null;
  if (limit === null) return false;
  return (used.get(domainDay(domain, dayName(toLocal(zone, at)))) ?? 0) >= limit;
}

/** When the hour of a receiving domain has room again; it slides. The distant past when nothing stands against it. */
function hourFree(domain: string, { domains, recent }: RecipientLimits): number {
  const limit = domains.get(domain)?.perHour ?? null;
  const nthBack = limit === null ? undefined : recent.get(domain)?.at(-limit);
  return nthBack === undefined ? -Infinity : nthBack + hourMs;
}

/** Whoever waits for room in the hour of their domain queues behind those who wait for it already. */
export function waitTurn(person: Person, limits: RecipientLimits, fit: Fit): Fit {
  const { domain } = person;
  if (domain === null || fit.hold !== "recipient_domain_hourly_limit") return fit;
  const taken = limits.turns.get(domain) ?? [...(limits.recent.get(domain) ?? [])];
  limits.turns.set(domain, taken);
  const turn = fitFor(person, { ...limits, recent: limits.turns }, fit.at);
  if (!turn) return fit;
  insertSorted(taken, turn.at);
  return { ...turn, hold: turn.hold ?? fit.hold };
}

/** The first moment from `at` on that is far enough from every email they get, and over no limit of any 24 hours. */
export function notTooOften(
  earlier: readonly number[],
  { perDay, apartMs }: Pick<RecipientLimits, "perDay" | "apartMs">,
  at: number,
): number {
  let fit = at;
  for (let round = 0; round <= earlier.length; round += 1) {
    const before = fit;
    if (apartMs !== null) {
      const near = earlier.filter((other) => Math.abs(other - fit) < apartMs);
      if (near.length > 0) fit = Math.max(...near) + apartMs;
    }
    if (perDay !== null) {
      const around = earlier.filter((other) => Math.abs(other - fit) < dayMs);
      if (around.length >= perDay) fit = Math.max(fit, (around.at(-perDay) ?? fit) + dayMs);
    }
    if (fit === before) return fit;
  }
  return fit;
}

/** The calendar day of the receiving domain's limit that a moment counts against; null when there is none. */
export function recipientDayOf(
  { domain }: Person,
  { domains, zone }: RecipientLimits,
  at: number,
): string | null {
  return domain !== null && domains.has(domain) ? dayName(toLocal(zone, at)) : null;
}

export function takeForPerson(person: Person, limits: RecipientLimits, at: number): void {
  const day = recipientDayOf(person, limits, at);
  if (person.domain === null || day === null) return;
  count(limits.used, domainDay(person.domain, day));
  if ((limits.domains.get(person.domain)?.perHour ?? null) === null) return;
  const recent = limits.recent.get(person.domain) ?? [];
  limits.recent.set(person.domain, recent);
  insertSorted(recent, at);
  const turns = limits.turns.get(person.domain);
  if (turns) insertSorted(turns, at);
}

/**
 * When somebody is next about to read, seen from `from`: now while their hour lasts. A time that the window is shut at
 * is none to wait for.
 */
export function bestTime(
  { bestHours, zone }: Pick<Person, "bestHours" | "zone">,
  window: Window | null,
  from: number,
): number {
  if (bestHours === null) return from;
  const midnight = startOfDay(toLocal(zone, from));
  for (let day = -1; day <= 15; day += 1) {
    const morning = midnight + day * dayMs;
    const begins = toInstant(zone, morning + bestHours[weekdayOf(morning)] * hourMs - leadMs);
    if (begins + bestHourMs <= from) continue;
    const at = Math.max(begins, from);
    if (!window) return at;
    const open = nextOpen(window, at);
    if (open && open.from <= at) return at;
  }
  return from;
}
