import { sql } from "drizzle-orm";
import { appNow } from "#db/clock";
import type { TenantTx } from "#db/tenancy";
import { isEventWait } from "#server/campaigns/schema";
import { clockOfContact, zoneOr } from "#server/contacts/zone";
import { parseLocal, toInstant } from "#server/planner/zone";
import { advance } from "./advance.ts";
import { releaseOnEvent } from "./event-wait.ts";
import { retimeWaiters } from "./retime.ts";
import { dueRows, onStep, type DueRow, type Slice, type SliceResult, type StepContext } from "./slice.ts";
import { dueAt, waitsOnOwnClock } from "./steps.ts";

/** Less than this is a matter of rounding, not of a clock that was changed. */
const toleranceMs = 5_000;

/** Sends everybody on whose wait is over, on the clock of their zone as it is known now. */
export function releaseWaits(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, context) => {
    const { scope, graph, step, beside } = context;
    if (step.retimedUpTo !== null) return retimeWaiters(tx, { ...context, upTo: step.retimedUpTo });
    if (step.wait && isEventWait(step.wait)) return releaseOnEvent(tx, context, step.wait);
    const rows = await dueRows(tx, slice);
    const now = (await appNow(tx)).getTime();
    const early = (await meant(tx, context, rows)).filter(({ at }) => at > now + toleranceMs);
    await postpone(tx, early);
    const later = new Set(early.map(({ id }) => id));
    const moves = rows
      .filter((row) => !later.has(row.id))
      .map((row) => ({ enrollmentId: row.id, outcome: "released", edge: "next" as const, at: now }));
    const { ended, events } = await advance(tx, { scope, graph, step, moves, beside });
    return { acted: rows.length, ended, events };
  });
}

/** The end of a wait: the instant, and the clock on which it was meant. */
type End = { id: string; at: number; local: string; zone: string };

/**
 * When these people's waits end as far as is known now. The rules of a zone may have changed since a wait began, or the
 * zone of whoever waits on their own clock: what was meant is what the wall clock shows.
 */
async function meant(tx: TenantTx, { graph, step }: StepContext, rows: readonly DueRow[]): Promise<End[]> {
  const own = waitsOnOwnClock(graph, step) ? await arrivalsOf(tx, rows) : null;
  const instants = new Map<string, number>();
  const instant = (zone: string, local: string) => {
    const key = `${zone} ${local}`;
    const at = instants.get(key) ?? toInstant(zone, parseLocal(local));
    instants.set(key, at);
    return at;
  };
  return rows.flatMap(({ id, due_local: local, tz_used: zone }): End[] => {
    const arrival = own?.get(id);
    const theirs = arrival ? zoneOr(arrival.clock, graph.zone) : zone;
    if (theirs === null) return [];
    if (local !== null) return [{ id, local, zone: theirs, at: instant(theirs, local) }];
    const due = arrival ? dueAt(step, theirs, arrival.entered_at.getTime()) : null;
    return due ? [{ id, ...due, zone: theirs }] : [];
  });
}

type Arrival = { id: string; entered_at: Date; clock: string | null };

async function arrivalsOf(tx: TenantTx, rows: readonly DueRow[]): Promise<Map<string, Arrival>> {
  const found = await tx.execute<Arrival>(sql`
    select e.id, coalesce(e.entered_step_at, e.enrolled_at) as entered_at,
      (select ${clockOfContact} from contacts c where c.id = e.contact_id) as clock
    from campaign_contacts e where e.id = any(${sql.param(rows.map(({ id }) => id))}::uuid[])`);
  return new Map(found.map((row) => [row.id, row]));
}

async function postpone(tx: TenantTx, ends: readonly End[]): Promise<void> {
  if (ends.length === 0) return;
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = p.at, due_local = p.local, tz_used = p.zone, updated_at = app_now()
    from unnest(${sql.param(ends.map(({ id }) => id))}::uuid[],
      ${sql.param(ends.map(({ at }) => new Date(at).toISOString()))}::timestamptz[],
      ${sql.param(ends.map(({ local }) => local))}::timestamp[], ${sql.param(ends.map(({ zone }) => zone))}::text[])
      as p(id, at, local, zone)
    where e.id = p.id`);
}
