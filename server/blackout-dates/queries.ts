import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";

export type Blackout = { id: string; name: string; startsOn: string; endsOn: string };

/** The days without sending that are not over, the next ones first. */
export async function listBlackouts(tx: TenantTx): Promise<Blackout[]> {
  const rows = await tx.execute<Blackout>(sql`
    select id, name, starts_on::text as "startsOn", ends_on::text as "endsOn" from blackout_dates
    where action <> 'allow' and campaign_ids is null and ends_on >= (app_now() - interval '1 day')::date
    order by starts_on, ends_on, id`);
  return [...rows];
}
