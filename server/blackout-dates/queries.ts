import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

/** `campaigns` names those that keep the days; null: all do. */
export type Blackout = {
  id: string;
  name: string;
  startsOn: string;
  endsOn: string;
  campaigns: string[] | null;
  /** Emails leave on these days, though others of them say otherwise. */
  open: boolean;
};

/** The days without sending, and the exceptions to them, that are not over, the next ones first, apart from those of holiday calendars. */
export async function listBlackouts(tx: TenantTx): Promise<Blackout[]> {
  const rows = await tx.execute<Blackout>(sql`
    select id, name, starts_on::text as "startsOn", ends_on::text as "endsOn", action = 'allow' as open,
      case when campaign_ids is not null then array(
        select k.name from campaigns k where k.id = any(campaign_ids) and k.deleted_at is null order by k.name) end as campaigns
    from blackout_dates
    where calendar_id is null and ends_on >= (app_now() - interval '1 day')::date
    order by starts_on, ends_on, id`);
  return [...rows];
}
