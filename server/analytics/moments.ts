import { sql, type SQL } from "drizzle-orm";
import { counted } from "./numbers.ts";

/**
 * What is counted per day, named as the columns of the daily tables are. Each happens at a moment and counts on that
 * moment's day, whenever the message was sent.
 */
export const dailyMeasures = [
  "emails_sent",
  "emails_delivered",
  "emails_opened",
  "opens_total",
  "machine_opens",
  "emails_clicked",
  "clicks_total",
  "emails_replied",
  "emails_bounced",
  "bounced_hard",
  "bounced_soft",
  "complaints",
  "unsubscribes",
  "conversions",
] as const;

/** Instants, ISO 8601: from `since` on, and before `until`. */
export type Span = { since: string; until: string };

/** An event and its message's column are written by one statement, or by two of one transaction. */
export const slack = sql`interval '1 hour'`;

/**
 * A query of (campaign_id, step_id, email_account_id, what, at, variant_id): everything that happened to the campaigns'
 * messages within a span. Found by the mailboxes that sent in it and by the log of events, so that its cost is that of
 * the span and not of the campaigns.
 * @param campaigns condition on `campaigns k`
 */
export function momentsOf(campaigns: SQL, { since, until }: Span): SQL {
  const within = (column: SQL) =>
    sql`${column} >= ${since}::timestamptz and ${column} < ${until}::timestamptz`;
  const ours = sql`any(array(select k.id from campaigns k where ${campaigns}))`;
  return sql`
    select m.campaign_id, m.step_id, m.email_account_id, v.what, v.at, m.variant_id
    from (
      select s.id from content.email_messages s
      where s.email_account_id = any(array(select id from email_accounts)) and s.campaign_id = ${ours}
        and s.sent_at is not null and ${within(sql`s.sent_at`)}
      union
      select e.message_id from email_events e
      where e.campaign_id = ${ours} and e.occurred_at >= ${since}::timestamptz - ${slack}
        and e.occurred_at < ${until}::timestamptz + ${slack}
    ) touched
    join content.email_messages m on m.id = touched.id
    cross join lateral (values
      ('emails_sent', m.sent_at),
      ('emails_delivered', case when m.bounced_at is null then m.sent_at end),
      ('emails_opened', m.first_opened_at),
      ('emails_clicked', m.first_clicked_at),
      ('emails_replied', m.replied_at),
      ('emails_bounced', case when m.sent_at is not null then m.bounced_at end),
      ('bounced_hard', case when m.sent_at is not null and m.bounce_type = 'hard' then m.bounced_at end),
      ('bounced_soft', case when m.sent_at is not null and m.bounce_type = 'soft' then m.bounced_at end),
      ('complaints', m.complained_at),
      ('unsubscribes', m.unsubscribed_at)) as v (what, at)
    where m.campaign_id = ${ours} and ${counted} and ${within(sql`v.at`)}
    union all
    select e.campaign_id, e.step_id, m.email_account_id,
      case when e.type = 'clicked' then 'clicks_total' when e.is_machine then 'machine_opens' else 'opens_total' end, e.occurred_at, m.variant_id
    from email_events e join content.email_messages m on m.id = e.message_id
    where e.campaign_id = ${ours} and (e.type = 'opened' or e.type = 'clicked' and not e.is_machine)
      and ${counted} and ${within(sql`e.occurred_at`)}
    union all
    select m.campaign_id, m.step_id, m.email_account_id, 'conversions', v.occurred_at, m.variant_id
    from campaign_conversions v join content.email_messages m on m.id = v.message_id
    where v.campaign_id = ${ours} and ${counted} and ${within(sql`v.occurred_at`)}`;
}

/** Counts of a relation with a column `what`, one column per measure. */
export const countedMoments: SQL = sql.join(
  dailyMeasures.map(
    (measure) => sql`(count(*) filter (where what = ${measure}))::int as ${sql.identifier(measure)}`,
  ),
  sql`, `,
);
