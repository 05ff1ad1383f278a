import { sql, type SQL } from "drizzle-orm";

/**
 * Counts of messages; people are counted once per message, machine opens and clicks not at all. `delivered` is sent
 * and not bounced; `failed` was never taken by a server; `unknown` may or may not have arrived.
 */
export type Numbers = {
  queued: number;
  sent: number;
  delivered: number;
  bounced: number;
  opened: number;
  clicked: number;
  replied: number;
  unsubscribed: number;
  failed: number;
  unknown: number;
};

export const noNumbers: Numbers = {
  queued: 0,
  sent: 0,
  delivered: 0,
  bounced: 0,
  opened: 0,
  clicked: 0,
  replied: 0,
  unsubscribed: 0,
  failed: 0,
  unknown: 0,
};

/** The aggregates over `content.email_messages m`, named as `Numbers` is. */
export const countedMessages: SQL = sql`
  (count(*) filter (where m.delivery_status in ('queued', 'sending', 'deferred')))::int as queued,
  (count(*) filter (where m.sent_at is not null))::int as sent,
  (count(*) filter (where m.sent_at is not null and m.bounced_at is null))::int as delivered,
  (count(*) filter (where m.sent_at is not null and m.bounced_at is not null))::int as bounced,
  (count(m.first_opened_at))::int as opened,
  (count(m.first_clicked_at))::int as clicked,
  (count(m.replied_at))::int as replied,
  (count(m.unsubscribed_at))::int as unsubscribed,
  (count(*) filter (where m.delivery_status in ('failed', 'bounced') and m.sent_at is null))::int as failed,
  (count(*) filter (where m.delivery_status = 'unknown'))::int as unknown`;

export function addNumbers(numbers: readonly Numbers[]): Numbers {
  const sum = { ...noNumbers };
  for (const each of numbers) for (const key of Object.keys(sum) as (keyof Numbers)[]) sum[key] += each[key];
  return sum;
}
