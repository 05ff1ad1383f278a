import type { Course } from "./plan.ts";
import { type CampaignPace, count } from "./slots.ts";
import { nextOpen } from "./window.ts";
import { dayName, toLocal } from "./zone.ts";

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

/** Keeps today's limits free for so many emails (of the campaign's own, or of others), or gives them back. */
export function keepFree(
  { campaign, mailboxes }: Course,
  now: number,
  { own, emails }: { own: boolean; emails: number },
): void {
  if (emails === 0) return;
  if (own) count(campaign.days, dayName(toLocal(campaign.zone, now)), emails);
  const each = Math.sign(emails) * Math.ceil(Math.abs(emails) / Math.max(1, mailboxes.length));
  for (const { zone, caps } of mailboxes)
    for (const cap of caps) count(cap.days, dayName(toLocal(zone, now)), each);
}
