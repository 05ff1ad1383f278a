import { type SQL, sql } from "drizzle-orm";
import { withoutTenant } from "#db/client";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { log } from "#server/log";
import { takePeopleOut } from "./removal.ts";
import { keptDays } from "./schema.ts";

/** So many rows of contacts are removed in one transaction. */
const sliceSizeDefault = 2_000;
/** So many campaigns in one round; the next run has the others. */
const campaignsMax = 500;
/** So many slices of people leave one campaign in a round, so that no round takes long. */
const leavingDefault = { slices: 50 };

type Deleted = { tenant_id: string; workspace_id: string; id: string; due: boolean };

/**
 * Sees to the deleted campaigns of every workspace: whoever is still on the way in one has left it, and what is past its
 * days is removed for good. Run again after it died, it goes on. Returns how many were removed, and whether people are
 * left who still have to leave one.
 */
export async function purgeCampaigns(
  size: number = sliceSizeDefault,
  leaving: Parameters<typeof takePeopleOut>[1] = leavingDefault,
): Promise<{ purged: number; more: boolean }> {
  const found = await withoutTenant((tx) =>
    tx.execute<Deleted>(sql`select * from deleted_campaigns(${keptDays}, ${campaignsMax})`),
  );
  let purged = 0;
  let more = false;
  const failed: unknown[] = [];
  for (const { tenant_id: tenantId, workspace_id: workspaceId, id, due } of found) {
    const campaign = { scope: { tenantId, workspaceId }, id };
    try {
      const empty = await takePeopleOut(campaign, leaving);
      if (!empty) more = true;
      if (!empty || !due) continue;
      await purgeCampaign(campaign, size);
      purged += 1;
    } catch (error) {
      // One that cannot be removed must not keep the others.
      log.error({ err: error, ...campaign.scope, campaignId: id }, "a deleted campaign could not be removed");
      failed.push(error);
    }
  }
  if (purged > 0) log.info({ purged }, "deleted campaigns that are past their days were removed");
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} deleted campaigns stayed.`);
  return { purged, more };
}

/**
 * The places of contacts go first, with what their steps have logged, by slices, and the campaign itself last. One that
 * has sent stays by its name, its steps as they were sent, its tests and goals: the ledger, the numbers and the links in
 * people's inboxes go on naming them.
 */
async function purgeCampaign({ scope, id }: { scope: Scope; id: string }, size: number): Promise<void> {
  const ofCampaign = sql`campaign_id = ${id}::uuid`;
  const slices: SQL[] = [
    sql`with gone as (
        delete from campaign_contacts where id in (
          select id from campaign_contacts where ${ofCampaign} order by id limit ${size}) returning id
      ), logged as (
        delete from enrollment_step_log where enrollment_id = any(array(select id from gone))
      ), passes as (
        delete from campaign_contact_runs where enrollment_id = any(array(select id from gone))
      ) select from gone`,
    sql`delete from campaign_arrivals where id in (
        select id from campaign_arrivals where ${ofCampaign} limit ${size}) returning 1`,
    sql`delete from email_drafts where id in (
        select id from email_drafts where ${ofCampaign} limit ${size}) returning 1`,
    sql`delete from ab_test_assignments where id in (
        select a.id from ab_tests t join ab_test_assignments a on a.test_id = t.id
        where t.campaign_id = ${id}::uuid limit ${size}) returning 1`,
  ];
  for (const slice of slices) {
    for (let removed = size; removed === size;)
      removed = (await withTenant(scope, (tx) => tx.execute(slice))).length;
  }
  await withTenant(scope, (tx) => removeTheRest(tx, id));
}

/** By campaign a handful of rows each. */
const machinery = [
  "campaign_versions",
  "campaign_step_states",
  "campaign_triggers",
  "campaign_schedules",
  "campaign_occurrences",
  "campaign_drivers",
  "campaign_usage",
  "campaign_paces",
  "step_drivers",
] as const;

async function removeTheRest(tx: TenantTx, id: string): Promise<void> {
  const removed = await tx.execute(sql`
    delete from campaigns k where id = ${id}::uuid and deleted_at is not null
      and not exists (select from content.email_messages m where m.campaign_id = k.id)
      and not exists (select from campaign_conversions v where v.campaign_id = k.id)
    returning id`);
  if (removed.length > 0) return;
  for (const table of machinery)
    await tx.execute(sql`delete from ${sql.identifier(table)} where campaign_id = ${id}::uuid`);
  await tx.execute(
    sql`update campaigns set purged_at = app_now(), updated_at = app_now() where id = ${id}::uuid`,
  );
}
