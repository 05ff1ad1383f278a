import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Clicks count so long after they came in: bursts of scanners show only in hindsight. */
const settledSeconds = 60;

/**
 * Brings whoever has just clicked in these messages to the campaigns that listen to their links. A later click stands
 * in for an earlier one that may turn out to be a machine's.
 */
export async function noteClickArrivals(tx: TenantTx, messageIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    insert into campaign_arrivals (campaign_id, trigger_id, contact_id, due_at, ref_id)
    select distinct on (e.contact_id, t.id) t.campaign_id, t.id, e.contact_id,
      app_now() + make_interval(secs => ${settledSeconds}), e.id
    from email_events e
    join listening_triggers t on t.trigger_type = 'link_clicked'
      and (t.role = 'goal' or e.campaign_id is distinct from t.campaign_id)
      and (t.link_campaign_id is null or t.link_campaign_id = e.campaign_id)
      and (t.match is null or strpos(lower(e.url), t.match) > 0)
    where campaigns_listen('{link_clicked}') and e.message_id = any(${sql.param(messageIds)}::uuid[])
      and e.type = 'clicked' and not e.is_machine and e.contact_id is not null
      and e.occurred_at > app_now() - make_interval(secs => ${settledSeconds})
    order by e.contact_id, t.id, e.occurred_at desc
    on conflict (tenant_id, campaign_id, contact_id, trigger_id) do update
      set due_at = excluded.due_at, ref_id = excluded.ref_id`);
}
