import { type SQL, sql } from "drizzle-orm";

/** What a mailbox sent today and yesterday, on its own days, and what came back of it. */
export type Standing = { sent: number; bounced: number; complained: number };

/** The standing of `email_accounts a`, as JSON. */
export const standing: SQL = sql`(
  select json_build_object('sent', coalesce(sum(u.sent), 0)::int, 'bounced', coalesce(sum(u.bounced), 0)::int,
    'complained', coalesce(sum(u.complained), 0)::int)
  from mailbox_usage u where u.email_account_id = a.id and u.day >= (app_now() at time zone a.timezone)::date - 1)`;

/** Of fewer emails a share says nothing. */
const judgedMin = 50;
/** A mailbox that stands worse gets nobody new from its pool. */
const fit = { healthMin: 85, bounceShareMax: 0.025 };

/** 100 less two points for each per cent that bounced, and five for each that people complained about; never below 0. */
export function healthOf({ sent, bounced, complained }: Standing): number {
  if (sent < judgedMin) return 100;
  return Math.max(0, Math.round(100 - (200 * bounced + 500 * complained) / sent));
}

const shares = { health: 0.6, warmth: 0.3 };

/**
 * What a mailbox's share of an automatic pool goes by, but for a tenth that goes by what it has left of the day. `warmth`:
 * how far its warm-up lets it go, of 1.
 */
export const automaticWeight = (of: Standing, warmth: number): number =>
  (shares.health * healthOf(of)) / 100 + shares.warmth * warmth;

/** Why a mailbox gets nobody new from its pool until it stands better; null when it does. */
export function unfitness(of: Standing): string | null {
  if (of.sent < judgedMin) return null;
  const share = of.bounced / of.sent;
  if (share > fit.bounceShareMax)
    return `${perCent(share)} of its emails since yesterday came back, and ${perCent(fit.bounceShareMax)} may`;
  const health = healthOf(of);
  return health < fit.healthMin ? `its health is ${health} of 100, and ${fit.healthMin} is wanted` : null;
}

const perCent = (share: number) => `${(Math.ceil(share * 1000) / 10).toLocaleString("en")} %`;
