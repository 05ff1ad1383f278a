import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { dayName, toLocal } from "#server/planner/zone";
import type { SendingLimit } from "#server/sending-limits/queries";
import { domainOf, recentSlots } from "./sending.ts";

/**
 * How many emails a mailbox may hand over at this moment, as far as limits of more than a day's own row go. `freeAt`:
 * when an hour that is used up has room again. `dayOver`: a day's limit is used up, so today's slots are worth nothing.
 */
export type Allowance = { left: number; freeAt: Date | null; dayOver: boolean };

const hourMs = 3_600_000;
type Account = { email: string; hourly_limit: number | null; timezone: string; now: Date };

/** Counted again from what has left: a limit lowered or a sender that lags behind must not break it. */
export async function allowanceOf(
  tx: TenantTx,
  accountId: string,
  limits: readonly SendingLimit[],
): Promise<Allowance> {
  const [account] = await tx.execute<Account>(sql`
    select email, hourly_limit, timezone, app_now() as now from email_accounts where id = ${accountId}::uuid`);
  const allowance: Allowance = { left: Infinity, freeAt: null, dayOver: false };
  if (!account) return allowance;
  if (account.hourly_limit !== null)
    await withinHour(allowance, account.hourly_limit, (limit) =>
      recentSlots(tx, { accountId, limit, claimed: true }),
    );
  const day = dayName(toLocal(account.timezone, account.now.getTime()));
  for (const { kind, domain, dailyLimit, hourlyLimit } of limits) {
    if (kind === "recipient_domain" || (kind === "domain" && domain !== domainOf(account.email))) continue;
    const of = kind === "domain" ? domain : null;
    if (hourlyLimit !== null)
      await withinHour(allowance, hourlyLimit, (limit) =>
        recentSlots(tx, { domain: of, limit, claimed: true }),
      );
    if (dailyLimit === null) continue;
    const left = dailyLimit - (await sentOn(tx, day, of));
    allowance.left = Math.min(allowance.left, Math.max(0, left));
    allowance.dayOver ||= left <= 0;
  }
  return allowance;
}

async function withinHour(
  allowance: Allowance,
  hourlyLimit: number,
  recent: (limit: number) => Promise<number[]>,
): Promise<void> {
  const used = await recent(hourlyLimit);
  allowance.left = Math.min(allowance.left, hourlyLimit - used.length);
  const [oldest] = used;
  if (used.length < hourlyLimit || oldest === undefined) return;
  const freeAt = new Date(oldest + hourMs);
  if (allowance.freeAt === null || freeAt > allowance.freeAt) allowance.freeAt = freeAt;
}

async function sentOn(tx: TenantTx, day: string, domain: string | null): Promise<number> {
  const [row] = await tx.execute<{ sent: number }>(sql`
    select coalesce(sum(u.sent), 0)::int as sent from mailbox_usage u join email_accounts a on a.id = u.email_account_id
    where u.day = ${day}::date and (${domain}::text is null or split_part(lower(a.email), '@', 2) = ${domain})`);
  return row?.sent ?? 0;
}
