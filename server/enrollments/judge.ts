import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import type { DriverEvent } from "#server/drivers/events";
import { advance, type Move } from "./advance.ts";
import { settleSeconds } from "./engagement.ts";
import { dueRows, type StepContext } from "./slice.ts";
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

type Answer = {
  id: string;
  entered_at: Date;
  wait_until: Date | null;
  matches: boolean;
  unsettled: boolean;
  now: Date;
};
type Delay = { id: string; at: number; until: number | null; reason: Question["reason"] | "settling" };

/**
 * Whoever changes somebody at the moment at which they come to wait did not see them wait, and is not seen yet. So they
 * are asked once more after this, by when that transaction has long ended; then not before their time or the next change.
 */
const askAgainMs = 60_000;

/** Asks everybody who is due at the step, in one statement, and sends them down its ways. */
export async function judge(
  tx: TenantTx,
  context: StepContext,
  question: Question,
): Promise<{ acted: number; ended: number; events: DriverEvent[] }> {
  const { graph, scope, step, beside } = context;
  const rows = await dueRows(tx, context);
  if (rows.length === 0) return { acted: 0, ended: 0, events: [] };
  const answers = await tx.execute<Answer>(sql`
    select e.id, coalesce(e.entered_step_at, e.enrolled_at) as entered_at, e.wait_until, ${question.matches} as matches,
      ${question.unsettled} as unsettled, app_now() as now
    from campaign_contacts e cross join lateral (select * from contacts c where c.id = e.contact_id limit 1) c
    where e.id = any(${sql.param(rows.map((row) => row.id))}::uuid[])`);
  const decided = answers.map((answer) => decide(context, question, answer));
  await delay(
    tx,
    decided.flatMap((one) => ("reason" in one ? [one] : [])),
  );
  const moves = decided.flatMap((one) => ("edge" in one ? [one] : []));
  const { ended, events } = await advance(tx, { scope, graph, step, moves, beside });
  return { acted: rows.length, ended, events };
}

function decide({ graph, step }: StepContext, { ways, reason }: Question, answer: Answer): Move | Delay {
  const now = answer.now.getTime();
  const { id } = answer;
  if (answer.unsettled) {
    const until = answer.wait_until?.getTime() ?? null;
    return { id, at: now + settleSeconds * 1000, until, reason: "settling" };
  }
  if (answer.matches) return { enrollmentId: id, ...ways.yes, at: now };
  const until = answer.wait_until?.getTime() ?? waitsUntil(step, graph.zone, answer.entered_at.getTime());
  if (until === null) return { enrollmentId: id, ...ways.no, at: now };
  if (now >= until) return { enrollmentId: id, ...ways.late, at: now };
  const hasWaited = answer.wait_until !== null;
  return { id, at: hasWaited ? until : Math.min(until, now + askAgainMs), until, reason };
}

async function delay(tx: TenantTx, delays: readonly Delay[]): Promise<void> {
  if (delays.length === 0) return;
  const iso = (at: number | null) => (at === null ? null : new Date(at).toISOString());
  await tx.execute(sql`
    update campaign_contacts e
    set next_email_scheduled_at = d.at, wait_until = d.until, wait_reason = d.reason, updated_at = app_now()
    from unnest(${sql.param(delays.map(({ id }) => id))}::uuid[], ${sql.param(delays.map(({ at }) => iso(at)))}::timestamptz[],
      ${sql.param(delays.map(({ until }) => iso(until)))}::timestamptz[], ${sql.param(delays.map(({ reason }) => reason))}::text[]) as d(id, at, until, reason)
    where e.id = d.id`);
}
