import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { exitEnrollments } from "#server/enrollments/exits";
import { snoozeContacts } from "#server/enrollments/snooze";
import { waitEnd } from "#server/planner/wait";
import { dayMs, localText, parseLocal, toInstant, toLocal } from "#server/planner/zone";
import type { InboundMail } from "./inbound-mail.ts";
import type { Answered } from "./match.ts";
import { returnDay } from "./return-day.ts";
import { stopsAfterAutoReply } from "./stops.ts";

/** Whoever does not say when they are back is left alone for so long, and nobody for longer than the most. */
const awayDays = 3;
const awayDaysMax = 30;

/** An automatic answer is no reply: it ends nothing unless the campaign says so. Returns the campaigns that were left. */
export async function recordAutoReply(tx: TenantTx, answered: Answered): Promise<string[]> {
  const stops = await stopsAfterAutoReply(tx, answered);
  await exitEnrollments(tx, stops);
  return stops.map(({ campaignId }) => campaignId);
}

/**
 * Where the campaign says so, whoever is away is written to again a business day after they are back. Locks drivers:
 * call before limits are locked.
 */
export async function snoozeAway(
  tx: TenantTx,
  { scope, answered, mail }: { scope: EventScope; answered: Answered; mail: InboundMail },
): Promise<DriverEvent[]> {
  const [campaign] = await tx.execute<{ zone: string }>(sql`
    select timezone as zone from campaign_settings where campaign_id = ${answered.campaignId}::uuid and snooze_on_auto_reply`);
  if (!campaign || answered.contactId === null) return [];
  const now = (await appNow(tx)).getTime();
  const until = new Date(awayUntil(`${mail.subject}\n${mail.text}`, campaign.zone, now));
  const { contactId } = answered;
  return snoozeContacts(tx, {
    scope,
    contactIds: [contactId],
    until,
    author: { actorId: null },
    because: "away",
  });
}

/** When to write again (epoch ms), by the calendar of the zone. */
export function awayUntil(text: string, zone: string, now: number): number {
  const back = returnDay(text, localText(toLocal(zone, now)).slice(0, 10));
  const again =
    back === null
      ? now + awayDays * dayMs
      : waitEnd(zone, toInstant(zone, parseLocal(`${back}T00:00:00`)), { value: 1, unit: "business_days" })
          .at;
  return Math.min(again, now + awayDaysMax * dayMs);
}
