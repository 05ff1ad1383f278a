import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import {
  arrivalsEvent,
  type DriverEvent,
  type EventScope,
  launchedEvent,
  stepDueEvent,
} from "#server/drivers/events";
import { handOver, wakeNow } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { audience } from "#server/campaigns/schema";
import { setRollout } from "#server/messages/rollout";
import { releaseCampaignSlots } from "#server/messages/slots";
import { followAudience } from "#server/triggers/mutations";
import { dueStep } from "./advance.ts";
import { reconsiderIncomplete } from "./slice.ts";
import { loadGraph } from "./steps.ts";
import { freezeVersions } from "./versions.ts";

type Scoped = { tenant_id: string; workspace_id: string };
const scopeOf = (row: Scoped): EventScope => ({ tenantId: row.tenant_id, workspaceId: row.workspace_id });

/**
 * Starts a campaign: freezes its steps, bounds its audience by the newest contact, and calls for its run. A triggered
 * one has no audience to freeze: it takes whom its triggers bring. Launched
 * twice at once, one of the two is refused. Send the events after the commit.
 * @throws AppError not_found; conflict when it is not a draft or scheduled; invalid without steps
 */
export async function launchCampaign(
  tx: TenantTx,
  { campaignId, userId = null }: { campaignId: string; userId?: string | null },
): Promise<{ events: DriverEvent[] }> {
  const [row] = await tx.execute<Scoped>(sql`
    update campaigns set status = 'active', launched_at = app_now(), launched_by = ${userId}::uuid,
      start_date = case when start_date > app_now() then app_now() else start_date end,
      audience_up_to = case when campaign_type <> 'triggered' then (select id from contacts order by id desc limit 1) end,
      frozen_at = null, completed_at = null,
      version = version + 1, updated_at = app_now()
    where id = ${campaignId}::uuid and status in ('draft', 'scheduled') and deleted_at is null and archived_at is null
    returning tenant_id, workspace_id`);
  if (!row) throw await refusal(tx, campaignId, "launched");
  const [steps] = await tx.execute<{ count: number }>(sql`
    with drivers as (
      insert into step_drivers (campaign_id, step_id)
      select campaign_id, id from campaign_steps where campaign_id = ${campaignId}::uuid and is_active
      on conflict (tenant_id, step_id) do nothing
    )
    select count(*)::int as count from campaign_steps where campaign_id = ${campaignId}::uuid and is_active`);
  if (!steps?.count) throw new AppError("invalid", "The campaign has no steps: add an email step first.");
  await freezeVersions(tx, { campaignId });
  await setRollout(tx, campaignId);
  await listenToAudience(tx, campaignId);
  const [driver] = await tx.execute<{ fence: number }>(sql`
    insert into campaign_drivers (campaign_id, fence, wakes_at) values (${campaignId}::uuid, 1, app_now()) returning fence`);
  return { events: [launchedEvent(scopeOf(row), campaignId, driver?.fence ?? 1)] };
}

/** From the launch on, a campaign with a living audience hears who comes to it and who leaves it. */
async function listenToAudience(tx: TenantTx, campaignId: string): Promise<void> {
  const [living] = await tx.execute<{ audience: unknown }>(sql`
    select audience from campaigns where id = ${campaignId}::uuid and auto_enroll and campaign_type <> 'triggered'`);
  if (!living) return;
  const { include, removeOnExit } = audience.parse(living.audience);
  await followAudience(tx, campaignId, { segmentIds: include, leave: removeOnExit });
}

/**
 * Stops a running campaign: nothing is claimed any more once this has committed. What is being handed over goes
 * out; clocks keep running. @throws AppError not_found, conflict
 */
export async function pauseCampaign(
  tx: TenantTx,
  { campaignId, reason = null }: { campaignId: string; reason?: string | null },
): Promise<void> {
  if (!(await stopCampaign(tx, campaignId, reason))) throw await refusal(tx, campaignId, "paused");
}

