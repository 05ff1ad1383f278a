import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { zoneOf } from "#server/campaigns/start-time";
import { occurrencesOf, takeFirst } from "#server/planner/recurrence";
import { parseLocal } from "#server/planner/zone";
import { type Repeat, series as seriesShape } from "./schema.ts";

/** How a campaign repeats, or did when it was scheduled last. */
export type Series = {
  repeat: Repeat;
  /** `2026-11-24T09:00` on the wall clock of `timezone`: what the days are counted from. */
  start: string;
  timezone: string;
  /** How many of its times are over. */
  passed: number;
  /** False once it is over, or was unscheduled. */
  active: boolean;
};

/** The campaign that repeats, and the how-manieth of it another one is. */
export type Origin = { id: string; name: string; number: number };

/** Where a campaign comes from and what comes of it. */
export type Lineage = { series: Series | null; origin: Origin | null; occurrences: number };

/** The `Origin` of a campaign, as JSON; null for one that is no repeat. */
export const originOf = (campaignId: SQL): SQL => sql`
  (select json_build_object('id', p.id, 'name', p.name, 'number', o.number)
   from campaign_occurrences o join campaigns p on p.id = o.campaign_id and p.deleted_at is null
   where o.child_id = ${campaignId})`;

type Row = { recurrence: unknown; timezone: string; passed: number; active: boolean };

export async function loadLineage(tx: TenantTx, campaignId: string): Promise<Lineage> {
  const [row] = await tx.execute<{ series: Row | null; origin: Origin | null; occurrences: number }>(sql`
    select
      (select json_build_object('recurrence', recurrence, 'timezone', timezone, 'passed', occurrences, 'active', is_active)
       from campaign_schedules where campaign_id = ${campaignId}::uuid) as series,
      ${originOf(sql`${campaignId}::uuid`)} as origin,
      (select coalesce(max(number), 0) from campaign_occurrences where campaign_id = ${campaignId}::uuid) as occurrences`);
  return {
    series: row?.series ? read(row.series) : null,
    origin: row?.origin ?? null,
    occurrences: row?.occurrences ?? 0,
  };
}

function read({ recurrence, ...rest }: Row): Series {
  return { ...rest, ...seriesShape.parse(recurrence) };
}

/** The times of a series that are still to come. */
export const timesLeft = ({ timezone, start, repeat, passed }: Series) =>
  occurrencesOf(timezone, parseLocal(start), repeat, passed);

const shownDates = 4;

/** The first times of a series that is being set up; `more`: it goes on after them. */
export async function previewSeries(
  tx: TenantTx,
  { id, at, repeat }: { id: string; at: string; repeat: Repeat },
): Promise<{ dates: Date[]; timezone: string; more: boolean }> {
  const timezone = await zoneOf(tx, id);
  const times = takeFirst(occurrencesOf(timezone, parseLocal(at), repeat), shownDates + 1).map(
    (one) => new Date(one.at),
  );
  return { dates: times.slice(0, shownDates), timezone, more: times.length > shownDates };
}

export const pageSize = 25;

export type OccurrenceRow = {
  number: number;
  dueAt: Date;
  outcome: "launched" | "refused" | "missed";
  reason: string | null;
  /** Null for what became no campaign, or one that is deleted. */
  child: { id: string; name: string; status: string; archived: boolean } | null;
};

/** A page of what has become of a series, the newest first; and its next times, on the first page. */
export async function listOccurrences(
  tx: TenantTx,
  { id, before }: { id: string; before?: number | undefined },
) {
  const rows = await tx.execute<OccurrenceRow>(sql`
    select o.number, o.due_at as "dueAt", o.outcome, o.reason,
      case when k.id is not null then json_build_object('id', k.id, 'name', k.name, 'status', k.status,
        'archived', k.archived_at is not null) end as child
    from campaign_occurrences o left join campaigns k on k.id = o.child_id and k.deleted_at is null
    where o.campaign_id = ${id}::uuid and o.number < ${before ?? 2_147_483_647}
    order by o.number desc limit ${pageSize + 1}`);
  const shown = rows.slice(0, pageSize);
  const { series, occurrences } = await loadLineage(tx, id);
  const coming =
    series?.active && before === undefined
      ? takeFirst(timesLeft(series), 3).map(({ at }, place) => ({
          number: occurrences + place + 1,
          at: new Date(at),
        }))
      : [];
  return { rows: shown, coming, next: rows.length > pageSize ? (shown.at(-1)?.number ?? null) : null };
}
