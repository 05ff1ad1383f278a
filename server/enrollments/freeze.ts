import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import { v7 } from "uuid";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { audiencePredicate } from "#server/campaigns/audience";
import { audience } from "#server/campaigns/schema";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { holds, joins } from "#server/drivers/mutations";
import { mailable } from "#server/messages/mailable";
import { placeAt, wakeSteps } from "./advance.ts";
import { loadGraph } from "./steps.ts";

/** Where a slice left the audience. `full`: as many came as it may take, so that there may be as many again. */
export type Enrolled = {
  held: boolean;
  done: boolean;
  full: boolean;
  enrolled: number;
  events: DriverEvent[];
};

/** `beside` another one of the same run, which takes other contacts. */
export type AudienceSlice = {
  scope: EventScope;
  campaignId: string;
  fence: number;
  size: number;
  beside?: boolean;
};

/**
 * Enrolls the next slice of the audience, by id, up to the newest contact at launch: contacts added later are not in
 * it, and who is in several lists is in it once. The checkpoint moves in the same transaction, so that a slice that
 * is run again goes on where the last one ended. The first step is woken for them.
 */
export async function enrollSlice(tx: TenantTx, slice: AudienceSlice): Promise<Enrolled> {
  const picked = await pickSlice(tx, slice);
  if (picked.length === 0) return { ...(await passSlice(tx, slice, picked)), enrolled: 0, events: [] };
  const { enrolled, events } = await enrollPicked(tx, slice, picked);
  return { ...(await passSlice(tx, slice, picked)), enrolled, events };
}

/** Of somebody who is to come into a campaign, with the id of their place in it: places are in the order of the contacts. */
export type Picked = { contactId: string; enrollmentId: string };

type Row = { audience: unknown; audience_up_to: string | null; checkpoint: string | null };

/**
 * Who is next in the audience, behind the contact `after` or, without one, the checkpoint; nobody where another run drives the
 * campaign, or it has taken in everybody.
 */
export async function pickSlice(
  tx: TenantTx,
  { scope, campaignId, fence, size }: AudienceSlice,
  after: string | null = null,
): Promise<Picked[]> {
  // Beside those who come in meanwhile, whose transactions have the driver in common.
  if (!(await (after === null ? holds : joins)(tx, driverOf(campaignId), fence))) return [];
  const [row] = await tx.execute<Row>(sql`
    select k.audience, k.audience_up_to, d.checkpoint
    from campaigns k join campaign_drivers d on d.campaign_id = k.id
    where k.id = ${campaignId}::uuid and k.frozen_at is null and k.audience_up_to is not null and k.deleted_at is null`);
  if (!row) return [];
  const predicate = await audiencePredicate(tx, audience.parse(row.audience), campaignId);
  const rows = await tx.execute<{ id: string }>(sql`
    select c.id from contacts c
    where c.tenant_id = ${scope.tenantId}::uuid and c.workspace_id = ${scope.workspaceId}::uuid
      and c.id > coalesce(${after ?? row.checkpoint}::uuid, '00000000-0000-0000-0000-000000000000') and c.id <= ${row.audience_up_to}::uuid
      and (${predicate}) and ${mailable}
    order by c.id limit ${size}`);
  const ids = idsInOrder(rows.length);
  return rows.map(({ id }, nth) => ({ contactId: id, enrollmentId: ids[nth] ?? v7() }));
}

/** Ids of one moment, counted up, with chance from one draw: drawn one by one it takes longer than all else done here. */
function idsInOrder(count: number): string[] {
  // eslint-disable-next-line no-restricted-syntax -- Ids go by the machine's clock, as the database's own do.
  const msecs = Date.now();
  const random = randomBytes(16 * count);
  return Array.from({ length: count }, (_, seq) =>
    v7({ msecs, seq, random: random.subarray(16 * seq, 16 * seq + 16) }),
  );
}

