import type postgres from "postgres";
import { sentence } from "./recount.ts";

/*
 * The daily numbers, which the product counts every ten minutes, and the sums and rates of them that it shows.
 */

const kept = ["campaign", "sequence_step", "mailbox"] as const;
const keys = { campaign: "campaign_id", sequence_step: "step_id", mailbox: "email_account_id" } as const;

/** The daily numbers of a tenant, by campaign, step and mailbox, and its rates against a plain count; sentences of those that differ. */
export async function recountNumbers(sql: postgres.Sql, tenantId: string): Promise<string[]> {
  const found: string[] = [];
  for (const one of kept) {
    const key = sql(keys[one]);
    const rows = await sql<{ what: string; cached: string; counted: string }[]>`
      with m as (
        select * from content.email_messages
        where tenant_id = ${tenantId} and direction = 'outbound' and not is_test and campaign_id is not null
      ), v as (
        select e.type, e.is_machine, m.${key} as id from email_events e join m on m.id = e.message_id where e.tenant_id = ${tenantId}
      ), hits as (
        select id, count(*) filter (where type = 'opened' and not is_machine) as opens,
          count(*) filter (where type = 'opened' and is_machine) as machines,
          count(*) filter (where type = 'clicked' and not is_machine) as clicks
        from v group by 1
      ), counted as (
        select m.${key} as id, concat_ws(' ', count(m.sent_at), count(*) filter (where m.sent_at is not null and m.bounced_at is null),
          count(m.first_opened_at), count(m.first_clicked_at), count(*) filter (where m.sent_at is not null and m.bounced_at is not null),
          count(m.unsubscribed_at), coalesce(max(h.opens), 0), coalesce(max(h.machines), 0), coalesce(max(h.clicks), 0)) as numbers
        from m left join hits h on h.id = m.${key} group by 1
      ), kept as (
        select ${key} as id, concat_ws(' ', sum(emails_sent), sum(emails_delivered), sum(emails_opened), sum(emails_clicked),
          sum(emails_bounced), sum(unsubscribes), sum(opens_total), sum(machine_opens), sum(clicks_total)) as numbers
        from analytics.${sql(`${one}_analytics`)} where tenant_id = ${tenantId} group by 1
      )
      select 'daily numbers of ' || ${one} || ' ' || id as what, coalesce(kept.numbers, none) as cached, coalesce(counted.numbers, none) as counted
      from counted full join kept using (id) cross join (select '0 0 0 0 0 0 0 0 0' as none) as nothing
      where coalesce(kept.numbers, none) <> coalesce(counted.numbers, none)`;
    found.push(...rows.map(sentence));
  }
  const rates = await sql<{ what: string; cached: string; counted: string }[]>`
    with counted as (
      select campaign_id, count(sent_at) as sent, count(*) filter (where sent_at is not null and bounced_at is null) as delivered,
        count(first_opened_at) as opened, count(first_clicked_at) as clicked
      from content.email_messages
      where tenant_id = ${tenantId} and direction = 'outbound' and not is_test and campaign_id is not null group by 1
    ), pairs as (
      select campaign_id, concat_ws(' ', p.delivery_rate, p.open_rate, p.click_rate) as cached,
        concat_ws(' ', round(100.0 * c.delivered / nullif(c.sent, 0), 2), round(100.0 * c.opened / nullif(c.delivered, 0), 2),
          round(100.0 * c.clicked / nullif(c.delivered, 0), 2)) as counted
      from counted c join analytics.campaign_performance_mv p using (campaign_id)
    ), by_day as (
      select campaign_id, concat_ws(' ', sum(total), '') as cached, concat_ws(' ', sum(real), '') as counted from (
        select null::uuid as campaign_id, total_emails_sent as total, 0 as real from analytics.email_analytics where tenant_id = ${tenantId}
        union all select null, 0, 1 from content.email_messages
        where tenant_id = ${tenantId} and direction = 'outbound' and not is_test and sent_at is not null) days group by 1
    )
    select 'rates of campaign ' || campaign_id as what, cached, counted from pairs where cached <> counted
    union all select 'emails sent of all days', cached, counted from by_day where cached <> counted`;
  return [...found, ...rates.map(sentence)];
}
