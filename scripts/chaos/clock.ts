import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { isPassing } from "./api.ts";
import { asOwner } from "./product.ts";
import type { World } from "./world.ts";

type Look = { now: Date; due: Date | null; done: number; in_hand: number; living: number };

const idleMs = 900;
/** Something is due and does not move: what died with its sender is decided when its lease runs out. */
const stuckMs = 5_000;
/** Longer than a sender takes for a group, and for writing down what came of it: whoever has not done so by then never does. */
const longestMs = 100_000;
const leaseMs = 121_000;

/**
 * Moves the product's clock on when there is nothing to do: to the moment at which something falls due next, or over
 * the lease of what a dead process held. What a living one holds is waited for, however slow the machine is. Ends with
 * the signal.
 */
export async function moveOn(world: World, signal: AbortSignal): Promise<void> {
  let done = -1;
  let since = performance.now();
  while (!signal.aborted) {
    await sleep(250);
    const look = await asOwner(world.product, (sql) => lookAt(sql, world)).catch((error: unknown) => {
      if (isPassing(error)) return null;
      throw error;
    });
    if (!look || look.done !== done) {
      if (look) done = look.done;
      since = performance.now();
      continue;
    }
    const ahead = look.due === null ? 0 : look.due.getTime() - look.now.getTime();
    const waits = ahead > 1_000 && look.in_hand === 0;
    const patience = waits ? idleMs : look.living > 0 ? longestMs : stuckMs;
    if (performance.now() - since < patience) continue;
    // A minute at least, so that the sweeper comes by.
    await moveClock(world, waits ? Math.max(ahead + 500, 61_000) : leaseMs);
    since = performance.now();
  }
}

/** Nothing is claimed meanwhile, so that it is known whose lease the clock has been moved over. */
async function moveClock({ product, overtaken }: World, ms: number): Promise<void> {
  await asOwner(product, (owner) =>
    owner.begin(async (sql) => {
      await sql`set local lock_timeout = '1s'`;
      await sql`lock table content.email_messages in share row exclusive mode`;
      const claimed = await sql<{ id: string }[]>`
        select id from content.email_messages where delivery_status = 'sending'`;
      for (const { id } of claimed) overtaken.add(id);
      await sql`update test_clock set offset_interval = offset_interval + make_interval(secs => ${ms / 1_000})`;
      await sql`select pg_notify('clock', '')`;
    }),
  ).catch((error: unknown) => {
    if (!isPassing(error)) throw error;
  });
}

/** When something of the round falls due next, and how much has been done so far. */
async function lookAt(sql: postgres.Sql, { tenant: { tenantId }, orphaned }: World): Promise<Look> {
  const [row] = await sql<Look[]>`
    with live as (
      select id from campaigns where tenant_id = ${tenantId} and status = 'active'
    ), dues as (
      select min(coalesce(lease_until, wakes_at)) as at from step_drivers
      where tenant_id = ${tenantId} and campaign_id in (select id from live)
      union all
      select min(coalesce(lease_until, wakes_at)) from campaign_drivers
      where tenant_id = ${tenantId} and campaign_id in (select id from live)
      union all
      select min(coalesce(lease_until, wakes_at)) from mailbox_lanes where tenant_id = ${tenantId}
      union all
      select min(lease_until) from content.email_messages where tenant_id = ${tenantId} and delivery_status = 'sending'
      union all
      select min(coalesce(lease_until, wakes_at)) from import_jobs
      where tenant_id = ${tenantId} and status in ('fetching', 'validating', 'processing', 'rolling_back')
    )
    select app_now() as now, min(at) as due,
      (select count(*) from content.email_messages where tenant_id = ${tenantId} and delivery_status <> 'queued')::int
      + (select count(*) from enrollment_step_log where tenant_id = ${tenantId})::int as done,
      (select count(*) from content.email_messages where tenant_id = ${tenantId} and delivery_status = 'sending')::int as in_hand,
      (select count(*) from content.email_messages where tenant_id = ${tenantId} and delivery_status = 'sending'
        and id <> all(${[...orphaned]}::uuid[]))::int as living
    from dues`;
  if (!row) throw new Error("There is no time.");
  return row;
}
