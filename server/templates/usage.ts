import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** A campaign that is not over: its template may still be wanted. */
const inProgress = sql`k.deleted_at is null and k.status in ('active', 'paused', 'scheduled')`;

/** How many campaigns that are not over have a step that was started from the template. */
export const campaignsInProgress = (templateId: SQL) => sql<number>`(
  select count(distinct s.campaign_id)::int from campaign_steps s
    join campaigns k on k.tenant_id = s.tenant_id and k.id = s.campaign_id
  where s.template_id = ${templateId} and s.is_active and ${inProgress})`;

/** A step that was started from a template. `holds`: the template cannot be deleted as long as it is there. */
export type TemplateUse = {
  campaignId: string;
  campaign: string;
  status: string;
  archived: boolean;
  stepId: string;
  /** From 1, in the order in which steps are shown. */
  step: number;
  subject: string | null;
  holds: boolean;
};

/** Where a template is used, campaigns that are not over first: at most 200 steps. */
export async function listTemplateUsage(tx: TenantTx, id: string): Promise<TemplateUse[]> {
  return [
    ...(await tx.execute<TemplateUse>(sql`
      select k.id as "campaignId", k.name as campaign, k.status, k.archived_at is not null as archived, s.id as "stepId",
        (select count(*)::int from campaign_steps o where o.campaign_id = k.id and o.is_active and o.step_order <= s.step_order) as step,
        s.subject_line as subject, (${inProgress}) as holds
      from campaign_steps s join campaigns k on k.tenant_id = s.tenant_id and k.id = s.campaign_id
      where s.template_id = ${id}::uuid and s.is_active and k.deleted_at is null
      order by holds desc, k.created_at desc, s.step_order limit 200`)),
  ];
}