/** Takes these in, once, and wakes the first step for them; the caller holds the campaign's driver. */
export async function enrollPicked(
  tx: TenantTx,
  { scope, campaignId, beside }: Pick<AudienceSlice, "scope" | "campaignId" | "beside">,
  picked: readonly Picked[],
): Promise<{ enrolled: number; events: DriverEvent[] }> {
  // Who deletes it at this moment is waited for, or waits for this slice: nobody comes into a campaign that is gone.
  const [campaign] = await tx.execute(sql`
    select from campaigns k where k.id = ${campaignId}::uuid and k.deleted_at is null for key share`);
  const graph = await loadGraph(tx, campaignId);
  const { entry } = graph;
  if (!campaign || !entry) return { enrolled: 0, events: [] };
  const { due, reason } = placeAt(graph, entry, (await appNow(tx)).getTime());
  const dues = new Map(due ? [[entry.id, due.at]] : []);
  const events = await wakeSteps(tx, { scope, graph, dues, beside });
  const [counts] = await tx.execute<{ enrolled: number }>(sql`
    with picked as materialized (
      select g.enrollment_id, c.id, c.tenant_id, c.workspace_id from unnest(${sql.param(picked.map(({ contactId }) => contactId))}::uuid[],
        ${sql.param(picked.map(({ enrollmentId }) => enrollmentId))}::uuid[]) with ordinality as g(contact_id, enrollment_id, nth)
      cross join lateral (
        -- Who is being merged with another, or deleted, at this moment is waited for, and is then not there.
        select c.id, c.tenant_id, c.workspace_id from contacts c where c.id = g.contact_id and ${mailable} limit 1 for key share
      ) c order by g.nth
    ), clock as materialized (select app_now() as now),
    enrolled as (
      -- What has a default is named, too: that would be asked for row by row.
      insert into campaign_contacts (id, tenant_id, workspace_id, created_at, updated_at, enrolled_at, campaign_id, contact_id,
        current_step_id, entered_step_at, next_email_scheduled_at, due_local, tz_used, wait_reason)
      select enrollment_id, tenant_id, workspace_id, now, now, now, ${campaignId}::uuid, id, ${entry.id}::uuid, now,
        ${due && new Date(due.at).toISOString()}::timestamptz, ${due?.local ?? null}::timestamp, ${graph.zone}, ${reason}
      from picked cross join clock
      on conflict (tenant_id, campaign_id, contact_id) do nothing returning 1
    )
    select count(*)::int as enrolled from enrolled`);
  return { enrolled: counts?.enrolled ?? 0, events };
}

/** Goes on behind those who were picked; when they were the last ones, the audience is frozen. */
export async function passSlice(
  tx: TenantTx,
  { campaignId, fence, size }: AudienceSlice,
  picked: readonly Picked[],
): Promise<Pick<Enrolled, "held" | "done" | "full">> {
  if (!(await holds(tx, driverOf(campaignId), fence))) return { held: false, done: false, full: false };
  const last = picked.at(-1);
  if (last)
    await tx.execute(sql`
      update campaign_drivers set checkpoint = ${last.contactId}::uuid, updated_at = app_now()
      where campaign_id = ${campaignId}::uuid`);
  const full = picked.length >= size;
  if (!full) await finishFreezing(tx, campaignId);
  return { held: true, done: !full, full };
}

const driverOf = (campaignId: string) => ({ table: "campaign_drivers", id: campaignId }) as const;

async function finishFreezing(tx: TenantTx, campaignId: string): Promise<void> {
  await tx.execute(sql`
    update campaigns set frozen_at = app_now(), updated_at = app_now(),
      total_contacts = (select count(*)::int from campaign_contacts where campaign_id = ${campaignId}::uuid)
    where id = ${campaignId}::uuid and frozen_at is null`);
  await tx.execute(sql`
    update campaign_drivers set phase = 'running', updated_at = app_now()
    where campaign_id = ${campaignId}::uuid and phase = 'freezing'`);
}
