import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { CampaignType } from "#server/campaigns/schema";
import { namesHeld } from "#server/segments/schema";

export type OpenChoice = { id: string; name: string; type: CampaignType; status: "active" | "paused" };

/** The launched campaigns that somebody can be added to by hand, the triggered ones first. */
export async function listOpenCampaigns(tx: TenantTx): Promise<OpenChoice[]> {
  return [
    ...(await tx.execute<OpenChoice>(sql`
      select id, name, campaign_type as type, status from campaigns
      where status in ('active', 'paused') and deleted_at is null and archived_at is null
      order by campaign_type <> 'triggered', name limit ${namesHeld + 1}`)),
  ];
}
