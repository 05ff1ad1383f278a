import { type Claim, keepFree } from "./claims.ts";
import type { Person, PersonalHold } from "./persons.ts";
import { type Course, type Given, type Held, horizonMs, plan, type Plan, refillMs } from "./plan.ts";
import { type Rival, rivalsBeside } from "./rivals.ts";
import { nextDay, type Slot } from "./slots.ts";
import { dayMs } from "./zone.ts";

/** As many people as a driver deals with at a time. */
const sliceSize = 1_000;
export const daysMax = 3_653;

/** So many rounds look as far ahead as a driver does, as many after them twice as far, and so on. */
const roundsExact = 256;
const reachMax = 16 * dayMs;

/** What takes very many rounds is reckoned with less and less detail, so that a forecast always comes to its end soon. */
const reachOf = (rounds: number): number =>
  Math.min(reachMax, horizonMs * 2 ** Math.floor(rounds / roundsExact));

/** Who is watched is followed beyond the first email, up to so many. */
export const emailsMax = 3;

/**
 * What else happens meanwhile. `since`: when the rivals begin, if that is before anybody else does. `followUp`: who is due when after somebody's slot, if anybody; they come before the
 * others. `dueAgain`: when somebody who is held looks for a slot again, if not at once when that is over. `watch`: the ids of
 * people whose follow-ups are to be known as well.
 */
export type Meanwhile = {
  rivals?: readonly Rival[];
  since?: number;
  followUp?: (person: Person, slot: Slot) => Person | null;
  dueAgain?: (held: Held) => number;
  watch?: ReadonlySet<string>;
};

/**
 * The slots of the first emails, earliest first; what kept the very first from being earlier; and those of everybody
 * who is watched, follow-ups too.
 */
export type Simulated = { slots: Slot[]; heldBy: PersonalHold | null; watched: Map<string, Slot[]> };

/**
 * The slots that these people will be given, by doing what the driver of their step does: it gives out what the horizon
 * holds, and looks again when that is used up or somebody falls due.
 */
export function simulate(
  course: Course,
  people: readonly Person[],
  from: number,
  { rivals = [], since = from, followUp, dueAgain = ({ until }) => until, watch = new Set() }: Meanwhile = {},
): Simulated {
  const end = from + daysMax * dayMs;
  const slots: Slot[] = [];
  const watched = new Map<string, Slot[]>([...watch].map((id) => [id, []]));
  let heldBy: PersonalHold | null = null;
  let waiting = [...people];
  let followUps: Person[] = [];
  const bestHours = new Map(people.map((person) => [person.id, person.bestHours]));
  const isAwaited = ({ id }: Person) => (watched.get(id)?.length ?? emailsMax) < emailsMax;
  const note = ({ person, slot }: Given) => {
    watched.get(person.id)?.push(slot);
    const next = followUp?.(person, slot);
    if (next) followUps.push({ ...next, bestHours: bestHours.get(person.id) ?? null });
  };
  const beside = rivalsBeside(course, rivals, since);
  // The step of the first email and the steps after it look for slots each for themselves.
  const wakes = { firsts: from, again: from };
  let now = from;
  let rounds = 0;
  while (waiting.length > 0 || followUps.some(isAwaited)) {
    now = Math.max(now, Math.min(wakeOf(waiting, wakes.firsts), wakeOf(followUps, wakes.again)));
    if (now >= end) break;
    const due = wakes.firsts <= now ? dueOf(waiting, now) : [];
    const again = wakes.again <= now ? dueOf(followUps, now) : [];
    const until = now + reachOf(rounds);
    rounds += 1;
    const later = beside.serve(now, until);
    const first = again.length > 0 ? plan(course, again, { from: now, until }) : null;
    const round =
      first?.waiting || due.length === 0 ? null : planKeeping(course, due, { now, until, followUps, later });
    if (slots.length === 0 && round?.given.length === 0) heldBy ??= round.held[0]?.hold ?? null;
    slots.push(...(round?.given ?? []).map(({ slot }) => slot));
    followUps = without(followUps, first, dueAgain);
    waiting = without(waiting, round, dueAgain);
    for (const given of [...(first?.given ?? []), ...(round?.given ?? [])]) note(given);
    const full = first?.waiting ? first : round;
    if (!full?.waiting) continue;
    if (!full.next) break;
    wakes.firsts = Math.max(now + 1_000, full.next.at - refillMs);
    if (full === first) wakes.again = wakes.firsts;
  }
  return { slots: slots.sort((a, b) => a.at - b.at), heldBy, watched };
}

const wakeOf = (people: readonly Person[], notBefore: number): number =>
  people.reduce((earliest, { dueAt }) => Math.min(earliest, Math.max(dueAt, notBefore)), Infinity);

/** As many as a driver deals with at a time. */
function dueOf(people: Person[], now: number): Person[] {
  people.sort((a, b) => a.dueAt - b.dueAt || (a.id < b.id ? -1 : 1));
  const firstLater = people.findIndex(({ dueAt }) => dueAt > now);
  return people.slice(0, Math.min(firstLater < 0 ? people.length : firstLater, sliceSize));
}

/** Those who are left: without whoever got a slot, and with whoever is held due when that is over. */
function without(people: Person[], round: Plan | null, dueAgain: (held: Held) => number): Person[] {
  if (!round) return people;
  const gone = new Set(round.given.map(({ person }) => person));
  const later = new Map(
    round.held.map((held) => [held.person, heldUntil(held.person, dueAgain(held), held.hold)]),
  );
  return people.flatMap((person) => (gone.has(person) ? [] : [later.get(person) ?? person]));
}

type Round = { now: number; until: number; followUps: readonly Person[]; later: readonly Claim[] };

/** Plans first emails, with the day's limits kept free for what comes before them later in the day. */
function planKeeping(course: Course, due: readonly Person[], { now, until, followUps, later }: Round): Plan {
  const tomorrow = nextDay(course.campaign.zone, until);
  const emails = followUps.filter(({ dueAt }) => dueAt > now && dueAt < tomorrow).length;
  const claims = [{ own: true, emails, mailboxIds: course.mailboxes.map(({ id }) => id) }, ...later];
  for (const claim of claims) keepFree(course, until, claim);
  const round = plan(course, due, { from: now, until });
  for (const claim of claims) keepFree(course, until, claim, -1);
  return round;
}

/** Nobody is held for their best hour twice. */
const heldUntil = (person: Person, until: number, hold: string): Person => ({
  ...person,
  dueAt: until,
  bestHours: hold === "best_hour" ? null : person.bestHours,
});
