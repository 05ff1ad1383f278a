import { type SQL, sql } from "drizzle-orm";
import { type Span, slack } from "./moments.ts";
import { counted } from "./numbers.ts";
import type { PeriodMeasure } from "./schema.ts";

/** `campaigns`: condition on `campaigns k`. `mailbox`: of this one alone. */
type Of = { campaigns: SQL; mailbox: string | undefined; span: Span };

/**
 * A query of (at, ref, message_id): the moments that `momentsOf` gives for one measure, found by the index that knows
 * them, since whoever asks for the few replies of a year is not to read all that was sent in it.
 */
export function momentsOfOne(measure: PeriodMeasure, { campaigns, mailbox, span }: Of): SQL {
  const { since, until } = span;
  const within = (column: SQL) =>
    sql`${column} >= ${since}::timestamptz and ${column} < ${until}::timestamptz`;
  const ours = sql`any(array(select k.id from campaigns k where ${campaigns}))`;
  const mailboxes = mailbox ? sql`${mailbox}::uuid` : sql`any(array(select id from email_accounts))`;
  const from = mailbox ? sql`and m.email_account_id = ${mailbox}::uuid` : sql``;
  const ofMessages = (at: SQL, more = sql``) => sql`
    select ${at} as at, m.id as ref, m.id as message_id from content.email_messages m
    where m.campaign_id = ${ours} and ${counted} and ${within(at)} ${from} ${more}`;
  const sent = (more: SQL) => ofMessages(sql`m.sent_at`, sql`and m.email_account_id = ${mailboxes} ${more}`);
  // What people do may be known of a message that was sent just now, before the log has it.
  const done = (at: SQL, type: string) =>
    ofMessages(
      at,
      sql`and m.id in (
    select s.id from content.email_messages s
    where s.email_account_id = ${mailboxes} and s.campaign_id = ${ours} and ${within(sql`s.sent_at`)}
    union
    select e.message_id from email_events e
    where e.campaign_id = ${ours} and e.type = ${type} and e.occurred_at >= ${since}::timestamptz - ${slack}
      and e.occurred_at < ${until}::timestamptz + ${slack})`,
    );
  switch (measure) {
    case "sent":
      return sent(sql``);
    case "delivered":
      return sent(sql`and m.bounced_at is null`);
    case "opened":
      return done(sql`m.first_opened_at`, "opened");
    case "clicked":
      return done(sql`m.first_clicked_at`, "clicked");
    // Few come to these: an index of their own holds them, by campaign.
    case "replied":
      return ofMessages(sql`m.replied_at`, sql`and m.replied_at is not null`);
    case "bounced":
      return ofMessages(sql`m.bounced_at`, sql`and m.bounced_at is not null and m.sent_at is not null`);
    case "unsubscribed":
      return ofMessages(sql`m.unsubscribed_at`, sql`and m.unsubscribed_at is not null`);
    case "complained":
      return ofMessages(sql`m.complained_at`, sql`and m.complained_at is not null`);
    case "machineOpened":
      return sql`
        select e.occurred_at as at, e.id as ref, m.id as message_id
        from email_events e join content.email_messages m on m.id = e.message_id
        where e.campaign_id = ${ours} and e.type = 'opened' and e.is_machine and ${counted} ${from}
          and ${within(sql`e.occurred_at`)}`;
    case "converted":
      return sql`
        select v.occurred_at as at, v.id as ref, m.id as message_id
        from campaign_conversions v join content.email_messages m on m.id = v.message_id
        where v.campaign_id = ${ours} and ${counted} ${from} and ${within(sql`v.occurred_at`)}`;
  }
}
