import { type SQL, sql } from "drizzle-orm";
import type { TenantTx } from "#db/tenancy";
import { compileRules } from "#server/segments/compile";
import { addressHolds } from "#server/segments/compile-history";
import { ruleContext } from "#server/segments/queries";
import type { Engagement, RuleTree } from "#server/segments/schema";
import { type DriverEvent, type EventScope } from "#server/drivers/events";
import { advance, type Move, wakeSteps } from "./advance.ts";
import { retimeWaiters } from "./retime.ts";
import { holdIncomplete, dueRows, onStep, type Slice, type SliceResult, type StepContext } from "./slice.ts";
import { loadGraph, waitsUntil } from "./steps.ts";

/** An open or click counts when it is this old: a scanner's burst shows only in hindsight. */
const settleSeconds = 60;

type Answer = {
  id: string;
  entered_at: Date;
  wait_until: Date | null;
  matches: boolean;
  unsettled: boolean;
  now: Date;
};
type Delay = { id: string; at: number; until: number | null; reason: "settling" | "waiting_for_condition" };

/** Asks the condition about everybody who is due at it, in one statement, and sends them down its edges. */
export function decideCondition(tx: TenantTx, slice: Slice): Promise<SliceResult> {
  return onStep(tx, slice, async (tx, context) => {
    const { graph, scope, step } = context;
    if (step.retimedUpTo !== null) return retimeWaiters(tx, { ...context, upTo: step.retimedUpTo });
    const rows = await dueRows(tx, slice);
    if (step.rules === null) {
      await holdIncomplete(
        tx,
        rows.map((row) => row.id),
      );
      return { acted: rows.length, events: [] };
    }
    const answers = await ask(
      tx,
      step.rules,
      rows.map((row) => row.id),
    );
    const decided = answers.map((answer) => decide(context, answer));
    await delay(
      tx,
      decided.flatMap((one) => ("reason" in one ? [one] : [])),
    );
    const moves = decided.flatMap((one) => ("edge" in one ? [one] : []));
    const { events } = await advance(tx, { scope, graph, step, moves });
    return { acted: rows.length, events };
  });
}

function decide({ graph, step }: StepContext, answer: Answer): Move | Delay {
  const now = answer.now.getTime();
  const { id } = answer;
  if (answer.unsettled)
    return {
      id,
      at: now + settleSeconds * 1000,
      until: answer.wait_until?.getTime() ?? null,
      reason: "settling",
    };
  if (answer.matches) return { enrollmentId: id, outcome: "true", edge: "true", at: now };
  const until = answer.wait_until?.getTime() ?? waitsUntil(step, graph.zone, answer.entered_at.getTime());
  if (until === null) return { enrollmentId: id, outcome: "false", edge: "false", at: now };
  if (now >= until) return { enrollmentId: id, outcome: "timeout", edge: "timeout", at: now };
  return { id, at: until, until, reason: "waiting_for_condition" };
}

async function ask(tx: TenantTx, rules: RuleTree, ids: readonly string[]): Promise<Answer[]> {
  if (ids.length === 0) return [];
  const fresh: SQL[] = [];
  const engagement = (field: "email_opened" | "email_clicked", which: Engagement) => {
    fresh.push(happened(field, which, "lately"));
    return happened(field, which, "settled");
  };
  const predicate = compileRules(rules, { ...(await ruleContext(tx, rules)), engagement });
  const unsettled = fresh.length > 0 ? sql.join(fresh, sql` or `) : sql`false`;
  const rows = await tx.execute<Answer>(sql`
    select e.id, coalesce(e.entered_step_at, e.enrolled_at) as entered_at, e.wait_until, ${predicate} as matches,
      (${unsettled}) as unsettled, app_now() as now
    from campaign_contacts e cross join lateral (select * from contacts c where c.id = e.contact_id limit 1) c
    where e.id = any(${sql.param(ids)}::uuid[])`);
  return [...rows];
}

/**
 * Whether a human opened or clicked. Without a step it is the last email of this pass that is meant, not any
 * earlier one of the campaign; with one, that step's in this pass.
 */
function happened(
  field: "email_opened" | "email_clicked",
  which: Engagement,
  when: "settled" | "lately",
): SQL {
  const column = field === "email_opened" ? sql`m.first_opened_at` : sql`m.first_clicked_at`;
  const settled = sql`app_now() - make_interval(secs => ${settleSeconds})`;
  const time = when === "settled" ? sql`${column} <= ${settled}` : sql`${column} > ${settled}`;
  const since =
    which.days === undefined ? sql`` : sql`and ${column} >= app_now() - make_interval(days => ${which.days})`;
  const message = which.campaignId
    ? sql`m.contact_id = c.id and m.campaign_id = ${which.campaignId}::uuid
        ${which.stepId ? sql`and m.step_id = ${which.stepId}::uuid` : sql``}`
    : which.stepId
      ? sql`m.contact_id = c.id and m.enrollment_id = e.id and m.run_number = e.run_number and m.step_id = ${which.stepId}::uuid`
      : sql`m.id = e.last_message_id`;
  const followed =
    which.urlContains === undefined
      ? sql``
      : sql`and exists (select 1 from email_events ev where ev.message_id = m.id and ev.type = 'clicked'
          and not ev.is_machine and ${addressHolds(which.urlContains)})`;
  return sql`exists (select 1 from content.email_messages m where ${message} and ${time} ${since} ${followed})`;
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

/**
 * Something happened to these contacts that a condition may be waiting for: it is asked again once the engagement
 * has settled. Call in the transaction that writes the event down, and send what it returns after the commit.
 */
export async function wakeWaiters(
  tx: TenantTx,
  { scope, contactIds }: { scope: EventScope; contactIds: readonly string[] },
): Promise<DriverEvent[]> {
  const waiting = await tx.execute<{
    id: string;
    campaign_id: string;
    current_step_id: string;
    at: Date;
  }>(sql`
    select id, campaign_id, current_step_id, app_now() + make_interval(secs => ${settleSeconds + 1}) as at from campaign_contacts
    where contact_id = any(${sql.param(contactIds)}::uuid[]) and status in ('enrolled', 'active')
      and wait_reason = 'waiting_for_condition' and next_email_scheduled_at > app_now() + make_interval(secs => ${settleSeconds + 1})
    order by campaign_id, id`);
  const events: DriverEvent[] = [];
  for (const [campaignId, rows] of Map.groupBy(waiting, (row) => row.campaign_id)) {
    const graph = await loadGraph(tx, campaignId);
    events.push(
      ...(await wakeSteps(tx, {
        scope,
        graph,
        dues: new Map(rows.map((row) => [row.current_step_id, row.at.getTime()])),
      })),
    );
  }
  if (waiting.length > 0) {
    await tx.execute(sql`
      update campaign_contacts set next_email_scheduled_at = least(next_email_scheduled_at, app_now() + make_interval(secs => ${settleSeconds + 1}))
      where id = any(${sql.param(waiting.map((row) => row.id))}::uuid[]) and wait_reason = 'waiting_for_condition'`);
  }
  return events;
}
