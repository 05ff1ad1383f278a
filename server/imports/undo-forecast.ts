import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { getImport, getImportJob } from "./queries.ts";
import type { UndoReport } from "./schema.ts";
import { foreseeStays } from "./undo-made.ts";
import { judged, reportOf } from "./undo-plan.ts";

/** Contacts judged in one answer: some seconds if somebody edited all of them. */
const windowRows = 50_000;

/**
 * What undoing would do to some of an import's contacts. `looked` says to how many, `total` to how many there are about;
 * `next` is what to ask behind for more, null at the end. What stays of what the import made is in the first answer.
 */
export type UndoForecast = {
  report: UndoReport;
  looked: number;
  total: number;
  next: string | null;
};

/** Judges the contacts behind `after` as if the undo started now, and no more than a window of them. Nothing is written. */
export async function forecastUndo(
  tx: TenantTx,
  importId: string,
  { after = null, window = windowRows }: { after?: string | null; window?: number } = {},
): Promise<UndoForecast> {
  const upto = await windowBehind(tx, importId, after, window);
  const rows = upto
    ? await tx.execute<{ outcome: string; reason: string | null; count: number }>(sql`
        with ${judged(importId, sql`${behind(after)} and e.id <= ${upto.id}::uuid`)}
        select outcome, reason, count(*)::int as count from plan group by outcome, reason`)
    : [];
  const looked = rows.reduce((sum, { count }) => sum + count, 0);
  const next = upto && upto.count === window ? upto.id : null;
  const { made } = (await getImportJob(tx, importId)).import_options;
  const { touched } = await getImport(tx, importId);
  const stays = after === null && made ? { stays: await foreseeStays(tx, importId, made) } : {};
  return { report: { ...reportOf(rows), ...stays }, looked, total: touched, next };
}

/** The end of the next `size` events of an import that were not undone, and how many there are; null for none. */
export async function windowBehind(
  tx: TenantTx,
  importId: string,
  after: string | null,
  size: number,
): Promise<{ id: string; count: number } | null> {
  const [end] = await tx.execute<{ id: string; count: number }>(sql`
    select id, (count(*) over ())::int as count from (select e.id from import_events e
      where e.import_job_id = ${importId}::uuid and e.undone_at is null ${behind(after)} order by e.id limit ${size}) picked
    order by id desc limit 1`);
  return end ?? null;
}

export const behind = (id: string | null): SQL => (id === null ? sql`` : sql`and e.id > ${id}::uuid`);
