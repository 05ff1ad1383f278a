import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { CampaignType } from "#server/campaigns/schema";

export type CampaignTemplate = {
  id: string;
  name: string;
  type: CampaignType;
  steps: number;
  createdAt: Date;
  createdBy: string | null;
};

/** The workspace's templates of campaigns, by name. */
export async function listCampaignTemplates(tx: TenantTx): Promise<CampaignTemplate[]> {
  return [
    ...(await tx.execute<CampaignTemplate>(sql`
      select t.id, t.name, t.structure ->> 'type' as type, jsonb_array_length(t.structure -> 'steps') as steps,
        t.created_at as "createdAt", u.name as "createdBy"
      from campaign_templates t left join users u on u.id = t.created_by order by t.name limit 200`)),
  ];
}
