import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { isEventWait } from "#server/campaigns/schema";
import { parseLocal, toInstant } from "#server/planner/zone";
import { advance } from "./advance.ts";
import { releaseOnEvent } from "./event-wait.ts";
import { retimeWaiters } from "./retime.ts";
import { dueRows, onStep, type DueRow, type Slice, type SliceResult } from "./slice.ts";

/** Less than this is a matter of rounding, not of a clock that was changed. */
const toleranceMs = 5_000;

/** Sends everybody on whose wait is over, on the clock of their zone as it is known now. */
export function releaseWaits(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, context) => {
    const { scope, graph, step } = context;
    if (step.retimedUpTo !== null) return retimeWaiters(tx, { ...context, upTo: step.retimedUpTo });
    if (step.wait && isEventWait(step.wait)) return releaseOnEvent(tx, context, step.wait);
    const rows = await dueRows(tx, slice);
    const now = (await appNow(tx)).getTime();
    const early = rows.flatMap((row) => {
      const at = meantAt(row);
      return at !== null && at > now + toleranceMs ? [{ id: row.id, at }] : [];
    });
    await postpone(tx, early);
    const later = new Set(early.map(({ id }) => id));
    const moves = rows
      .filter((row) => !later.has(row.id))
      .map((row) => ({ enrollmentId: row.id, outcome: "released", edge: "next" as const, at: now }));
    const { events } = await advance(tx, { scope, graph, step, moves });
    return { acted: rows.length, events };
  });
}

/** The rules of a zone may have changed since the wait began: what was meant is the wall clock. */
function meantAt({ due_local, tz_used }: DueRow): number | null {
  return due_local === null || tz_used === null ? null : toInstant(tz_used, parseLocal(due_local));
}

async function postpone(tx: TenantTx, rows: readonly { id: string; at: number }[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e set next_email_scheduled_at = p.at, updated_at = app_now()
    from unnest(${sql.param(rows.map(({ id }) => id))}::uuid[],
      ${sql.param(rows.map(({ at }) => new Date(at).toISOString()))}::timestamptz[]) as p(id, at)
    where e.id = p.id`);
}
