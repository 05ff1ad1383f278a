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
const recipientMoment: SQL = sql`(case when m.delivery_status = 'queued' then m.scheduled_for
  when m.sent_at is not null then m.sent_at else m.claimed_at end)`;

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

/** The query of `recentTo`: an index holds what it asks for, however long the history of a domain. */
export const slotsTo = (domains: readonly Hourly[], { claimed }: { claimed: boolean }): SQL => sql`
  select d.domain, r.at
  from unnest(${sql.param(domains.map(({ domain }) => domain))}::text[],
    ${sql.param(domains.map(({ perHour }) => perHour))}::int[]) as d(domain, per_hour)
  cross join lateral (
    select ${recipientMoment} as at from content.email_messages m
    where m.recipient_domain = d.domain and m.recipient_day is not null
      and ${recipientMoment} > app_now() - interval '1 hour'
      and not (${claimed} and m.delivery_status = 'queued')
    order by 1 desc limit d.per_hour
  ) r order by d.domain, r.at`;

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
  const rows = await tx.execute<{ domain: string; at: Date }>(slotsTo(domains, { claimed }));
  for (const { domain, at } of rows) {
    const times = recent.get(domain) ?? [];
    recent.set(domain, times);
    times.push(at.getTime());
  }
  return recent;
}

/**
 * How many emails may go to a receiving domain at this moment, any number (`Infinity`) where it has no limit an hour, and
 * when its hour has room again if none may.
 */
export type Room = { domain: string; left: number; freeAt: Date | null };

/** So many of a mailbox's due messages are looked at; those behind them are not claimed before they are, too. */
const dueMax = 5_000;
const hourMs = 3_600_000;

/**
 * The room of every domain with a limit to which the mailbox has a message that is due; null where no domain has one an
 * hour. Counted again from what has left: a limit lowered or a sender that lags behind must not break it.
 */
export async function roomsOf(
  tx: TenantTx,
  accountId: string,
  limits: readonly SendingLimit[],
): Promise<Room[] | null> {
  const ofRecipients = limits.filter(({ kind }) => kind === "recipient_domain");
  if (ofRecipients.every(({ hourlyLimit }) => hourlyLimit === null)) return null;
  const due = await tx.execute<{ domain: string }>(sql`
    select distinct d.domain from (
      select m.recipient_domain as domain from content.email_messages m
      where m.email_account_id = ${accountId}::uuid and m.delivery_status = 'queued' and m.scheduled_for is not null
        and m.next_attempt_at <= app_now() and m.recipient_day is not null
      order by m.next_attempt_at limit ${dueMax}
    ) d`);
  const limitOf = domainLimits(ofRecipients);
  const hourly = due.flatMap(({ domain }): Hourly[] => {
    const perHour = limitOf(domain)?.perHour ?? null;
    return perHour === null ? [] : [{ domain, perHour }];
  });
  const recent = await recentTo(tx, hourly, { claimed: true });
  const limited = new Map(hourly.map(({ domain, perHour }) => [domain, perHour]));
  return due.map(({ domain }) => {
    const left = (limited.get(domain) ?? Infinity) - (recent.get(domain)?.length ?? 0);
    const oldest = left <= 0 ? recent.get(domain)?.[0] : undefined;
    return { domain, left, freeAt: oldest === undefined ? null : new Date(oldest + hourMs) };
  });
}

const isLimited = sql`m.recipient_day is not null`;

/** Whether `content.email_messages m` goes to a domain of which it is known that it may get another email. */
export function hasRoom(rooms: readonly Room[] | null): SQL {
  if (rooms === null) return sql`true`;
  const open = rooms.filter(({ left }) => left > 0).map(({ domain }) => domain);
  return sql`(not ${isLimited} or m.recipient_domain = any(${sql.param(open)}::text[]))`;
}

/** Whether it goes to one of these domains, and counts against its limit. */
export const goesTo = (domains: readonly string[]): SQL =>
  sql`(${isLimited} and m.recipient_domain = any(${sql.param([...domains])}::text[]))`;
