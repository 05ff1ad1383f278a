import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/**
 * Sets the cached counters of a campaign and its steps to what the ledger says: people, emails sent, and messages
 * opened and clicked by them. Rows that are right already are left alone.
 */
export async function recountCampaign(tx: TenantTx, campaignId: string): Promise<void> {
  await tx.execute(sql`
    with counted as materialized (
      select step_id, (count(*) filter (where sent_at is not null))::int as sent,
        count(first_opened_at)::int as opened, count(first_clicked_at)::int as clicked, count(replied_at)::int as replied
      from content.email_messages
      where campaign_id = ${campaignId}::uuid and direction = 'outbound' and not is_test
      group by step_id
    ), steps as (
      update campaign_steps s
      set emails_sent = n.sent, emails_opened = n.opened, emails_clicked = n.clicked
      from counted n
      where s.id = n.step_id and (s.emails_sent, s.emails_opened, s.emails_clicked) is distinct from (n.sent, n.opened, n.clicked)
    )
    update campaigns k
    set emails_sent = n.sent, emails_opened = n.opened, emails_clicked = n.clicked, emails_replied = n.replied,
      total_contacts = n.people
    from (select (select count(*)::int from campaign_contacts where campaign_id = ${campaignId}::uuid) as people, coalesce(sum(sent), 0)::int as sent, coalesce(sum(opened), 0)::int as opened,
      coalesce(sum(clicked), 0)::int as clicked, coalesce(sum(replied), 0)::int as replied from counted) n
    where k.id = ${campaignId}::uuid
      and (k.emails_sent, k.emails_opened, k.emails_clicked, k.emails_replied, k.total_contacts)
        is distinct from (n.sent, n.opened, n.clicked, n.replied, n.people)`);
}
