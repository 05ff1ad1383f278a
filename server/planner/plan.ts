import { type Claim, keepFree } from "./claims.ts";
import {
  bestTime,
  fitFor,
  type Person,
  type PersonalHold,
  type RecipientLimits,
  recipientDayOf,
  takeForPerson,
  waitTurn,
} from "./persons.ts";
import {
  type CampaignPace,
  fraction,
  type MailboxPace,
  nextSlot,
  type Slot,
  take,
  takeShared,
} from "./slots.ts";
import { dayName, toLocal } from "./zone.ts";

export const rotationStrategies = ["round_robin", "weighted", "automatic", "random"] as const;
export type RotationStrategy = (typeof rotationStrategies)[number];

/** Everything that slots of a campaign depend on. Slots given out are counted in it. */
export type Course = {
  campaign: CampaignPace;
  /** Those that can send now. */
  mailboxes: readonly MailboxPace[];
  strategy: RotationStrategy;
  /** On a day on which none that takes new people can send any more, they hear from the others. */
  continues: boolean;
  recipients: RecipientLimits;
};

/** Rows are written for slots at most this far ahead; later ones are reckoned when they are asked for. */
export const horizonMs = 15 * 60_000;
/** Slots are given out again when this much of the horizon is left, several at a time. */
export const refillMs = 5 * 60_000;

export type Given = { person: Person; slot: Slot; recipientDay: string | null };
export type Held = { person: Person; until: number; hold: PersonalHold };
/**
 * `given`: who gets which slot. `held`: who has a reason of their own to wait, and until when. `waiting`: nobody else
 * can have one before `until`, though somebody wants it; `next` is the one after that, null when the rules leave none.
 */
export type Plan = { given: Given[]; held: Held[]; waiting: boolean; next: Slot | null };

/**
 * Emails that come before everybody's: those that leave now, of the campaign's own and of others from the same mailboxes,
 * and those that the day's limits are kept free for.
 */
export type Ahead = { now: readonly Claim[]; today: readonly Claim[] };
const nobodyAhead: Ahead = { now: [], today: [] };

type Time = { from: number; until: number };

/**
 * Gives the people slots from `from` to `until`, in their order, after those who are `ahead` of them. Whoever has to
 * wait on their own account lets the next one have the slot. The slots given are counted into the course.
 */
export function plan(
  course: Course,
  people: readonly Person[],
  { from, until, ahead = nobodyAhead }: Time & { ahead?: Ahead },
): Plan {
  // Whose turn was noted before comes again by themselves.
  course.recipients.turns.clear();
  const free = leaveFree(course, ahead, { from, until });
  const { campaign, recipients, mailboxes } = free;
  const result: Plan = { given: [], held: [], waiting: false, next: null };
  const fit = mailboxes.filter(({ takesNew }) => takesNew);
  // Without any that is fit nothing is sent; what is foretold then is for when they are.
  const takers = fit.length > 0 ? fit : mailboxes;
  for (const person of people) {
    const own = ownTime(free, person, from);
    if (own && own.until > from) {
      result.held.push({ person, ...own });
      continue;
    }
    const pinned = mailboxes.find(({ id }) => id === person.mailboxId);
    // By the contact, since an enrollment and its message have ids that a forecast cannot know.
    const key = person.contactId ?? person.id;
    const best = pinned ? bestSlot(free, mailboxes, key, from) : firstSlot(free, takers, key, from);
    if (!best || best.slot.at > until) return { ...result, waiting: true, next: best?.slot ?? null };
    const theirs = pinned ? bestSlot(free, [pinned], key, from) : best;
    if (!theirs || theirs.slot.at > until) {
      result.held.push({ person, until: theirs?.slot.at ?? until, hold: "own_mailbox" });
      continue;
    }
    const fit = fitFor(person, recipients, theirs.slot.at);
    if (!fit || fit.at > theirs.slot.at) {
      const turn = fit && waitTurn(person, recipients, fit);
      result.held.push({ person, until: turn?.at ?? until, hold: turn?.hold ?? "recipient_window" });
      continue;
    }
    const slot = { ...theirs.slot, sendBefore: Math.min(theirs.slot.sendBefore, fit.closes) };
    const recipientDay = recipientDayOf(person, recipients, slot.at);
    take(campaign, theirs.mailbox, slot);
    if (free !== course) takeFrom(course, slot);
    takeForPerson(person, recipients, slot.at);
    result.given.push({ person, slot, recipientDay });
  }
  return result;
}

/**
 * The course as it is once those who come first have their slots. It is a copy, for the slots are left to them: they
 * take them when it is their turn. What people's own limits count is the same for both.
 */
function leaveFree(course: Course, { now, today }: Ahead, { from, until }: Time): Course {
  if (now.length + today.length === 0) return course;
  const { campaign, mailboxes } = structuredClone({ campaign: course.campaign, mailboxes: course.mailboxes });
  const free = { ...course, campaign, mailboxes };
  // What others send counts against the mailboxes, and not against what this campaign may send.
  const unbound = { ...free, campaign: { ...campaign, window: null, dailyLimit: null, delayMs: 0 } };
  for (const { own, emails, mailboxIds } of now) {
    const theirs = mailboxes.filter(({ id }) => mailboxIds.includes(id));
    for (let taken = 0; taken < emails; taken += 1) {
      const best = bestSlot(own ? free : unbound, theirs, `ahead:${taken}`, from);
      if (!best || best.slot.at > until) break;
      if (own) take(campaign, best.mailbox, best.slot);
      else takeShared(best.mailbox, best.slot);
    }
  }
  for (const claim of today) keepFree(free, until, claim);
  return free;
}

