import { setTimeout as sleep } from "node:timers/promises";
import type postgres from "postgres";
import { isPassing } from "./api.ts";
import { asOwner } from "./product.ts";
import type { World } from "./world.ts";

type Look = { now: Date; due: Date | null; done: string; in_hand: number; living: number };

const lookMs = 150;
const idleMs = 600;
/** Something is due and does not move: what died with its sender is decided when its lease runs out. */
const stuckMs = 2_500;
/** Longer than a sender takes for a group, and for writing down what came of it: whoever has not done so by then never does. */
const longestMs = 100_000;
const leaseMs = 121_000;

/**
 * Moves the product's clock on when there is nothing to do: to the moment at which something falls due next, or over
 * the lease of what a dead process held. What a living one holds is waited for, however slow the machine is; whoever does
 * not come to an end even so has left its messages, which is for the invariants to find. Ends with the signal.
 */
export async function moveOn(world: World, signal: AbortSignal): Promise<void> {
  let done = "";
  let fruitless = 0;
  let since = performance.now();
  while (!signal.aborted) {
    await sleep(lookMs);
    const look = await asOwner(world.product, (sql) => lookAt(sql, world)).catch((error: unknown) => {
      if (isPassing(error)) return null;
      throw error;
    });
    if (!look || look.done !== done) {
      if (look) [done, fruitless] = [look.done, 0];
      since = performance.now();
      continue;
    }
    const ahead = look.due === null ? 0 : look.due.getTime() - look.now.getTime();
    const waits = ahead > 1_000 && look.in_hand === 0;
    const patience = waits ? idleMs : look.living > 0 ? longestMs : stuckMs;
    if (performance.now() - since < patience) continue;
    // A minute at least, so that the sweeper comes by; and ever more where that does not help.
    const claims = await moveClock(
      world,
      waits ? Math.max(ahead + 500, 61_000) : leaseMs * 2 ** Math.min(fruitless, 5),
    );
    // Whoever claims between the look and the move cannot help it.
    if (look.living === 0) for (const claim of claims) world.overtaken.add(claim);
    fruitless += 1;
    since = performance.now();
  }
}

/**
 * One statement, as a function of the harness's own: it happens as a whole or not at all. Nothing is claimed meanwhile, so
 * that it is known which claims' leases the clock has been moved over.
 */
export const plantClock = (sql: postgres.Sql): Promise<unknown> =>
  sql.unsafe(`
    create function chaos.move_clock(ms float8) returns setof uuid language plpgsql set lock_timeout = '1s' as $$
    begin
      lock table content.email_messages in share row exclusive mode;
      return query select distinct claim_token from content.email_messages where delivery_status = 'sending';
      update test_clock set offset_interval = offset_interval + make_interval(secs => ms / 1000);
      perform pg_notify('clock', '');
    end $$`);

/** Moves the product's clock on, unless something has been killed that is needed for it. Gives back the claims of that moment. */
export async function moveClock({ product }: Pick<World, "product">, ms: number): Promise<string[]> {
  const claims = await asOwner(
    product,
    (sql) => sql<{ claim: string }[]>`select claim from chaos.move_clock(${ms}) as claim`,
  ).catch((error: unknown) => {
    if (!isPassing(error)) throw error;
    return [];
  });
  return claims.map(({ claim }) => claim);
}

/**
 * When something of the round falls due next, and what has been done so far. What people and messages wait for comes
 * before what drivers look after by themselves meanwhile, which is nothing but another look: a day of which nothing is
 * to be expected passes at once.
 */
async function lookAt(sql: postgres.Sql, { tenant: { tenantId }, orphaned }: World): Promise<Look> {
  const [row] = await sql<Look[]>`
    with live as (
      select id from campaigns where tenant_id = ${tenantId} and status = 'active'
    ), m as materialized (
      select claim_token, campaign_id, step_id, delivery_status, next_attempt_at, scheduled_for from content.email_messages where tenant_id = ${tenantId}
    ), people as (
      select greatest(e.next_email_scheduled_at, d.not_before) as at from campaign_contacts e
      left join step_drivers d on d.tenant_id = e.tenant_id and d.step_id = e.current_step_id
      where e.tenant_id = ${tenantId} and e.campaign_id in (select id from live) and e.status in ('enrolled', 'active')
        and e.next_email_scheduled_at is not null
      union all
      -- Without a slot it waits for its step, which may have to wait for another day.
      select greatest(m.next_attempt_at, case when m.scheduled_for is null then d.not_before end) from m
      left join step_drivers d on d.tenant_id = ${tenantId} and d.step_id = m.step_id
      where m.campaign_id in (select id from live) and m.delivery_status in ('queued', 'deferred')
    ), drivers as (
      select coalesce(lease_until, wakes_at) as at from step_drivers
      where tenant_id = ${tenantId} and campaign_id in (select id from live)
      union all
      select coalesce(lease_until, wakes_at) from campaign_drivers
      where tenant_id = ${tenantId} and campaign_id in (select id from live)
      union all
      select coalesce(lease_until, wakes_at) from mailbox_lanes where tenant_id = ${tenantId}
      union all
      select coalesce(lease_until, wakes_at) from import_jobs
      where tenant_id = ${tenantId} and status in ('fetching', 'validating', 'processing', 'rolling_back')
      union all
      select coalesce(lease_until, wakes_at) from export_jobs where tenant_id = ${tenantId} and status in ('pending', 'processing')
    )
    select app_now() as now, coalesce((select min(at) from people), (select min(at) from drivers)) as due,
      concat_ws(' ', (select count(*) from m where delivery_status <> 'queued'),
        (select count(*) from enrollment_step_log where tenant_id = ${tenantId}),
        (select count(*) from campaign_contacts where tenant_id = ${tenantId}),
        (select sum(processed_contacts) + count(*) filter (where status = 'completed') from export_jobs where tenant_id = ${tenantId}),
        (select md5(string_agg(id || status || coalesce(checkpoint::text, ''), '' order by id)) from import_jobs
          where tenant_id = ${tenantId})) as done,
      (select count(*) from m where delivery_status = 'sending')::int as in_hand,
      (select count(*) from m where delivery_status = 'sending' and claim_token <> all(${[...orphaned]}::uuid[]))::int as living`;
  if (!row) throw new Error("There is no time.");
  return row;
}
