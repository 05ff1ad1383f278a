import { sql } from "drizzle-orm";
import { type Scope, type TenantTx, withTenant } from "#db/tenancy";
import { holds, yieldUntil } from "#server/drivers/mutations";
import { AppError } from "#server/errors";
import { keepBadRows } from "./corrections.ts";
import { driverOf, failImport, startImport } from "./mutations.ts";
import { type LineWarning, type RawProblem, recordWarnings } from "./problems.ts";
import type { Forecast, StoredFormat } from "./queries.ts";
import { type Alarm, sendAlarm } from "./schedules/failures.ts";
import { findLimits, refusalOf } from "./schedules/limits.ts";

/** What a dry run found. */
export type Found = {
  forecast: Forecast;
  choices: StoredFormat["choices"];
  /** The first bad rows, and the first of people who get no mail. */
  bad: readonly RawProblem[];
  notMailed: readonly LineWarning[];
};

type End = { begun: number | null; alarm: Alarm | null };

/**
 * Keeps what the dry run found, for somebody to confirm it. That of a schedule is confirmed, or refused, by the limits of
 * the schedule. Returns the fence of the event that begins the import, or null when none does.
 */
export async function endCheck(
  scope: Scope,
  id: string,
  fence: number,
  found: Found,
): Promise<number | null> {
  const refused = async (error: unknown): Promise<End> => {
    // What the schedule imports into has gone meanwhile.
    if (!(error instanceof AppError) || error.code === "unavailable") throw error;
    return withTenant(scope, async (tx) => {
      const ours = await holds(tx, driverOf(id), fence);
      return { begun: null, alarm: ours ? await failImport(tx, id, error.message) : null };
    });
  };
  const { begun, alarm } = await withTenant(scope, (tx) => end(tx, id, fence, found)).catch(refused);
  await sendAlarm(alarm);
  return begun;
}

async function end(tx: TenantTx, id: string, fence: number, found: Found): Promise<End> {
  const { forecast, choices, bad, notMailed } = found;
  if (!(await holds(tx, driverOf(id), fence))) return { begun: null, alarm: null };
  await keepBadRows(tx, id, bad);
  await recordWarnings(tx, id, notMailed);
  const asked = await findLimits(tx, id);
  const problem = asked && refusalOf(forecast, asked);
  await tx.execute(sql`
    update import_jobs set status = ${problem ? "validating" : "awaiting_confirmation"}, total_rows = ${forecast.rows},
      processed_rows = 0, file_format = file_format || ${JSON.stringify({ forecast, choices })}::jsonb, updated_at = app_now()
    where id = ${id}::uuid and status = 'validating'`);
  if (problem) return { begun: null, alarm: await failImport(tx, id, problem) };
  await yieldUntil(tx, driverOf(id), fence, { until: null });
  return { begun: asked && (await startImport(tx, id, asked.createdBy)), alarm: null };
}
