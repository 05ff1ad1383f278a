import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { AppError } from "#server/errors";
import { occurrencesOf, takeFirst } from "#server/planner/recurrence";
import { parseLocal } from "#server/planner/zone";
import type { Repeat } from "./schema.ts";

type Asked = { id: string; at: string; repeat: Repeat; timezone: string };

/**
 * Has a campaign repeat from `at` on, on the wall clock of its zone, and returns its first time. What it did before
 * counts no more. Throws `invalid` for a series without a time.
 */
export async function beginSeries(tx: TenantTx, { id, at, repeat, timezone }: Asked): Promise<Date> {
  const [first] = takeFirst(occurrencesOf(timezone, parseLocal(at), repeat), 1);
  if (!first) {
    const sentence = "It would end before its first time. Choose a later day.";
    throw new AppError("invalid", sentence, { "repeat.ends.date": sentence });
  }
  const startsAt = new Date(first.at);
  await tx.execute(sql`
    insert into campaign_schedules (campaign_id, recurrence, timezone, next_send_at)
    values (${id}::uuid, ${JSON.stringify({ repeat, start: at })}::jsonb, ${timezone}, ${startsAt.toISOString()}::timestamptz)
    on conflict on constraint campaign_schedules_campaign_unique do update set recurrence = excluded.recurrence,
      timezone = excluded.timezone, next_send_at = excluded.next_send_at, occurrences = 0, is_active = true,
      updated_at = app_now()`);
  return startsAt;
}

/** Throws `invalid` on `repeat` for a campaign that cannot repeat. */
export async function refuseUnfit(tx: TenantTx, id: string): Promise<void> {
  const [campaign] = await tx.execute<{ triggered: boolean; living: boolean; ends: boolean }>(sql`
    select campaign_type = 'triggered' as triggered, auto_enroll as living, end_date is not null as ends
    from campaigns where id = ${id}::uuid`);
  const sentence = campaign?.triggered
    ? "A triggered campaign takes people in all the time, and does not repeat. Choose “Does not repeat”."
    : campaign?.living
      ? "This campaign takes in whoever comes to its audience later, so that each repeat would go on for ever. Switch that off under Audience, or do not repeat it."
      : campaign?.ends
        ? "This campaign has an end date of its own. Take that away in its menu, and say here when the repeats end."
        : null;
  if (sentence !== null) throw new AppError("invalid", sentence, { repeat: sentence });
}

/** The campaign repeats no more; how it did is kept for the next time that it is scheduled. */
export async function stopSeries(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(sql`
    update campaign_schedules set is_active = false, next_send_at = null, updated_at = app_now()
    where campaign_id = ${id}::uuid and is_active`);
}

export async function forgetSeries(tx: TenantTx, id: string): Promise<void> {
  await tx.execute(sql`delete from campaign_schedules where campaign_id = ${id}::uuid`);
}

/** Throws `conflict` for a campaign that repeats: `wanted` is not for one of these. */
export async function refuseRepeating(tx: TenantTx, id: string, wanted: string): Promise<void> {
  const rows = await tx.execute(
    sql`select from campaign_schedules where campaign_id = ${id}::uuid and is_active`,
  );
  if (rows.length > 0) throw new AppError("conflict", `This campaign repeats. ${wanted}`);
}
