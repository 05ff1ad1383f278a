import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import type { WeekHours } from "#server/planner/best-hour";
import type { Person, RecipientLimits } from "#server/planner/persons";
import { domainDay } from "#server/planner/persons";
import type { OwnTime } from "#server/planner/skips";
import { nextDay } from "#server/planner/slots";
import { dayName, toInstant, toLocal } from "#server/planner/zone";
import { readingHours } from "./reading-hours.ts";
import { domainLimits, recentTo } from "./recipient-limits.ts";
import { blockOf, findManySenders } from "./senders.ts";
import type { Sending } from "./sending.ts";

/** Of `contacts c` and an enrollment: what the time of an email to somebody depends on. */
export type PersonRow = {
  id: string;
  due_at: Date;
  email: string;
  clock: string | null;
  account_id: string | null;
  wait_reason: string | null;
  contact_id: string;
};

/** The columns of `PersonRow` that come from `contacts c`. */
export const personColumns: SQL = sql`c.id as contact_id, c.email_normalized as email, ${clockOfContact} as clock`;

/** Says on whose clock each of these people is written to, and at which hour. */
export async function loadOwnTimes(
  tx: TenantTx,
  { course, personal, rollout, optimized }: Sending,
  rows: readonly PersonRow[],
): Promise<(row: PersonRow) => OwnTime> {
  const ownZone = ({ clock }: PersonRow) => zoneOr(clock, course.campaign.zone);
  const waiting = optimized ? rows.filter((row) => row.wait_reason !== "best_hour") : [];
  const hours =
    waiting.length > 0
      ? await readingHours(
          tx,
          waiting.map((row) => ({ contactId: row.contact_id, zone: ownZone(row) })),
        )
      : new Map<string, WeekHours>();
  return (row) => {
    const zone = ownZone(row);
    return {
      zone,
      window: personal && { ...personal, zone },
      notBefore: rollout === null ? null : toInstant(zone, rollout),
      bestHours: hours.get(row.contact_id) ?? null,
    };
  };
}

/**
 * The people as the planner sees them, in their order, and what their addresses and domains have had already, which is
 * counted into the course.
 */
export async function loadPeople(
  tx: TenantTx,
  sending: Sending,
  rows: readonly PersonRow[],
): Promise<Person[]> {
  const { course } = sending;
  const limitOf = domainLimits(sending.recipientLimits);
  const earlier = await loadEarlier(tx, sending, rows);
  const claims = await loadClaims(tx, sending, rows);
  const ownTime = await loadOwnTimes(tx, sending, rows);
  const { domains } = course.recipients;
  const people = rows.map((row): Person => {
    const domain = row.email.slice(row.email.lastIndexOf("@") + 1);
    const limit = limitOf(domain);
    if (limit !== null) domains.set(domain, limit);
    return {
      ...ownTime(row),
      id: row.id,
      contactId: row.contact_id,
      dueAt: row.due_at.getTime(),
      mailboxId: row.account_id,
      domain: limit === null ? null : domain,
      earlier: earlier.get(row.email) ?? [],
      claims: claims.get(row.contact_id) ?? [],
    };
  });
  await loadRecipientUsage(tx, sending.now, course.recipients);
  return people;
}

/** Emails to the same addresses from every campaign of the organization, when that matters. */
async function loadEarlier(
  tx: TenantTx,
  { contact, now }: Pick<Sending, "contact" | "now">,
  rows: readonly PersonRow[],
): Promise<Map<string, number[]>> {
  const earlier = new Map<string, number[]>();
  if ((contact.perDay === null && contact.hoursApart === null) || rows.length === 0) return earlier;
  const since = new Date(now - Math.max(24, contact.hoursApart ?? 0) * 3_600_000).toISOString();
  const found = await tx.execute<{ email: string; at: Date }>(sql`
    select email, at from recent_mail(${sql.param(rows.map(({ email }) => email))}::text[], ${since}::timestamptz) order by at`);
  for (const { email, at } of found) earlier.set(email, [...(earlier.get(email) ?? []), at.getTime()]);
  return earlier;
}

/**
 * When campaigns of a higher priority will write to the same people, as far as they are due for it and can: an email that
 * has no slot, at the time at which its step looks for one. By contact, when that matters.
 */
async function loadClaims(
  tx: TenantTx,
  { contact, campaignId }: Pick<Sending, "contact" | "campaignId">,
  rows: readonly PersonRow[],
): Promise<Map<string, number[]>> {
  if ((contact.perDay === null && contact.hoursApart === null) || rows.length === 0) return new Map();
  const found = await tx.execute<{ contact_id: string; campaign_id: string; at: Date }>(sql`
    select e.contact_id, e.campaign_id, greatest(w.due_at, d.not_before, app_now()) as at
    from campaign_contacts e
    join campaigns k on k.id = e.campaign_id and k.status = 'active' and k.deleted_at is null
      and (k.end_date is null or k.end_date > app_now())
      and k.priority > (select priority from campaigns where id = ${campaignId}::uuid)
    join campaign_steps s on s.id = e.current_step_id and s.step_type = 'email' and s.is_active
    left join step_drivers d on d.step_id = s.id
    left join content.email_messages m on m.id = e.awaiting_message_id
    cross join lateral (select coalesce(m.next_attempt_at, e.next_email_scheduled_at) as due_at) w
    where e.contact_id = any(${sql.param(rows.map((row) => row.contact_id))}::uuid[]) and e.status in ('enrolled', 'active')
      -- Who waits for the winner of a test, or is not to be disturbed, is due at no time that is known.
      and w.due_at is not null
      and coalesce(e.wait_reason, '') not in ('outcome_unknown', 'config_error', 'waiting_for_review')
      and (m.id is null or m.scheduled_for is null and m.delivery_status in ('queued', 'deferred'))`);
  const senders = await findManySenders(tx, [...new Set(found.map((row) => row.campaign_id))]);
  const able = new Set(senders.flatMap((of) => (blockOf(of) ? [] : [of.campaignId])));
  const claims = new Map<string, number[]>();
  for (const { contact_id: id, campaign_id: by, at } of found)
    if (able.has(by)) claims.set(id, [...(claims.get(id) ?? []), at.getTime()]);
  return claims;
}

async function loadRecipientUsage(
  tx: TenantTx,
  now: number,
  { domains, used, recent, zone }: RecipientLimits,
): Promise<void> {
  if (domains.size === 0) return;
  const days = [now, nextDay(zone, now)].map((at) => dayName(toLocal(zone, at)));
  const rows = await tx.execute<{ domain: string; day: string; used: number }>(sql`
    select domain, day::text, used from recipient_usage
    where domain = any(${sql.param([...domains.keys()])}::text[]) and day = any(${sql.param(days)}::date[])`);
  for (const row of rows) used.set(domainDay(row.domain, row.day), row.used);
  const hourly = [...domains].flatMap(([domain, { perHour }]) =>
    perHour === null ? [] : [{ domain, perHour }],
  );
  for (const [domain, slots] of await recentTo(tx, hourly, { claimed: false })) recent.set(domain, slots);
}
