import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { countedMoments, dailyMeasures, momentsOf } from "./moments.ts";
import type { TimelineUnit } from "./schema.ts";

/** What happened in one day or hour. `at` is on the wall clock: `2026-03-29`, or `2026-03-29T14:00`. */
export type Bucket = { at: string } & Record<(typeof series)[number]["name"], number>;

const series = [
  { name: "sent", column: "emails_sent" },
  { name: "opened", column: "emails_opened" },
  { name: "machineOpens", column: "machine_opens" },
  { name: "clicked", column: "emails_clicked" },
  { name: "replied", column: "emails_replied" },
  { name: "bounced", column: "emails_bounced" },
  { name: "unsubscribed", column: "unsubscribes" },
  { name: "converted", column: "conversions" },
] as const;

/** The columns of a relation of daily counts, under the names of a bucket. */
export const bucketColumns: SQL = sql.join(
  series.map(
    ({ name, column }) => sql`coalesce(sum(${sql.identifier(column)}), 0)::int as ${sql.identifier(name)}`,
  ),
  sql`, `,
);

const daysShown = 60;
const hoursShown = 48;

/**
 * What happened to a campaign's messages, day by day of `zone` for the last 60 or hour by hour for the last 48, without
 * gaps from the first to now; nothing when nothing was sent. People's deeds count when they did them. Closed days come
 * from the daily rows, the rest from the ledger.
 */
export function loadTimeline(
  tx: TenantTx,
  of: { campaignId: string; zone: string; unit: TimelineUnit },
): Promise<Bucket[]> {
  return of.unit === "hour" ? hourly(tx, of) : daily(tx, of);
}

type Of = { campaignId: string; zone: string };
const one = (campaignId: string) => sql`k.id = ${campaignId}::uuid`;
const instantText = 'YYYY-MM-DD"T"HH24:MI:SS"Z"';

async function daily(tx: TenantTx, { campaignId, zone }: Of): Promise<Bucket[]> {
  const [span] = await tx.execute<{ first: string; edge: string; since: string; until: string }>(sql`
    with days as (
      select (app_now() at time zone ${zone})::date as today, (app_now() at time zone ${zone})::date - ${daysShown - 1}::int as first,
        (select r.through from analytics.analytics_rollups r where r.timezone = ${zone}) as through
    ), edges as (select *, greatest(first, coalesce(through, first)) as edge from days)
    select to_char(first, 'YYYY-MM-DD') as first, to_char(edge, 'YYYY-MM-DD') as edge,
      to_char(edge::timestamp at time zone ${zone} at time zone 'UTC', ${instantText}) as since,
      to_char((today + 1)::timestamp at time zone ${zone} at time zone 'UTC', ${instantText}) as until
    from edges`);
  if (!span) return [];
  const columns = sql.join(
    dailyMeasures.map((measure) => sql.identifier(measure)),
    sql`, `,
  );
  const rows = await tx.execute<Bucket>(sql`
    with counts as (
      select a.date as day, ${columns} from analytics.campaign_analytics a
      where a.campaign_id = ${campaignId}::uuid and a.date >= ${span.first}::date and a.date < ${span.edge}::date
      union all
      select (at at time zone ${zone})::date, ${countedMoments} from (${momentsOf(one(campaignId), span)}) moments group by 1
    ), span as (
      select min(day) as first, greatest(max(day), (app_now() at time zone ${zone})::date) as last from counts having count(*) > 0
    )
    select to_char(d.day, 'YYYY-MM-DD') as at, ${bucketColumns}
    from span cross join lateral generate_series(first, last, interval '1 day') as g(at)
    cross join lateral (select g.at::date as day) d
    left join counts on counts.day = d.day
    group by d.day order by d.day`);
  return [...rows];
}

/** An hour that the clocks repeat in autumn is one: what happened in both counts in it. */
async function hourly(tx: TenantTx, { campaignId, zone }: Of): Promise<Bucket[]> {
  const [span] = await tx.execute<{ since: string; until: string }>(sql`
    select to_char(date_trunc('hour', app_now() at time zone 'UTC') - make_interval(hours => ${hoursShown - 1}), ${instantText}) as since,
      to_char(app_now() at time zone 'UTC' + interval '1 second', ${instantText}) as until`);
  if (!span) return [];
  const rows = await tx.execute<Bucket>(sql`
    with counts as (
      select date_trunc('hour', at at time zone ${zone}) as hour, ${countedMoments}
      from (${momentsOf(one(campaignId), span)}) moments group by 1
    ), hours as (
      select distinct date_trunc('hour', g at time zone ${zone}) as hour
      from generate_series(${span.since}::timestamptz, ${span.until}::timestamptz, interval '1 hour') g
      where exists (select from counts)
    )
    select to_char(h.hour, 'YYYY-MM-DD"T"HH24:MI') as at, ${bucketColumns}
    from hours h left join counts c on c.hour = h.hour
    group by h.hour order by h.hour`);
  return [...rows];
}
