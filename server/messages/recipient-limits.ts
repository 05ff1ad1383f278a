import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { publicDomains } from "#server/mail/public-domains";
import type { DomainLimit } from "#server/planner/persons";
import type { SendingLimit } from "#server/sending-limits/queries";

/*
 * What one receiving domain gets in an hour. Counted in the ledger, whose messages to a domain with a limit carry
 * `recipient_day`: by their slots while they wait, and by when they left from then on.
 */

/** When a message to a domain with a limit counts; the index of such messages is over this very expression. */
export const recipientMoment: SQL = sql`(case when m.delivery_status = 'queued' then m.scheduled_for
  else coalesce(m.sent_at, m.claimed_at) end)`;

/** The limit of each receiving domain; null for one without. `*` stands for every company, not for public providers. */
export function domainLimits(limits: readonly SendingLimit[]): (domain: string) => DomainLimit | null {
  const named = new Map(
    limits.map(({ domain, dailyLimit, hourlyLimit }) => [
      domain,
      { perDay: dailyLimit, perHour: hourlyLimit },
    ]),
  );
  const others = named.get("*") ?? null;
  return (domain) => named.get(domain) ?? (publicDomains.has(domain) ? null : others);
}

/** `domain` gets at most `perHour` emails in any 60 minutes. */
type Hourly = { domain: string; perHour: number };

/**
 * The latest slots of each of these domains, at most as many as its limit, oldest first (epoch ms): those used in the
 * last hour and, unless only what has been claimed is asked for, those still to come.
 */
export async function recentTo(
  tx: TenantTx,
  domains: readonly Hourly[],
  { claimed }: { claimed: boolean },
): Promise<Map<string, number[]>> {
  const recent = new Map<string, number[]>();
  if (domains.length === 0) return recent;
  const rows = await tx.execute<{ domain: string; at: Date }>(sql`
    select d.domain, r.at
    from unnest(${sql.param(domains.map(({ domain }) => domain))}::text[],
      ${sql.param(domains.map(({ perHour }) => perHour))}::int[]) as d(domain, per_hour)
    cross join lateral (
      select ${recipientMoment} as at from content.email_messages m
      where m.recipient_domain = d.domain and m.recipient_day is not null
        and ${recipientMoment} > app_now() - interval '1 hour'
        and not (${claimed} and m.delivery_status = 'queued')
      order by 1 desc limit d.per_hour
    ) r order by d.domain, r.at`);
  for (const { domain, at } of rows) {
    const times = recent.get(domain) ?? [];
    recent.set(domain, times);
    times.push(at.getTime());
  }
  return recent;
}

/** How many emails may go to a receiving domain at this moment, and when its hour has room again if none may. */
export type Room = { domain: string; left: number; freeAt: Date | null };

/** So many of a mailbox's due messages are looked at; more of them never fall due between two claims. */
const dueMax = 5_000;
const hourMs = 3_600_000;

/**
 * The room of every domain with a limit an hour to which the mailbox has a message that is due. Counted again from what
 * has left: a limit lowered or a sender that lags behind must not break it.
 */
export async function roomsOf(
  tx: TenantTx,
  accountId: string,
  limits: readonly SendingLimit[],
): Promise<Room[]> {
  const ofRecipients = limits.filter(({ kind }) => kind === "recipient_domain");
  if (ofRecipients.every(({ hourlyLimit }) => hourlyLimit === null)) return [];
  const due = await tx.execute<{ domain: string }>(sql`
    select distinct d.domain from (
      select m.recipient_domain as domain from content.email_messages m
      where m.email_account_id = ${accountId}::uuid and m.delivery_status = 'queued' and m.scheduled_for is not null
        and m.next_attempt_at <= app_now() and m.recipient_day is not null
      order by m.next_attempt_at limit ${dueMax}
    ) d`);
  const limitOf = domainLimits(ofRecipients);
  const domains = due.flatMap(({ domain }): Hourly[] => {
    const perHour = limitOf(domain)?.perHour ?? null;
    return perHour === null ? [] : [{ domain, perHour }];
  });
  const recent = await recentTo(tx, domains, { claimed: true });
  return domains.map(({ domain, perHour }) => {
    const used = recent.get(domain) ?? [];
    const [oldest] = used;
    const full = used.length >= perHour && oldest !== undefined;
    return { domain, left: perHour - used.length, freeAt: full ? new Date(oldest + hourMs) : null };
  });
}

/** Whether `content.email_messages m` goes to none of the domains whose hour is used up. */
export function hasRoom(rooms: readonly Room[]): SQL {
  const full = rooms.filter(({ left }) => left <= 0).map(({ domain }) => domain);
  if (full.length === 0) return sql`true`;
  return sql`(m.recipient_day is null or m.recipient_domain <> all(${sql.param(full)}::text[]))`;
}
