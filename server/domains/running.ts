import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { live } from "#server/ab-tests/queries";
import { domainOf } from "./names.ts";

/**
 * A running campaign, and the domains that its emails come from: in a pool each of them from any, else each email or variant
 * from one.
 */
export type RunningCampaign = {
  id: string;
  name: string;
  launchedBy: string | null;
  pooled: boolean;
  from: string[];
};

/** Those for which `which` holds of campaign `k`, and that send real mail: mail of the sandbox is nobody's to judge. */
export async function runningCampaigns(tx: TenantTx, which: SQL = sql`true`): Promise<RunningCampaign[]> {
  const rows = await tx.execute<Omit<RunningCampaign, "from"> & { senders: string[] }>(sql`
    select k.id, k.name, k.launched_by as "launchedBy", k.rotation_pool_id is not null as pooled,
      case when k.rotation_pool_id is null then array(
        -- As the ledger names the sender of a message: by the version that leaves, else by the campaign.
        select distinct coalesce(nullif(v.config -> 'sender' ->> 'fromEmail', ''), k.from_email::text)
        from campaign_steps s join campaign_step_versions v on v.step_id = s.id and v.version = s.current_version
        where s.campaign_id = k.id and s.is_active and s.step_type = 'email'
          and (v.variant_id is null or exists (select from ab_tests t where t.step_id = s.id and t.${live})))
      else array(select a.email::text from pool_members m join email_accounts a on a.id = m.email_account_id
        where m.pool_id = k.rotation_pool_id and m.status = 'active' and a.provider <> 'sandbox') end as senders
    from campaigns k left join email_accounts a on a.id = k.email_account_id
    where k.status = 'active' and k.deleted_at is null and a.provider is distinct from 'sandbox' and ${which}
    order by k.id`);
  return rows.map(({ senders, ...campaign }) => ({ ...campaign, from: [...new Set(senders.map(domainOf))] }));
}
