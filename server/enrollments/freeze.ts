import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate } from "#server/campaigns/audience";
import { audience } from "#server/campaigns/schema";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { holds } from "#server/drivers/mutations";
import { mailable } from "#server/messages/mailable";
import { placeAt, wakeSteps } from "./advance.ts";
import { loadGraph } from "./steps.ts";

export type Enrolled = { held: boolean; done: boolean; enrolled: number; events: DriverEvent[] };

type Row = {
  audience: unknown;
  audience_up_to: string | null;
  checkpoint: string | null;
  frozen_at: Date | null;
};

/**
 * Enrolls the next slice of the audience, by id, up to the newest contact at launch: contacts added later are not in
 * it, and who is in several lists is in it once. The checkpoint moves in the same transaction, so that a slice that
 * is run again goes on where the last one ended. The first step is woken for them.
 */
export async function enrollSlice(
  tx: TenantTx,
  { scope, campaignId, fence, size }: { scope: EventScope; campaignId: string; fence: number; size: number },
): Promise<Enrolled> {
  if (!(await holds(tx, { table: "campaign_drivers", id: campaignId }, fence))) {
    return { held: false, done: false, enrolled: 0, events: [] };
  }
  const [row] = await tx.execute<Row>(sql`
    select k.audience, k.audience_up_to, k.frozen_at, d.checkpoint
    from campaigns k join campaign_drivers d on d.campaign_id = k.id
    where k.id = ${campaignId}::uuid and k.deleted_at is null
    -- Who deletes it at this moment is waited for, or waits for this slice: nobody comes into a campaign that is gone.
    for key share of k`);
  const graph = await loadGraph(tx, campaignId);
  const { entry } = graph;
  if (!row || !entry || row.frozen_at !== null || row.audience_up_to === null) {
    await finishFreezing(tx, campaignId);
    return { held: true, done: true, enrolled: 0, events: [] };
  }
  const now = (await appNow(tx)).getTime();
  const { due, reason } = placeAt(graph, entry, now);
  const dues = new Map(due ? [[entry.id, due.at]] : []);
  const events = await wakeSteps(tx, { scope, graph, dues });
  const predicate = await audiencePredicate(tx, audience.parse(row.audience), campaignId);
  const [slice] = await tx.execute<{ seen: number; enrolled: number }>(sql`
    with picked as materialized (
      select c.id from contacts c
      where c.tenant_id = ${scope.tenantId}::uuid and c.workspace_id = ${scope.workspaceId}::uuid
        and c.id > coalesce(${row.checkpoint}::uuid, '00000000-0000-0000-0000-000000000000') and c.id <= ${row.audience_up_to}::uuid
        and (${predicate}) and ${mailable}
      -- Who is being merged with another, or deleted, at this moment is waited for, and is then not there.
      order by c.id limit ${size} for key share of c
    ), enrolled as (
      insert into campaign_contacts (campaign_id, contact_id, current_step_id, entered_step_at, next_email_scheduled_at,
        due_local, tz_used, wait_reason)
      select ${campaignId}::uuid, id, ${entry.id}::uuid, app_now(), ${due && new Date(due.at).toISOString()}::timestamptz,
        ${due?.local ?? null}::timestamp, ${graph.zone}, ${reason}
      from picked order by id
      on conflict (tenant_id, campaign_id, contact_id) do nothing returning 1
    ), moved as (
      update campaign_drivers set checkpoint = (select id from picked order by id desc limit 1), updated_at = app_now()
      where campaign_id = ${campaignId}::uuid and exists (select 1 from picked)
    )
    select (select count(*)::int from picked) as seen, (select count(*)::int from enrolled) as enrolled`);
  const { seen, enrolled } = slice ?? { seen: 0, enrolled: 0 };
  if (seen < size) await finishFreezing(tx, campaignId);
  return { held: true, done: seen < size, enrolled, events };
}

async function finishFreezing(tx: TenantTx, campaignId: string): Promise<void> {
  await tx.execute(sql`
    update campaigns set frozen_at = app_now(), updated_at = app_now(),
      total_contacts = (select count(*)::int from campaign_contacts where campaign_id = ${campaignId}::uuid)
    where id = ${campaignId}::uuid and frozen_at is null`);
  await tx.execute(sql`
    update campaign_drivers set phase = 'running', updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and phase = 'freezing'`);
}