function takeFrom({ campaign, mailboxes }: Course, slot: Slot): void {
  const mailbox = mailboxes.find(({ id }) => id === slot.mailboxId);
  if (mailbox) take(campaign, mailbox, slot);
}

/** Until when somebody waits on their own account; null when nothing ever suits them. */
function ownTime(
  { campaign, recipients }: Course,
  person: Person,
  from: number,
): { until: number; hold: PersonalHold } | null {
  const begins = Math.max(from, person.notBefore ?? from);
  const best = bestTime(person, person.window ?? campaign.window, begins);
  if (best > begins) return { until: best, hold: "best_hour" };
  const fit = fitFor(person, recipients, from);
  if (!fit?.hold) return null;
  const turn = waitTurn(person, recipients, fit);
  return { until: turn.at, hold: turn.hold ?? fit.hold };
}

type Choice = { mailbox: MailboxPace; slot: Slot };

/** The earliest slot for somebody whom nobody has written to yet. */
function firstSlot(course: Course, takers: readonly MailboxPace[], key: string, from: number): Choice | null {
  const best = bestSlot(course, takers, key, from);
  if (!course.continues || takers.length === course.mailboxes.length) return best;
  const other = bestSlot(course, course.mailboxes, key, from);
  if (!other || (best && best.slot.day <= other.slot.day)) return best;
  return takers.every((mailbox) => isSpent(mailbox, other.slot.at)) ? other : best;
}

/** Whether it rests, or has used up a limit of the day, and is not just too late for the window. */
function isSpent({ restsUntil, zone, caps }: MailboxPace, at: number): boolean {
  if (restsUntil !== null && restsUntil > at) return true;
  const day = dayName(toLocal(zone, at));
  return caps.some(({ dailyLimit, days }) => dailyLimit !== null && (days.get(day) ?? 0) >= dailyLimit);
}

/** The earliest slot that any of the mailboxes has; among equal ones the strategy decides. */
export function bestSlot(
  { campaign, strategy, mailboxes: all }: Course,
  mailboxes: readonly MailboxPace[],
  key: string,
  from: number,
): Choice | null {
  const latest = mailboxes.length > 1 ? latestOf(all) : null;
  let best: Choice | null = null;
  for (const mailbox of mailboxes) {
    const slot = nextSlot(campaign, mailbox, from);
    if (!slot || (best && slot.at > best.slot.at)) continue;
    if (!best || slot.at < best.slot.at || goesFirst({ strategy, key, latest }, { mailbox, slot }, best))
      best = { mailbox, slot };
  }
  return best;
}

/** The mailbox that the campaign sends from last, as far as slots are given out. */
function latestOf(mailboxes: readonly MailboxPace[]): MailboxPace | null {
  let latest: MailboxPace | null = null;
  for (const mailbox of mailboxes)
    if (mailbox.lastOwnAt !== null && mailbox.lastOwnAt > (latest?.lastOwnAt ?? -Infinity)) latest = mailbox;
  return latest;
}

type Turn = { strategy: RotationStrategy; key: string; latest: MailboxPace | null };

const usedOf = ({ mailbox, slot }: Choice) => mailbox.caps[0].days.get(slot.mailboxDay) ?? 0;

/** How much of the automatic weight is what a mailbox has left of its day; what stands fast of it is in its `weight`. */
const unusedShare = 0.1;
/** One that stands as badly as can be still has a share. */
const weightMin = 0.01;

function weightOf(strategy: RotationStrategy, choice: Choice): number {
  if (strategy === "weighted") return choice.mailbox.weight;
  if (strategy !== "automatic") return 1;
  const { dailyLimit } = choice.mailbox.caps[0];
  const unused = dailyLimit === null ? 1 : Math.max(0, 1 - usedOf(choice) / dailyLimit);
  return Math.max(weightMin, choice.mailbox.weight + unusedShare * unused);
}

/** Of two that have their share, one of another domain and provider than the latest; then the one that rested longest. */
function goesFirst({ strategy, key, latest }: Turn, one: Choice, other: Choice): boolean {
  if (strategy === "random")
    return fraction(`${key}:${one.mailbox.id}`) < fraction(`${key}:${other.mailbox.id}`);
  const load = (choice: Choice) => usedOf(choice) / weightOf(strategy, choice);
  if (load(one) !== load(other)) return load(one) < load(other);
  const alike = ({ mailbox }: Choice) =>
    Number(mailbox.domain === latest?.domain) * 2 + Number(mailbox.provider === latest?.provider);
  if (alike(one) !== alike(other)) return alike(one) < alike(other);
  return (one.mailbox.lastAt ?? 0) < (other.mailbox.lastAt ?? 0);
}
