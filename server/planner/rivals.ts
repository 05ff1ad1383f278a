import { keepFree, opensToday, roomToday } from "./claims.ts";
import { anybody, noRecipientLimits } from "./persons.ts";
import { type Course, horizonMs, plan } from "./plan.ts";
import type { CampaignPace, MailboxPace } from "./slots.ts";

/** Another campaign that comes first: `due` of its emails are now, and `later` will be in the course of the day. */
export type Rival = { campaign: CampaignPace; mailboxIds: readonly string[]; due: number; later: number };

/** `serve` lets the rivals have their slots up to the horizon from `now`, and says how many more of theirs come first. */
export type Beside = { serve: (now: number) => number; laterToday: number };

/** Campaigns that send from the same mailboxes while a forecast is made, from `from` on. The course counts what they take. */
export function rivalsBeside(course: Course, rivals: readonly Rival[], from: number): Beside {
  for (const { later } of rivals) keepFree(course, from, { own: false, emails: later });
  const all = rivals.map(({ campaign, mailboxIds, due }) => ({ campaign, mailboxIds, due, served: from }));
  const beside: Beside = { laterToday: 0, serve: () => 0 };
  if (all.length === 0) return beside;
  beside.serve = (now) => {
    let ahead = 0;
    beside.laterToday = 0;
    for (const rival of all) {
      if (rival.due === 0) continue;
      rival.due -= sendUntil(course, rival, now + horizonMs);
      rival.served = now + horizonMs;
      const opens = opensToday(rival.campaign, rival.served);
      const rest = opens === null ? 0 : Math.min(rival.due, roomToday(rival.campaign, rival.served));
      if (opens !== null && opens <= rival.served) ahead += rest;
      else beside.laterToday += rest;
    }
    return ahead;
  };
  return beside;
}

type Running = { campaign: CampaignPace; mailboxIds: readonly string[]; due: number; served: number };

/** How many it sends by then. Its mailboxes share their limits with the course's, but keep its own distance. */
function sendUntil(course: Course, { campaign, mailboxIds, due, served }: Running, until: number): number {
  const shared = course.mailboxes.filter(({ id }) => mailboxIds.includes(id));
  const mailboxes = shared.map((mailbox): MailboxPace => ({ ...mailbox, lastOwnAt: null }));
  const people = Array.from({ length: due }, (_, n) => ({ ...anybody, id: String(n), dueAt: served }));
  const own: Course = { ...course, campaign, mailboxes, recipients: noRecipientLimits() };
  const { given } = plan(own, people, { from: served, until });
  for (const [index, mailbox] of shared.entries())
    mailbox.lastAt = mailboxes[index]?.lastAt ?? mailbox.lastAt;
  return given.length;
}
