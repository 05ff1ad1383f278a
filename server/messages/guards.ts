import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { recordCampaignAct } from "#server/campaigns/acts";
import { stopCampaign } from "#server/enrollments/launch";
import { notify } from "#server/notifications/mutations";

/** A campaign `c` is judged by what happened within 24 hours, or since somebody last let it go on. */
export const judgedSince: SQL = sql`greatest(app_now() - interval '24 hours', (
  select max(a.created_at) from audit_log a
  where a.resource_type = 'campaign' and a.resource_id = c.id and a.action = 'campaign.resumed'))`;

/** `what` completes “was paused: …”; `why` is a sentence that says what to do; `facts` are for the audit log. */
type Verdict = { what: string; why: string; facts: Record<string, unknown> };

/** Pauses a running campaign and tells who launched it. False when it does not run any more. */
export async function pauseAndTell(
  tx: TenantTx,
  { id, name, launchedBy }: { id: string; name: string; launchedBy: string | null },
  { what, why, facts }: Verdict,
): Promise<boolean> {
  if (!(await stopCampaign(tx, id, why))) return false;
  await recordCampaignAct(tx, { id, userId: null }, "campaign.paused", { ...facts, why });
  await notify(tx, {
    userId: launchedBy,
    type: "campaign.paused",
    title: `“${name}” was paused: ${what}`,
    body: why,
    path: `/campaigns/${id}`,
  });
  return true;
}
