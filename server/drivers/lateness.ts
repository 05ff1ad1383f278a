import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { env } from "#server/env";
import { maySend } from "#server/messages/may-send";

/** Work of a campaign that nobody has taken up: since when, when it is called for again, and whether any worker lives. */
export type Lateness = { since: Date; at: Date; workerAlive: boolean };

/** What waits for a run is taken up within seconds; the sweeper, which comes every minute, has had its turn by then. */
const lateSeconds = 90;
/** Workers say every two seconds that they live. */
const silentSeconds = 15;

/** Whether any worker lives. Where the web server carries out the work there is none, and whoever reads this is answered by it. */
export const workerAlive: SQL =
  env.INNGEST_SERVE === "web"
    ? sql`true`
    : sql`exists (
  select from queue.workers w where w.beat_at > clock_timestamp() - make_interval(secs => ${silentSeconds}))`;

/**
 * Null when everything that is due is being worked on. A worker's signs of life are read by the machine's clock, since they
 * tell whether a process runs.
 */
export async function findLateness(tx: TenantTx, campaignId: string): Promise<Lateness | null> {
  const [row] = await tx.execute<{ since: Date | null; at: Date; alive: boolean }>(sql`
    with late as (
      select d.wakes_at as since from step_drivers d
      where d.campaign_id = ${campaignId}::uuid and (d.lease_until is null or d.lease_until <= app_now())
      union all
      select d.wakes_at from campaign_drivers d
      where d.campaign_id = ${campaignId}::uuid and d.phase = 'freezing' and (d.lease_until is null or d.lease_until <= app_now())
      union all
      select first.at from mailbox_lanes l
      join email_accounts a on a.id = l.email_account_id and a.status = 'active'
      cross join lateral (
        select m.next_attempt_at as at from content.email_messages m
        where m.email_account_id = l.email_account_id and m.campaign_id = ${campaignId}::uuid and m.delivery_status = 'queued'
          and m.scheduled_for is not null and m.next_attempt_at <= app_now() - make_interval(secs => ${lateSeconds}) and ${maySend}
        order by m.next_attempt_at limit 1
      ) first
      where l.lane = 0 and (l.lease_until is null or l.lease_until <= app_now())
        and (l.wakes_at is null or l.wakes_at <= app_now())
    )
    select (select min(since) from late where since <= app_now() - make_interval(secs => ${lateSeconds})) as since,
      date_trunc('minute', app_now()) + interval '1 minute' as at,
      ${workerAlive} as alive`);
  return row?.since ? { since: row.since, at: row.at, workerAlive: row.alive } : null;
}
