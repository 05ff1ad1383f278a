import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** Which of these campaigns run with nobody on the way in them any more, and take nobody in. */
export async function drainedAmong(tx: TenantTx, campaignIds: readonly string[]): Promise<string[]> {
  const rows = await tx.execute<{ id: string }>(sql`
    select k.id from campaigns k
    where k.id = any(${sql.param([...new Set(campaignIds)])}::uuid[]) and k.status = 'active' and k.frozen_at is not null
      and k.campaign_type <> 'triggered' and not k.auto_enroll
      and not exists (select from ab_tests t where t.campaign_id = k.id and t.status in ('running', 'extended') and t.started_at is not null)
      and not exists (
        select 1 from campaign_contacts e where e.campaign_id = k.id and e.status in ('enrolled', 'active', 'paused'))`);
  return rows.map(({ id }) => id);
}
