import { sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { csvLine } from "#server/imports/csv";
import type { NumbersCursor, NumbersFileInput } from "./schema.ts";
import { dailyMeasures } from "./moments.ts";

const fileRows = 2000;

type Row = Record<string, string | number | null> & { date: string; id: string };

/**
 * A piece of the daily rows as CSV, the earliest days first: of every campaign, or of each email of one. `next` goes
 * back in for the piece behind; null at the end.
 */
export async function numbersFile(
  tx: TenantTx,
  { from, to, campaignId, after }: NumbersFileInput,
): Promise<{ lines: string; next: NumbersCursor | null }> {
  const table = campaignId ? sql`analytics.sequence_step_analytics` : sql`analytics.campaign_analytics`;
  const names = campaignId ? ["date", "email"] : ["date", "campaign"];
  const columns = sql.join(
    dailyMeasures.map((measure) => sql`a.${sql.identifier(measure)}`),
    sql`, `,
  );
  const rows = await tx.execute<Row>(sql`
    select to_char(a.date, 'YYYY-MM-DD') as date, a.id, a.${sql.identifier(campaignId ? "step_name" : "campaign_name")} as name, ${columns}
    from ${table} a
    where true ${from ? sql`and a.date >= ${from}::date` : sql``} ${to ? sql`and a.date <= ${to}::date` : sql``}
      ${campaignId ? sql`and a.campaign_id = ${campaignId}::uuid` : sql``}
      ${after ? sql`and (a.date, a.id) > (${after.date}::date, ${after.id}::uuid)` : sql``}
    order by a.date, a.id limit ${fileRows}`);
  const lines = rows.map((row) =>
    csvLine([row.date, row.name ?? "", ...dailyMeasures.map((measure) => row[measure] ?? 0)]),
  );
  const head = after ? "" : `\ufeff${csvLine([...names, ...dailyMeasures])}`;
  const last = rows.at(-1);
  return {
    lines: head + lines.join(""),
    next: rows.length === fileRows && last ? { date: last.date, id: last.id } : null,
  };
}
