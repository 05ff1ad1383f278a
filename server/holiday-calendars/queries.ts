import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Blackout } from "#server/blackout-dates/queries";
import { listCountries, listRegions } from "./holidays.ts";

export type HolidayCalendar = {
  id: string;
  /** Such as "Germany, Berlin". */
  name: string;
  /** Names of the campaigns that keep it; null: all do. */
  campaigns: string[] | null;
  /** What is to come, the next one first. */
  days: Pick<Blackout, "id" | "name" | "startsOn" | "endsOn">[];
};

type Row = Omit<HolidayCalendar, "name"> & { country: string; region: string };

/** The calendars whose holidays nothing is sent on. */
export async function listCalendars(tx: TenantTx): Promise<HolidayCalendar[]> {
  const rows = await tx.execute<Row>(sql`
    select h.id, h.country, h.region,
      case when h.campaign_ids is not null then array(
        select k.name from campaigns k where k.id = any(h.campaign_ids) and k.deleted_at is null order by k.name) end as campaigns,
      coalesce((select json_agg(json_build_object('id', b.id, 'name', b.name, 'startsOn', b.starts_on, 'endsOn', b.ends_on)
          order by b.starts_on, b.name)
        from blackout_dates b where b.calendar_id = h.id and b.ends_on >= (app_now() - interval '1 day')::date), '[]') as days
    from holiday_calendars h order by h.country, h.region`);
  if (rows.length === 0) return [];
  const countries = await listCountries();
  const calendars: HolidayCalendar[] = [];
  for (const { country, region, ...calendar } of rows)
    calendars.push({ ...calendar, name: await placeName(countries, country, region) });
  return calendars;
}

async function placeName(
  countries: readonly { code: string; name: string }[],
  country: string,
  region: string,
): Promise<string> {
  const whole = countries.find(({ code }) => code === country)?.name ?? country;
  if (region === "") return whole;
  const part = (await listRegions(country)).find(({ code }) => code === region)?.name ?? region;
  return `${whole}, ${part}`;
}
