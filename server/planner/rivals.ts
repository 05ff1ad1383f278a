import { type Claim, fitsInto, keepFree, openToday, opensToday, roomToday } from "./claims.ts";
import { bestSlot, type Course } from "./plan.ts";
import { type CampaignPace, type MailboxPace, take } from "./slots.ts";

/** Another campaign that comes first: `due` of its emails are now, and `later` will be in the course of the day. */
export type Rival = { campaign: CampaignPace; mailboxIds: readonly string[]; due: number; later: number };

/**
 * `serve` lets the rivals have their slots from `now` to `until`; the course counts what they take. It gives what they
 * will take later that day.
 */
export type Beside = { serve: (now: number, until: number) => Claim[] };

/** Campaigns that send from the same mailboxes while a forecast is made, from `from` on. */
export function rivalsBeside(course: Course, rivals: readonly Rival[], from: number): Beside {
  for (const { later, mailboxIds } of rivals)
    keepFree(course, from, { own: false, emails: later, mailboxIds });
  // One campaign may be several rivals, each for the people of a zone, and keeps its distance all the same.
  const lastOf = new Map(rivals.map(({ campaign: { seed } }) => [seed, new Map<string, number>()]));
  const all = rivals.map((rival): Running => ({
    ...rival,
    served: from,
    last: lastOf.get(rival.campaign.seed) ?? new Map<string, number>(),
  }));
  return {
    serve: (now, until) =>
      all.flatMap((rival): Claim[] => {
        if (rival.due === 0) return [];
        rival.due -= sendUntil(course, rival, until);
        rival.served = Math.max(rival.served, until);
        const { campaign, mailboxIds, served } = rival;
        if (rival.due === 0 || opensToday(campaign, served) === null) return [];
        const fits = fitsInto(campaign, mailboxIds.length, openToday(campaign, served));
        const emails = Math.min(rival.due, roomToday(campaign, served), fits);
        return [{ own: false, emails, mailboxIds }];
      }),
  };
}

/** `last`: when it has sent from each mailbox last. */
type Running = Rival & { served: number; last: Map<string, number> };

/** How many it sends by then. Its mailboxes share their limits with the course's, but keep its own distance. */
function sendUntil(
  course: Course,
  { campaign, mailboxIds, due, served, last }: Running,
  until: number,
): number {
  const shared = course.mailboxes.filter(({ id }) => mailboxIds.includes(id));
  const mailboxes = shared.map((mailbox): MailboxPace => ({
    ...mailbox,
    lastOwnAt: last.get(mailbox.id) ?? null,
  }));
  const own: Course = { ...course, campaign, mailboxes };
  let sent = 0;
  for (; sent < due; sent += 1) {
    const best = bestSlot(own, mailboxes, String(sent), served);
    if (!best || best.slot.at > until) break;
    take(campaign, best.mailbox, best.slot);
    last.set(best.mailbox.id, best.slot.at);
  }
  for (const [index, mailbox] of shared.entries())
    mailbox.lastAt = mailboxes[index]?.lastAt ?? mailbox.lastAt;
  return sent;
}
