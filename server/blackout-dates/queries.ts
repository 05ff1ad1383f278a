import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { BlackoutAction } from "./schema.ts";

/** `campaigns` names those that keep the days; null: all do. */
export type Blackout = {
  id: string;
  name: string;
  startsOn: string;
  endsOn: string;
  campaigns: string[] | null;
  action: BlackoutAction;
};

/** The days without sending, and the exceptions to them, that are not over, the next ones first, apart from those of holiday calendars. */
export async function listBlackouts(tx: TenantTx): Promise<Blackout[]> {
  const rows = await tx.execute<Blackout>(sql`
    select id, name, starts_on::text as "startsOn", ends_on::text as "endsOn", action,
      case when campaign_ids is not null then array(
        select k.name from campaigns k where k.id = any(campaign_ids) and k.deleted_at is null order by k.name) end as campaigns
    from blackout_dates
    where calendar_id is null and ends_on >= (app_now() - interval '1 day')::date
    order by starts_on, ends_on, id`);
  return [...rows];
}

/** Days that hold for one campaign. */
export type CampaignDays = Pick<Blackout, "id" | "name" | "startsOn" | "endsOn" | "action">;

const daysAhead = 60;
const daysShown = 6;

/** The next days on which a campaign does not send as on others, holidays too; none for one that keeps no limits. */
export async function listDaysOf(tx: TenantTx, campaignId: string): Promise<CampaignDays[]> {
  const rows = await tx.execute<CampaignDays>(sql`
    select b.id, b.name, b.starts_on::text as "startsOn", b.ends_on::text as "endsOn", b.action
    from blackout_dates b join campaign_settings s on s.campaign_id = ${campaignId}::uuid and not s.no_limits
    where (b.campaign_ids is null or s.campaign_id = any(b.campaign_ids))
      and b.ends_on >= (app_now() at time zone s.timezone)::date
      and b.starts_on <= (app_now() + make_interval(days => ${daysAhead}))::date
    order by b.starts_on, b.ends_on, b.id limit ${daysShown}`);
  return [...rows];
}
