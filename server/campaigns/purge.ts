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

type Campaign = { scope: Scope; id: string };
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
      if (empty && due && (await purgeCampaign(campaign, size))) purged += 1;
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

/** The next ones in no order: that would have to be looked for among all that are left. */
export const sliceOfPlaces = (id: string, size: number): SQL => sql`
  with gone as (
    delete from campaign_contacts where id = any(array(
      select id from campaign_contacts where campaign_id = ${id}::uuid limit ${size})) returning id
  ), logged as (
    delete from enrollment_step_log where enrollment_id = any(array(select id from gone))
  ), passes as (
    delete from campaign_contact_runs where enrollment_id = any(array(select id from gone))
  ) select from gone`;

/**
 * The places of contacts go first, with what their steps have logged, by slices, and the campaign itself last. One that
 * has sent stays by its name, its steps as they were sent, its tests and goals: the ledger, the numbers and the links in
 * people's inboxes go on naming them. False, and no more is removed, once somebody has brought it back.
 */
async function purgeCampaign({ scope, id }: Campaign, size: number): Promise<boolean> {
  const ofCampaign = sql`campaign_id = ${id}::uuid`;
  const slices: SQL[] = [
    sliceOfPlaces(id, size),
    sql`delete from campaign_arrivals where id = any(array(
        select id from campaign_arrivals where ${ofCampaign} limit ${size})) returning 1`,
    sql`delete from email_drafts where id = any(array(
        select id from email_drafts where ${ofCampaign} limit ${size})) returning 1`,
    sql`delete from ab_test_assignments where id = any(array(
        select a.id from ab_tests t join ab_test_assignments a on a.test_id = t.id
        where t.campaign_id = ${id}::uuid limit ${size})) returning 1`,
  ];
  for (const slice of slices) {
    const remove = async (tx: TenantTx) => (await tx.execute(slice)).length;
    for (let removed: number | null = size; removed === size;) {
      removed = await whileGone({ scope, id }, remove);
      if (removed === null) return false;
    }
  }
  return (await whileGone({ scope, id }, (tx) => removeTheRest(tx, id))) !== null;
}

/**
 * Does one part in a transaction that holds the campaign: whoever brings it back waits, or has done it, and then nothing is
 * removed and the answer is null. The list that it was found on is minutes old by then.
 */
async function whileGone<T>({ scope, id }: Campaign, work: (tx: TenantTx) => Promise<T>): Promise<T | null> {
  return withTenant(scope, async (tx) => {
    const rows = await tx.execute(sql`
      select from campaigns where id = ${id}::uuid and purged_at is null
        and deleted_at <= app_now() - make_interval(days => ${keptDays}) for update`);
    return rows.length > 0 ? work(tx) : null;
  });
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
    delete from campaigns k where id = ${id}::uuid
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
