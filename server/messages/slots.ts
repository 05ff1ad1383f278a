import { type SQL, sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { type DriverEvent, type EventScope, stepDueEvent } from "#server/drivers/events";
import { wake } from "#server/drivers/mutations";
import { loadWideLimits } from "#server/sending-limits/queries";
import { allowanceOf } from "./caps.ts";
import { lockLimits, slotsBack } from "./limits.ts";
import { maySend } from "./may-send.ts";
import { goesTo, roomsOf } from "./recipient-limits.ts";

type Owned = { campaign_id: string | null; email_account_id: string | null };

/** The campaigns and mailboxes whose limits the messages count against. */
export function limitsOf(rows: readonly Owned[]) {
  const distinct = (ids: (string | null)[]) => [...new Set(ids)].filter((id) => id !== null);
  return {
    campaignIds: distinct(rows.map((row) => row.campaign_id)),
    accountIds: distinct(rows.map((row) => row.email_account_id)),
  };
}

export const slotless = sql`scheduled_for = null, send_before = null, campaign_day = null, mailbox_day = null, recipient_day = null`;

/** Cancels messages that have not been handed over, and gives their slots back. Locks limits, then messages. */
export async function cancelMessages(
  tx: TenantTx,
  messages: readonly { id: string; reason: string }[],
): Promise<void> {
  if (messages.length === 0) return;
  const ids = sql.param(messages.map((message) => message.id));
  const owned = await tx.execute<Owned>(sql`
    select distinct campaign_id, email_account_id from content.email_messages where id = any(${ids}::uuid[])`);
  await lockLimits(tx, limitsOf(owned));
  await tx.execute(sql`
    with picked as materialized (
      select m.*, r.reason from unnest(${ids}::uuid[], ${sql.param(messages.map((message) => message.reason))}::text[]) as r(id, reason)
      join content.email_messages m on m.id = r.id
      where m.delivery_status in ('queued', 'deferred')
      order by m.id for no key update of m
    ), slotted as (
      select * from picked where scheduled_for is not null
    ), cancelled as (
      update content.email_messages m
      set delivery_status = 'cancelled', reason_code = p.reason, next_attempt_at = null, ${slotless}, updated_at = app_now()
      from picked p where m.id = p.id
    ), ${slotsBack(sql`slotted`, "reserved")}
    select 1`);
}

const latenessMs = 60_000;

/**
 * Takes slots back that can no longer be used: the window has shut over them, the day has changed, a limit was
 * lowered below what is sent, or the hour of the receiving domain is used up. Their steps are woken to give new ones. Up to `limit` at a time.
 */
export async function releaseLostSlots(
  tx: TenantTx,
  { scope, accountId, limit }: { scope: EventScope; accountId: string; limit: number },
): Promise<{ released: number; events: DriverEvent[] }> {
  const { limits } = await loadWideLimits(tx);
  const { dayOver } = await allowanceOf(tx, accountId, limits);
  // A domain that has room in a moment keeps its slots: they are only late.
  const soon = (await appNow(tx)).getTime() + latenessMs;
  const full = ((await roomsOf(tx, accountId, limits)) ?? []).flatMap(({ domain, freeAt }) =>
    freeAt !== null && freeAt.getTime() > soon ? [domain] : [],
  );
  return takeBack(tx, {
    scope,
    limit,
    which: sql`m.email_account_id = ${accountId}::uuid and ${maySend} and (
      m.send_before <= app_now()
      or (m.next_attempt_at <= app_now() and (${dayOver} or ${goesTo(full)}
        or exists (select 1 from campaign_settings s join campaign_usage u on u.campaign_id = s.campaign_id
          where s.campaign_id = m.campaign_id and u.day = m.campaign_day and not s.no_limits and u.sent >= s.daily_limit)
        or exists (select 1 from email_accounts a join mailbox_usage u on u.email_account_id = a.id
          where a.id = m.email_account_id and u.day = m.mailbox_day and u.sent >= a.daily_limit))))`,
  });
}

/**
 * Takes every unused slot of a campaign back, so that what has piled up meanwhile is spread anew and does not leave
 * in one burst.
 */
export async function releaseCampaignSlots(
  tx: TenantTx,
  { scope, campaignId }: { scope: EventScope; campaignId: string },
): Promise<{ released: number; events: DriverEvent[] }> {
  return takeBack(tx, { scope, limit: null, which: sql`m.campaign_id = ${campaignId}::uuid` });
}

/** Takes the unused slots of some people back, whose place was held meanwhile: they are given new ones. */
export const releaseSlotsOf = (
  tx: TenantTx,
  { scope, enrollmentIds }: { scope: EventScope; enrollmentIds: readonly string[] },
): Promise<{ released: number; events: DriverEvent[] }> =>
  takeBack(tx, {
    scope,
    limit: null,
    which: sql`m.enrollment_id = any(${sql.param([...enrollmentIds])}::uuid[])`,
  });

/**
 * Slots given from now on keep their distance from the last email that left and from the slots that are left, not from
 * those that were taken back.
 */
async function resetPaces(tx: TenantTx, { campaignIds, accountIds }: ReturnType<typeof limitsOf>) {
  const latest = (which: SQL): SQL => sql`(
    select max(m.scheduled_for) from content.email_messages m
    where m.email_account_id = u.email_account_id and m.delivery_status = 'queued' and m.scheduled_for is not null and ${which})`;
  const accounts = sql.param(accountIds);
  await tx.execute(sql`
    update campaign_paces u set last_slot_at = greatest(u.last_claimed_at, ${latest(sql`m.campaign_id = u.campaign_id`)})
    where u.campaign_id = any(${sql.param(campaignIds)}::uuid[]) and u.email_account_id = any(${accounts}::uuid[])`);
  await tx.execute(sql`
    update mailbox_usage u set last_slot_at = greatest(u.last_claimed_at, ${latest(sql`m.mailbox_day = u.day`)})
    where u.email_account_id = any(${accounts}::uuid[]) and u.day >= (app_now() - interval '2 days')::date`);
}

type TakeBack = { scope: EventScope; which: SQL; limit: number | null };

async function takeBack(
  tx: TenantTx,
  { scope, which, limit }: TakeBack,
): Promise<{ released: number; events: DriverEvent[] }> {
  const rows = await tx.execute<Owned & { id: string; step_id: string }>(sql`
    select m.id, m.campaign_id, m.email_account_id, m.step_id from content.email_messages m
    where m.delivery_status = 'queued' and m.scheduled_for is not null and ${which}
    order by m.id limit ${limit}`);
  if (rows.length === 0) return { released: 0, events: [] };
  const events = await wakeEmailSteps(tx, {
    scope,
    stepIds: [...new Set(rows.map((row) => row.step_id))],
    dueAt: null,
  });
  const limits = limitsOf(rows);
  await lockLimits(tx, limits);
  const [count] = await tx.execute<{ count: number }>(sql`
    with slotted as materialized (
      select m.* from content.email_messages m
      where m.id = any(${sql.param(rows.map((row) => row.id))}::uuid[]) and m.delivery_status = 'queued'
        and m.scheduled_for is not null
      order by m.id for no key update of m
    ), released as (
      update content.email_messages m
      set next_attempt_at = app_now(), reason_code = 'awaiting_slot', ${slotless}, updated_at = app_now()
      from slotted s where m.id = s.id returning 1
    ), ${slotsBack(sql`slotted`, "reserved")}
    select count(*)::int as count from released`);
  await resetPaces(tx, limits);
  return { released: count?.count ?? 0, events };
}

/**
 * Takes the turn of steps: what is being done there ends first, by what holds until now, and whatever comes after goes by what
 * this transaction changes. Before everything but the campaign, and by the places of the steps, as `wakeEmailSteps` and
 * whoever drives a campaign do: their ids are in another order at times.
 */
export async function lockDrivers(tx: TenantTx, stepIds: readonly string[]): Promise<void> {
  await tx.execute(sql`
    select 1 from step_drivers d join campaign_steps s on s.id = d.step_id
    where d.step_id = any(${sql.param([...stepIds])}::uuid[]) order by s.campaign_id, s.step_order for no key update of d`);
}

/** Wakes email steps by id, at `dueAt` or now. Call before limits are locked: drivers come first in the lock order. */
export async function wakeEmailSteps(
  tx: TenantTx,
  { scope, stepIds, dueAt }: { scope: EventScope; stepIds: readonly string[]; dueAt: Date | null },
): Promise<DriverEvent[]> {
  const steps = await tx.execute<{ id: string; campaign_id: string; step_order: number; now: Date }>(sql`
    select id, campaign_id, step_order, app_now() as now from campaign_steps
    where id = any(${sql.param(stepIds)}::uuid[]) order by campaign_id, step_order`);
  const events: DriverEvent[] = [];
  for (const step of steps) {
    const fence = await wake(tx, { table: "step_drivers", id: step.id }, dueAt ?? step.now);
    if (fence === null) continue;
    events.push(
      stepDueEvent(
        scope,
        { campaignId: step.campaign_id, stepId: step.id, stepOrder: step.step_order, stepType: "email" },
        fence,
      ),
    );
  }
  return events;
}
