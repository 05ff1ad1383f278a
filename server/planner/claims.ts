import type { Course } from "./plan.ts";
import { type CampaignPace, type Cap, count, nextDay } from "./slots.ts";
import { nextOpen } from "./window.ts";
import { dayName, toLocal } from "./zone.ts";

/** Emails that others of its steps, or other campaigns, will send from these mailboxes in the course of the day. */
export type Claim = { own: boolean; emails: number; mailboxIds: readonly string[] };

/** How many more a campaign may send today, as far as its own limit goes. */
export function roomToday({ dailyLimit, days, zone }: CampaignPace, now: number): number {
  if (dailyLimit === null) return Infinity;
  return Math.max(0, dailyLimit - (days.get(dayName(toLocal(zone, now))) ?? 0));
}

/** From when on its window is open today; null when it is shut for the rest of the day. */
export function opensToday({ window, zone }: CampaignPace, now: number): number | null {
  if (!window) return now;
  const open = nextOpen(window, now);
  const opens = open && Math.max(now, open.from);
  return opens !== null && dayName(toLocal(zone, opens)) === dayName(toLocal(zone, now)) ? opens : null;
}

/** For how long its window is open from `now` to the end of the day. */
export function openToday({ window, zone }: CampaignPace, now: number): number {
  const end = nextDay(zone, now);
  if (!window) return end - now;
  let length = 0;
  for (let at = now; ;) {
    const open = nextOpen(window, at);
    if (!open || open.from >= end) return length;
    length += Math.min(open.to, end) - Math.max(open.from, at);
    at = open.to;
  }
}

/** How many emails its own delay lets a campaign send from so many mailboxes within that time. */
export const fitsInto = ({ delayMs }: CampaignPace, mailboxes: number, lengthMs: number): number =>
  delayMs === 0 ? Infinity : (Math.floor(lengthMs / delayMs) + 1) * mailboxes;

/** Keeps today's limits free for a claim, or (`by` -1) gives them back. Of what mailboxes share each has its part. */
export function keepFree(
  { campaign, mailboxes }: Course,
  now: number,
  { own, emails, mailboxIds }: Claim,
  by: 1 | -1 = 1,
): void {
  const taking = mailboxes.filter(({ id }) => mailboxIds.includes(id));
  if (emails === 0 || taking.length === 0) return;
  if (own) count(campaign.days, dayName(toLocal(campaign.zone, now)), by * emails);
  const users = new Map<Cap, Map<string, number>>();
  for (const { zone, caps } of taking) {
    const day = dayName(toLocal(zone, now));
    for (const cap of caps) {
      const days = users.get(cap) ?? new Map<string, number>();
      users.set(cap, days);
      count(days, day);
    }
  }
  for (const [cap, days] of users)
    for (const [day, some] of days) count(cap.days, day, by * Math.ceil((emails * some) / taking.length));
}
