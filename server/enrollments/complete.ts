import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { abandonTests } from "#server/ab-tests/conclude";
import { exitEnrollments } from "./exits.ts";
import { recountCampaign } from "./recount.ts";

/** Where a campaign stands on its way to the end. `ending`: its end date has passed, and people are still leaving it. */
export type Ending = "running" | "ending" | "completed";

const slice = 1_000;

/**
 * Completes a running campaign when its audience is frozen, nobody is on the way and no test waits for its verdict, unless
 * it goes on taking people in; and once its end date has passed takes the rest out, a slice at a time. Safe to ask at any moment, as often as one likes.
 */
export async function completeIfDone(tx: TenantTx, campaignId: string): Promise<Ending> {
  const [campaign] = await tx.execute<{
    status: string;
    frozen: boolean;
    over: boolean;
    goesOn: boolean;
  }>(sql`
    select status, frozen_at is not null as frozen, coalesce(end_date <= app_now(), false) as over,
      campaign_type = 'triggered' or auto_enroll as "goesOn"
    from campaigns where id = ${campaignId}::uuid and deleted_at is null`);
  if (!campaign || campaign.status === "completed") return "completed";
  if (campaign.status !== "active" || !campaign.frozen) return "running";
  if (campaign.goesOn && !campaign.over) return "running";
  if (campaign.over && !(await lockRunning(tx, campaignId))) return "running";
  if (campaign.over && (await endSlice(tx, campaignId)) === slice) return "ending";
  const rows = await tx.execute(sql`
    update campaigns set status = 'completed', completed_at = app_now(), updated_at = app_now(),
      completion_reason = ${campaign.over ? "campaign_ended" : "finished"}
    where id = ${campaignId}::uuid and status = 'active'
      and (${campaign.over} or not exists (select from ab_tests t where t.campaign_id = ${campaignId}::uuid
        and t.status in ('running', 'extended') and t.started_at is not null))
      and not exists (
      select 1 from campaign_contacts e where e.campaign_id = ${campaignId}::uuid and e.status in ('enrolled', 'active', 'paused'))
    returning id`);
  if (rows.length === 0) return "running";
  await tx.execute(sql`
    update campaign_drivers set phase = 'done', updated_at = app_now() where campaign_id = ${campaignId}::uuid`);
  await abandonTests(tx, { campaignId }, "campaign_ended");
  await tx.execute(sql`
    delete from campaign_arrivals a where a.campaign_id = ${campaignId}::uuid
      and not exists (select from campaign_triggers t where t.id = a.trigger_id and t.role = 'goal')`);
  await recountCampaign(tx, campaignId);
  return "completed";
}

/**
 * Whoever changes a campaign locks it before its limits, which the exits of its people take. False when it was paused, or
 * its end put off, meanwhile.
 */
async function lockRunning(tx: TenantTx, campaignId: string): Promise<boolean> {
  const rows = await tx.execute(sql`
    select from campaigns where id = ${campaignId}::uuid and status = 'active' and end_date <= app_now() for no key update`);
  return rows.length > 0;
}

/** The next ones in no order: that would have to be looked for among all that are left. */
async function endSlice(tx: TenantTx, campaignId: string): Promise<number> {
  const rows = await tx.execute<{ id: string }>(sql`
    select id from campaign_contacts
    where campaign_id = ${campaignId}::uuid and status in ('enrolled', 'active', 'paused') limit ${slice}`);
  return exitEnrollments(
    tx,
    rows.map(({ id }) => ({ enrollmentId: id, reason: "campaign_ended" })),
  );
}
