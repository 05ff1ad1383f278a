import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { judgedSince, pauseAndTell } from "./guards.ts";

/** Receivers close a sender of whose mail more than this comes back; they judge by far less than a whole campaign. */
export const bounceShareMax = 0.05;
/** Below so many the share says nothing. */
export const judgedMin = 50;

type Judged = { id: string; name: string; launchedBy: string | null; bounced: number; tried: number };

/**
 * Pauses those of the campaigns of which too much came back, and tells who launched them. Returns their ids. What is
 * on the wire still leaves.
 */
export async function pauseOnBounces(tx: TenantTx, campaignIds: readonly string[]): Promise<string[]> {
  const judged = await tx.execute<Judged>(sql`
    select c.id, c.name, c.launched_by as "launchedBy", m.bounced, m.tried
    from campaigns c cross join lateral (
      select count(*) filter (where delivery_status = 'bounced')::int as bounced, count(*)::int as tried
      from content.email_messages m
      where m.campaign_id = c.id and m.delivery_status in ('sent', 'bounced')
        and coalesce(m.bounced_at, m.sent_at) > ${judgedSince}
    ) m
    where c.id = any(${sql.param([...campaignIds])}::uuid[]) and c.status = 'active'`);
  const bad = judged.filter(({ bounced, tried }) => tried >= judgedMin && bounced > tried * bounceShareMax);
  const paused: string[] = [];
  for (const campaign of bad) if (await pause(tx, campaign)) paused.push(campaign.id);
  return paused;
}

function pause(tx: TenantTx, campaign: Judged): Promise<boolean> {
  const { bounced, tried } = campaign;
  const share = ((100 * bounced) / tried).toFixed(1);
  return pauseAndTell(tx, campaign, {
    what: "too much of it came back",
    why: `${bounced} of the last ${tried.toLocaleString("en")} emails came back (${share} %; ${100 * bounceShareMax} % is the limit). Check where these addresses come from before you resume.`,
    facts: { reason: "bounces", bounced, tried },
  });
}
