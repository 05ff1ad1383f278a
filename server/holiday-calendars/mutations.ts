import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { recordAct } from "#server/audit";
import { checkCampaigns } from "#server/blackout-dates/scope";
import type { DriverEvent, EventScope } from "#server/drivers/events";
import { AppError } from "#server/errors";
import { replanCampaigns, replanSteps } from "#server/messages/replan";
import { lookThroughDays } from "#server/messages/skips";
import { holidaysOf, listCountries, listRegions } from "./holidays.ts";
import type { CalendarInput } from "./schema.ts";

type By = { scope: EventScope; userId: string };

/** So many years after the present one have their days. */
const yearsAhead = 2;

/**
 * Nothing is sent on these holidays from now on, this year and the years to come. Send the events after the commit.
 * @throws AppError invalid for a place without rules; conflict when the calendar is there already
 */
export async function addCalendar(
  tx: TenantTx,
  { scope, userId }: By,
  { country, region, onlyFor }: CalendarInput,
): Promise<{ id: string; events: DriverEvent[] }> {
  await checkPlace(country, region);
  await checkCampaigns(tx, onlyFor);
  const year = (await appNow(tx)).getUTCFullYear();
  const [made] = await tx.execute<{ id: string }>(sql`
    insert into holiday_calendars (country, region, campaign_ids, filled_until)
    values (${country}, ${region}, ${onlyFor === null ? null : sql.param(onlyFor)}::uuid[], ${year - 1})
    on conflict (tenant_id, workspace_id, country, region) do nothing returning id`);
  if (!made) throw new AppError("conflict", "These holidays are in the list already.");
  await fillCalendars(tx, [made.id]);
  await recordAct(tx, {
    actorId: userId,
    action: "holiday_calendar.added",
    resourceType: "holiday_calendar",
    resourceId: made.id,
    after: { country, region, onlyFor },
  });
  return { id: made.id, events: await replanCampaigns(tx, scope, onlyFor) };
}

async function checkPlace(country: string, region: string): Promise<void> {
  if (!(await listCountries()).some(({ code }) => code === country))
    throw new AppError("invalid", "The holidays of this country are not known. Add its days by hand.", {
      country: "Choose a country of the list.",
    });
  if (region !== "" && !(await listRegions(country)).some(({ code }) => code === region))
    throw new AppError("invalid", "This country has no such region.", {
      region: "Choose a region of the list.",
    });
}

type Removed = { country: string; region: string; onlyFor: string[] | null };

/** Throws `not_found`. Send the events after the commit. */
export async function removeCalendar(
  tx: TenantTx,
  { scope, userId }: By,
  id: string,
): Promise<{ events: DriverEvent[] }> {
  const [removed] = await tx.execute<Removed>(sql`
    delete from holiday_calendars where id = ${id}::uuid returning country, region, campaign_ids as "onlyFor"`);
  if (!removed) throw new AppError("not_found", "This calendar is not in the list any more.");
  const { onlyFor, ...before } = removed;
  await recordAct(tx, {
    actorId: userId,
    action: "holiday_calendar.removed",
    resourceType: "holiday_calendar",
    resourceId: id,
    before,
  });
  const held = await lookThroughDays(tx, scope, { campaignIds: onlyFor, skipped: false });
  return { events: [...held, ...(await replanSteps(tx, scope))] };
}

type Calendar = { country: string; region: string; first: number };

/**
 * Writes down the days of the years that a calendar does not have yet, each year once: a day that somebody took out of
 * one stays out.
 */
export async function fillCalendars(tx: TenantTx, ids: readonly string[]): Promise<void> {
  const last = (await appNow(tx)).getUTCFullYear() + yearsAhead;
  for (const id of ids) {
    const [calendar] = await tx.execute<Calendar>(sql`
      with before as materialized (select id, filled_until from holiday_calendars where id = ${id}::uuid for update)
      update holiday_calendars h set filled_until = ${last}, updated_at = app_now()
      from before b where h.id = b.id and b.filled_until < ${last}
      returning h.country, h.region, b.filled_until + 1 as first`);
    if (!calendar) continue;
    const years = Array.from({ length: last - calendar.first + 1 }, (_, nth) => calendar.first + nth);
    const days = await holidaysOf(calendar, years);
    await tx.execute(sql`
      insert into blackout_dates (calendar_id, campaign_ids, name, starts_on, ends_on)
      select h.id, h.campaign_ids, d.name, d.starts_on, d.ends_on from holiday_calendars h,
        unnest(${sql.param(days.map(({ name }) => name))}::text[], ${sql.param(days.map(({ startsOn }) => startsOn))}::date[],
          ${sql.param(days.map(({ endsOn }) => endsOn))}::date[]) as d(name, starts_on, ends_on)
      where h.id = ${id}::uuid`);
  }
}
