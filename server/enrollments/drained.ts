import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Which of these campaigns run with nobody on the way in them any more, and take nobody in. */
export async function drainedAmong(tx: TenantTx, campaignIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select k.id from campaigns k
    where k.id = any(${sql.param([...new Set(campaignIds)])}::uuid[]) and k.status = 'active' and k.frozen_at is not null
      and k.campaign_type <> 'triggered' and not k.auto_enroll
      and not exists (select from ab_tests t where t.campaign_id = k.id and t.status in ('running', 'extended') and t.started_at is not null)
      and case when ${somebodyDue} then false else not exists (
        select from campaign_contacts e where e.campaign_id = k.id and e.status in ('enrolled', 'active', 'paused')) end`);
  return rows.map(({ id }) => id);
}

/**
 * Somebody has a time at one of the steps. It is asked first: steps look there all the time, so that the index is free of
 * those who have left, of whom there may be a million more between two vacuums where only campaign and status are asked for.
 */
const somebodyDue = sql`exists (
  select from campaign_steps s
  cross join lateral (
    select from campaign_contacts e
    where e.tenant_id = s.tenant_id and e.current_step_id = s.id and e.status in ('enrolled', 'active')
      and e.next_email_scheduled_at is not null
    order by e.next_email_scheduled_at limit 1
  ) due
  where s.campaign_id = k.id and s.tenant_id = k.tenant_id)`;
