import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { advance, type Move } from "./advance.ts";
import { settleSeconds } from "./engagement.ts";
import { type DueIds, lookUpByKeys, type StepContext } from "./slice.ts";
import { type Edge, waitsUntil } from "./steps.ts";

/**
 * What a step asks of `campaign_contacts e` and `contacts c`: `matches` is the answer, `unsettled` whether something has
 * happened that does not count yet. Each way on has the outcome that the log names.
 */
export type Question = {
  matches: SQL;
  unsettled: SQL;
  ways: Record<"yes" | "no" | "late", { edge: Edge; outcome: string }>;
  /** Why somebody waits for the answer to become yes. */
  reason: "waiting_for_condition" | "waiting_for_event";
};

/** Those who have the same answer, and where it depends on their times the same times. */
type Answer = {
  ids: string[];
  /** When they came to the step; null where nothing depends on it. */
  entered_at: Date | null;
  wait_until: Date | null;
  matches: boolean;
  unsettled: boolean;
  now: Date;
};
type Way = Omit<Move, "enrollmentId">;
/** Epoch ms: when to ask again, and until when at the most. */
type Stay = { at: number; until: number | null; reason: Question["reason"] | "settling" };

/**
 * Whoever changes somebody at the moment at which they come to wait did not see them wait, and is not seen yet. So they
 * are asked once more after this, by when that transaction has long ended; then not before their time or the next change.
 */
const askAgainMs = 60_000;

/** Asks those who are due at the step, in one statement, and sends them down its ways. */
export async function judge(
  tx: TenantTx,
  context: StepContext,
  { count, ids }: DueIds,
  question: Question,
): Promise<{ acted: number; ended: number; events: DriverEvent[] }> {
  const { graph, scope, step, beside } = context;
  if (ids === null) return { acted: 0, ended: 0, events: [] };
  await lookUpByKeys(tx);
  // A statement of its own: it sees what those had committed whose locks the first one passed or waited for.
  const answers = await tx.execute<Answer>(sql`
    with asked as materialized (
      select e.id, ${question.matches} as matches, ${question.unsettled} as unsettled, e.wait_until,
        coalesce(e.entered_step_at, e.enrolled_at) as entered_at
      from campaign_contacts e cross join lateral (select * from contacts c where c.id = e.contact_id limit 1) c
      where e.id = any(array(select unnest(${ids}::text::uuid[])))
    )
    select array_agg(id) as ids, matches, unsettled, wait_until, app_now() as now,
      case when not unsettled and matches is not true and wait_until is null and ${waitsUntil(step, graph.zone, 0) !== null} then entered_at end as entered_at
    from asked group by matches, unsettled, wait_until, 6`);
  const decided = answers.map((answer) => ({ ids: answer.ids, way: wayOf(context, question, answer) }));
  await delay(
    tx,
    decided.flatMap(({ ids, way }) => ("reason" in way ? ids.map((id) => ({ id, ...way })) : [])),
  );
  const moves = decided.flatMap(({ ids, way }) =>
    "edge" in way ? ids.map((enrollmentId) => ({ enrollmentId, ...way })) : [],
  );
  const { ended, events } = await advance(tx, { scope, graph, step, moves, beside });
  return { acted: count, ended, events };
}

/** Where those of an answer go, or until when they stay. */
function wayOf({ graph, step }: StepContext, { ways, reason }: Question, answer: Answer): Way | Stay {
  const now = answer.now.getTime();
  const waits = answer.wait_until?.getTime() ?? null;
  if (answer.unsettled) return { at: now + settleSeconds * 1000, until: waits, reason: "settling" };
  if (answer.matches) return { ...ways.yes, at: now };
  const until = waits ?? (answer.entered_at && waitsUntil(step, graph.zone, answer.entered_at.getTime()));
  if (until === null) return { ...ways.no, at: now };
  if (now >= until) return { ...ways.late, at: now };
  return { at: waits === null ? Math.min(until, now + askAgainMs) : until, until, reason };
}

async function delay(tx: TenantTx, delays: readonly (Stay & { id: string })[]): Promise<void> {
  if (delays.length === 0) return;
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = d.at, wait_until = d.until, wait_reason = d.reason, updated_at = app_now()
    from unnest(${sql.param(delays.map(({ id }) => id))}::uuid[], ${sql.param(delays.map(({ at }) => iso(at)))}::timestamptz[],
      ${sql.param(delays.map(({ until }) => iso(until)))}::timestamptz[], ${sql.param(delays.map(({ reason }) => reason))}::text[]) as d(id, at, until, reason)
    where e.id = d.id`);
}
