import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { stopCampaign } from "#server/enrollments/launch";
import { notify } from "#server/notifications/mutations";

/** Receivers close a sender of whose mail more than this comes back; they judge by far less than a whole campaign. */
export const bounceShareMax = 0.05;
/** Below so many the share says nothing. */
export const judgedMin = 50;

type Judged = { id: string; name: string; launchedBy: string | null; bounced: number; tried: number };

/**
 * Pauses those of the campaigns of which too much came back within 24 hours, or since somebody last let them go on,
 * and tells who launched them. Returns their ids. What is on the wire still leaves.
 */
export async function pauseOnBounces(tx: TenantTx, campaignIds: readonly string[]): Promise<string[]> {
  const judged = await tx.execute<Judged>(sql`
    select c.id, c.name, c.launched_by as "launchedBy", m.bounced, m.tried
    from campaigns c cross join lateral (
      select count(*) filter (where delivery_status = 'bounced')::int as bounced, count(*)::int as tried
      from content.email_messages m
      where m.campaign_id = c.id and m.delivery_status in ('sent', 'bounced')
        and coalesce(m.bounced_at, m.sent_at) > greatest(app_now() - interval '24 hours', (
          select max(a.created_at) from audit_log a
          where a.resource_type = 'campaign' and a.resource_id = c.id and a.action = 'campaign.resumed'))
    ) m
    where c.id = any(${sql.param([...campaignIds])}::uuid[]) and c.status = 'active'`);
  const bad = judged.filter(({ bounced, tried }) => tried >= judgedMin && bounced > tried * bounceShareMax);
  const paused: string[] = [];
  for (const campaign of bad) if (await pause(tx, campaign)) paused.push(campaign.id);
  return paused;
}

async function pause(tx: TenantTx, { id, name, launchedBy, bounced, tried }: Judged): Promise<boolean> {
  const share = ((100 * bounced) / tried).toFixed(1);
  const why = `${bounced} of the last ${tried.toLocaleString("en")} emails came back (${share} %; ${100 * bounceShareMax} % is the limit). Check where these addresses come from before you resume.`;
  if (!(await stopCampaign(tx, id, why))) return false;
  await recordCampaignAct(tx, { id, userId: null }, "campaign.paused", { reason: "bounces", bounced, tried });
  await notify(tx, {
    userId: launchedBy,
    type: "campaign.paused",
    title: `“${name}” was paused: too much of it came back`,
    body: why,
    path: `/campaigns/${id}`,
  });
  return true;
}
