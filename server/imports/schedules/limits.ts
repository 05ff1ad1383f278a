import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { Forecast } from "../queries.ts";
import type { ScheduleConfig } from "./queries.ts";
import { limitsUnset, type ScheduleLimits } from "./schema.ts";

/** What the schedule of an import asks of its files. `lastRows`: how many rows the last one had that was imported. */
export type AskedOf = ScheduleLimits & { createdBy: string; lastRows: number | null };

/** Null for an import that no schedule has begun, or whose schedule is gone. */
export async function findLimits(tx: TenantTx, importId: string): Promise<AskedOf | null> {
  const [found] = await tx.execute<{
    config: ScheduleConfig;
    createdBy: string;
    lastRows: number | null;
  }>(sql`
    select s.config, s.created_by as "createdBy",
      (select j.total_rows from import_jobs j where j.schedule_id = s.id and j.status = 'completed' order by j.id desc limit 1) as "lastRows"
    from import_schedules s
    where s.id = (select schedule_id from import_jobs where id = ${importId}::uuid)`);
  if (!found) return null;
  return { ...limitsUnset, ...found.config.limits, createdBy: found.createdBy, lastRows: found.lastRows };
}

/** Why a file that nobody looks at is not imported, by its dry run; null for one that is as it should be. */
export function refusalOf(
  { rows, errors, problems }: Pick<Forecast, "rows" | "errors" | "problems">,
  { rejectedMax, rowsMin, lastRows }: Omit<AskedOf, "createdBy">,
): string | null {
  if (lastRows !== null && rows * 100 < lastRows * rowsMin)
    return `The file has ${count(rows)} rows, and the last one had ${count(lastRows)}: the schedule asks for at least ${rowsMin} % of them. ${nothing} See whether the file is whole. If it is, lower that limit and run the schedule again.`;
  // Who is here already is refused because that was asked for.
  const wrong = problems.filter(({ code }) => code !== "exists");
  const known = problems.filter(({ code }) => code === "exists").reduce((sum, group) => sum + group.rows, 0);
  const rejected = errors - known;
  if (rejected * 100 <= rows * rejectedMax) return null;
  const [worst] = wrong.toSorted((a, b) => b.rows - a.rows);
  const [first] = worst?.examples ?? [];
  const why = first ? ` Most often as in line ${count(first.line)}: ${first.message}` : "";
  return `${count(rejected)} of the ${count(rows)} rows would be rejected, and the schedule allows ${rejectedMax} %. ${nothing}${why}`;
}

const nothing = "Nothing was imported.";
const count = (value: number) => value.toLocaleString("en");