/** Pauses a campaign if it runs; false when it does not. */
export async function stopCampaign(
  tx: TenantTx,
  campaignId: string,
  reason: string | null,
): Promise<boolean> {
  const rows = await tx.execute(sql`
    update campaigns set status = 'paused', paused_at = app_now(), pause_reason = ${reason}, updated_at = app_now()
    where id = ${campaignId}::uuid and status = 'active' and deleted_at is null returning id`);
  return rows.length > 0;
}

/**
 * Lets a paused campaign go on. What fell due meanwhile gets slots of its own from now on, at the campaign's pace.
 * Send the events after the commit. @throws AppError not_found, conflict
 */
export async function resumeCampaign(
  tx: TenantTx,
  { campaignId }: { campaignId: string },
): Promise<{ events: DriverEvent[] }> {
  const [row] = await tx.execute<Scoped>(sql`
    update campaigns set status = 'active', paused_at = null, pause_reason = null, updated_at = app_now()
    where id = ${campaignId}::uuid and status = 'paused' and deleted_at is null and archived_at is null
    returning tenant_id, workspace_id`);
  if (!row) throw await refusal(tx, campaignId, "resumed");
  return { events: await lookAgain(tx, campaignId, scopeOf(row)) };
}

/**
 * Makes a completed campaign, locked by the caller, run again: who is in it from then on goes its way, and an end date
 * that has passed ends nothing. Send the events after the commit.
 */
export async function reopenCampaign(
  tx: TenantTx,
  { campaignId }: { campaignId: string },
): Promise<{ events: DriverEvent[] }> {
  const [row] = await tx.execute<Scoped>(sql`
    update campaigns set status = 'active', end_date = case when end_date > app_now() then end_date end,
      completed_at = null, completion_reason = null, updated_at = app_now()
    where id = ${campaignId}::uuid and status = 'completed' and deleted_at is null and archived_at is null
    returning tenant_id, workspace_id`);
  if (!row) throw await refusal(tx, campaignId, "opened again");
  const [driver] = await tx.execute<{ fence: number }>(sql`
    update campaign_drivers set phase = 'running', updated_at = app_now()
    where campaign_id = ${campaignId}::uuid returning fence`);
  const fence = await handOver(tx, { table: "campaign_drivers", id: campaignId }, driver?.fence ?? 0);
  return { events: fence === null ? [] : [launchedEvent(scopeOf(row), campaignId, fence)] };
}

async function lookAgain(tx: TenantTx, campaignId: string, scope: EventScope): Promise<DriverEvent[]> {
  const graph = await loadGraph(tx, campaignId);
  const events: DriverEvent[] = [];
  for (const step of graph.steps.values()) {
    const fence = await wakeNow(tx, { table: "step_drivers", id: step.id });
    if (fence !== null) events.push(stepDueEvent(scope, dueStep(graph, step), fence));
  }
  await reconsiderIncomplete(tx, graph);
  const released = await releaseCampaignSlots(tx, { scope, campaignId });
  // Who arrived meanwhile stands at the door.
  return [...events, ...released.events, arrivalsEvent(scope, campaignId)];
}

async function refusal(
  tx: TenantTx,
  campaignId: string,
  wanted: "launched" | "paused" | "resumed" | "opened again",
): Promise<AppError> {
  const [row] = await tx.execute<{ status: string; archived: boolean }>(sql`
    select status, archived_at is not null as archived from campaigns where id = ${campaignId}::uuid and deleted_at is null`);
  if (!row) return new AppError("not_found", "There is no such campaign.");
  if (row.archived)
    return new AppError("conflict", `An archived campaign cannot be ${wanted}. Restore it first.`);
  return new AppError(
    "conflict",
    `This campaign is ${row.status}, so it cannot be ${wanted}. Reload to see where it stands.`,
  );
}
