import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { OverviewInput } from "./schema.ts";
import { type Bucket, bucketColumns } from "./timeline.ts";

/** Sums of days; `delivered` is sent and not bounced, opens and clicks are those of people, once per message. */
export type Totals = {
  sent: number;
  delivered: number;
  opened: number;
  machineOpens: number;
  clicked: number;
  replied: number;
  converted: number;
  bounced: number;
  unsubscribed: number;
  complained: number;
};

export type CampaignTotals = Totals & { id: string; name: string; status: string };
export type MailboxTotals = Totals & { id: string; email: string };

/**
 * A workspace in a period of calendar days, both counted, `YYYY-MM-DD`, and in the one before it that is as long. From
 * the daily rows, however much was sent. `countedAt` is when those were last counted; null before the first time.
 */
export type Overview = {
  from: string;
  to: string;
  unit: "day" | "week" | "month";
  totals: Totals;
  before: Totals;
  buckets: Bucket[];
  /** Those with anything in the period, the most sent first, 50 at most. */
  campaigns: CampaignTotals[];
  mailboxes: MailboxTotals[];
  countedAt: Date | null;
};

const totals: SQL = sql`
  coalesce(sum(a.emails_sent), 0)::int as sent, coalesce(sum(a.emails_delivered), 0)::int as delivered,
  coalesce(sum(a.emails_opened), 0)::int as opened, coalesce(sum(a.machine_opens), 0)::int as "machineOpens",
  coalesce(sum(a.emails_clicked), 0)::int as clicked, coalesce(sum(a.emails_replied), 0)::int as replied,
  coalesce(sum(a.conversions), 0)::int as converted, coalesce(sum(a.emails_bounced), 0)::int as bounced,
  coalesce(sum(a.unsubscribes), 0)::int as unsubscribed, coalesce(sum(a.complaints), 0)::int as complained`;

type Period = { from: string; to: string; before: string; unit: Overview["unit"] };

export async function loadOverview(tx: TenantTx, input: OverviewInput, zone: string): Promise<Overview> {
  const { from, to, before, unit } = await periodOf(tx, input, zone);
  const days = (first: string, last: SQL) => sql`a.date >= ${first}::date and a.date < ${last}`;
  const now = days(from, sql`${to}::date + 1`);
  const [sums] = await tx.execute<{ now: Totals; before: Totals }>(sql`
    select (select to_jsonb(t) from (select ${totals} from analytics.campaign_analytics a where ${now}) t) as now,
      (select to_jsonb(t) from (select ${totals} from analytics.campaign_analytics a where ${days(before, sql`${from}::date`)}) t) as before`);
  const campaigns = await tx.execute<CampaignTotals>(sql`
    select k.id, k.name, k.status, ${totals} from analytics.campaign_analytics a join campaigns k on k.id = a.campaign_id
    where ${now} and k.deleted_at is null group by k.id order by sent desc, k.id desc limit 50`);
  const mailboxes = await tx.execute<MailboxTotals>(sql`
    select b.id, b.email, ${totals} from analytics.mailbox_analytics a join email_accounts b on b.id = a.email_account_id
    where ${now} group by b.id order by sent desc, b.id limit 50`);
  const buckets = await tx.execute<Bucket>(sql`
    select to_char(g.at, 'YYYY-MM-DD') as at, ${bucketColumns}
    from generate_series(date_trunc(${unit}, ${from}::timestamp), ${to}::timestamp, ${`1 ${unit}`}::interval) g (at)
    left join analytics.campaign_analytics a on date_trunc(${unit}, a.date::timestamp) = g.at and ${now}
    group by g.at order by g.at`);
  const [rollup] = await tx.execute<{ at: Date }>(
    sql`select updated_at as at from analytics.analytics_rollups`,
  );
  if (!sums) throw new Error("A select of sums gave no row.");
  return {
    from,
    to,
    unit,
    totals: sums.now,
    before: sums.before,
    buckets: [...buckets],
    campaigns: [...campaigns],
    mailboxes: [...mailboxes],
    countedAt: rollup?.at ?? null,
  };
}

/** Weeks and months where days would be too many to tell apart. */
const daysOfDays = 62;
const daysOfWeeks = 400;

async function periodOf(tx: TenantTx, input: OverviewInput, zone: string): Promise<Period> {
  const [period] = await tx.execute<Period & { days: number }>(sql`
    with today as (select (app_now() at time zone ${zone})::date as day), given as (
      select case when ${input.from ?? null}::date is not null then ${input.from ?? null}::date else day - ${input.days - 1}::int end as first,
        least(day, coalesce(${input.from === undefined ? null : (input.to ?? null)}::date, day)) as last
      from today
    ), ordered as (select least(first, last) as first, greatest(first, last) as last from given)
    select to_char(first, 'YYYY-MM-DD') as "from", to_char(last, 'YYYY-MM-DD') as "to",
      to_char(first - (last - first + 1), 'YYYY-MM-DD') as before, last - first + 1 as days from ordered`);
  if (!period) throw new Error("A select of dates gave no row.");
  const { days, ...rest } = period;
  return { ...rest, unit: days <= daysOfDays ? "day" : days <= daysOfWeeks ? "week" : "month" };
}
