import { sql, type SQL } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { foldedName } from "./names.ts";
import { type SegmentSummary, summary } from "./queries.ts";
import type { SegmentListInput } from "./schema.ts";

const pageSize = 50;

/** `before` and `next` are the names to page from, null where there is no such page. */
export type SegmentPage = { rows: SegmentSummary[]; before: string | null; next: string | null };

/**
 * Lists or segments of the workspace by name, a page of them. Upper and lower case make no difference to their order, so
 * that no two share a place. Counts of segments are as of their last recalculation.
 */
export async function listSegments(
  tx: TenantTx,
  type: "static" | "dynamic",
  { q, after, before }: SegmentListInput,
): Promise<SegmentPage> {
  const place = foldedName(sql`name`);
  const conditions: SQL[] = [sql`segment_type = ${type}`];
  if (q) conditions.push(sql`strpos(${place}, ${foldedName(sql`${q}`)}) > 0`);
  if (before) conditions.push(sql`${place} < ${foldedName(sql`${before}`)}`);
  else if (after) conditions.push(sql`${place} > ${foldedName(sql`${after}`)}`);
  const found = await tx.execute<SegmentSummary>(sql`
    select ${summary} from segments where ${sql.join(conditions, sql` and `)}
    order by ${place} ${before ? sql`desc` : sql`asc`} limit ${pageSize + 1}`);
  const more = found.length > pageSize;
  const rows = found.slice(0, pageSize);
  if (before) rows.reverse();
  const first = rows[0]?.name ?? null;
  const last = rows.at(-1)?.name ?? null;
  return {
    rows,
    before: (before ? more : after !== undefined) ? first : null,
    next: (before ? true : more) ? last : null,
  };
}
