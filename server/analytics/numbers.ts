import { sql, type SQL } from "drizzle-orm";
import { type Measure, measures } from "./schema.ts";

/**
 * Counts of messages; people are counted once per message, machine opens and clicks not at all. `delivered` is sent
 * and not bounced; `machineOpened` was fetched by machines and by nobody else; `converted` had a goal put down to it;
 * `failed` was never taken by a server; `unknown` may or may not have arrived; `withGaps` was sent although a field that it
 * names was empty.
 */
export type Numbers = Record<Measure, number>;

/** Tests and received mail are no part of a campaign's numbers. */
export const counted: SQL = sql`m.direction = 'outbound' and m.message_type = 'email' and not m.is_test`;

/**
 * Which rows of `content.email_messages m` a number counts. The number and the list behind it are made of the same
 * predicate, so that they cannot disagree.
 */
export const isCounted: Record<Measure, SQL> = {
  queued: sql`m.delivery_status in ('queued', 'sending', 'deferred')`,
  sent: sql`m.sent_at is not null`,
  delivered: sql`m.sent_at is not null and m.bounced_at is null`,
  bounced: sql`m.sent_at is not null and m.bounced_at is not null`,
  opened: sql`m.first_opened_at is not null`,
  machineOpened: sql`m.first_opened_at is null and m.machine_open_count > 0`,
  clicked: sql`m.first_clicked_at is not null`,
  replied: sql`m.replied_at is not null`,
  converted: sql`m.id in (select v.message_id from campaign_conversions v where v.message_id is not null)`,
  unsubscribed: sql`m.unsubscribed_at is not null`,
  complained: sql`m.complained_at is not null`,
  failed: sql`m.sent_at is null and (m.delivery_status = 'failed' or m.delivery_status = 'bounced' and m.bounced_at is not null)`,
  unknown: sql`m.delivery_status = 'unknown'`,
  withGaps: sql`m.sent_at is not null and m.empty_fields is not null`,
};

/** The aggregates over `content.email_messages m`, named as `Numbers` is. */
export const countedMessages: SQL = sql.join(
  measures.map(
    (measure) => sql`(count(*) filter (where ${isCounted[measure]}))::int as ${sql.identifier(measure)}`,
  ),
  sql`, `,
);

export const noNumbers = Object.fromEntries(measures.map((measure) => [measure, 0])) as Numbers;

export function addNumbers(numbers: readonly Numbers[]): Numbers {
  const sum = { ...noNumbers };
  for (const each of numbers) for (const measure of measures) sum[measure] += each[measure];
  return sum;
}
